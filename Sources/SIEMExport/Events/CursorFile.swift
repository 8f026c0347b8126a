import AuditTrail
import Foundation

/// Keeps how far a sink has come, replaced in one step, so that a crash leaves the old place or the new one.
struct CursorFile: Sendable {
    let path: String

    /// nil where the sink has sent nothing yet.
    /// - Throws: ``SIEMError`` `.cursor`.
    func read() throws(SIEMError) -> ExportPlace? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path), let place = ExportPlace(json: Array(data)) else {
            throw SIEMError(
                .cursor, "`\(path)` does not say how far the sink has come",
                fix: "restore it from a copy; without it all records are sent again, each under its old id")
        }
        return place
    }

    /// - Throws: ``SIEMError`` `.cursor`.
    func write(_ place: ExportPlace) throws(SIEMError) {
        do throws(FileFailure) {
            let temporary = path + ".new"
            let file = try DurableFile(creating: temporary)
            try file.write(place.json + [UInt8(ascii: "\n")])
            try file.sync()
            file.close()
            try DurableFile.replace(path, by: temporary)
        } catch {
            throw SIEMError(
                .cursor, "`\(path)` cannot be written: \(error.reason)",
                fix: "check the disk and your rights to the folder")
        }
    }
}
