import PolicyBundles

/// Files of this machine, with this target's errors.
enum LocalFile {
    /// - Returns: nil when there is no such file.
    static func read(_ path: String, limit: Int) throws(ObjectStoreError) -> [UInt8]? {
        try attempt { () throws(BundleStoreError) in try FileSystem.read(path, limit: limit) }
    }

    static func attempt<Result>(_ body: () throws(BundleStoreError) -> Result) throws(ObjectStoreError) -> Result {
        do throws(BundleStoreError) { return try body() } catch {
            throw ObjectStoreError(
                error.code == .corrupt ? .tooLarge : .unavailable, error.message, location: error.location,
                fix: error.fix)
        }
    }
}
