/// Where histories lie: files that are written once and never change.
///
/// Implementers MUST make `create` an atomic step that lets one of two writers of a name win, MUST have the bytes durable
/// when it returns, and MUST show a file whole or not at all.
public protocol HistoryStore: Sendable {
    /// - Returns: whether the file is new; false when the name is taken, with whatever bytes.
    /// - Throws: `.unavailable`.
    func create(_ path: String, _ bytes: [UInt8]) async throws(LifecycleError) -> Bool

    /// - Returns: nil when there is no such file.
    func read(_ path: String) async throws(LifecycleError) -> [UInt8]?

    /// The names of the files in a folder, in no order; none when there is no such folder.
    func names(in folder: String) async throws(LifecycleError) -> [String]

    /// How people find a file, for messages.
    func location(of path: String) -> String
}
