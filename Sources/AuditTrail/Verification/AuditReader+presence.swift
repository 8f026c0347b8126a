extension AuditReader {
    /// - Throws: ``AuditError`` `.notFound` where no journal was ever opened in `directory`, and `.storage` where that cannot be told.
    public static func requireTrail(_ directory: String) throws(AuditError) {
        let names: [String]
        do throws(StorageError) {
            names = try PosixStorage(directory: directory, create: false).list()
        } catch {
            guard error.isMissing else { throw AuditError(error) }
            names = []
        }
        guard names.contains(where: { JournalFiles.segmentNumber($0) != nil || $0 == JournalFiles.publicKeys }) else {
            throw AuditError(
                .notFound, "there is no audit trail in \(directory)",
                fix: "name the gateway's data directory with --data-dir or AEGIS_DATA_DIR")
        }
    }
}
