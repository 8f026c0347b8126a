/// The directory that a journal lives in. Two real ones exist: POSIX files, and one in memory that can fail and crash.
///
/// Implementers MUST keep these promises: what `sync` returned for survives a crash; what was not synced may survive
/// wholly, in part, or not at all; `replace` leaves the old or the new contents, never a mixture.
protocol JournalStorage: Sendable {
    /// Keeps every other process from doing the same until `unlock` or the end of this process.
    func lock() throws(StorageError)
    func unlock()
    /// Names of all files, in no order.
    func list() throws(StorageError) -> [String]
    /// The whole file as it is on disk. `fresh` drops what the system has cached of it.
    func read(_ name: String, fresh: Bool) throws(StorageError) -> [UInt8]
    /// Up to `count` bytes from `offset` on; fewer only at the file's end.
    func read(_ name: String, from offset: Int, atMost count: Int) throws(StorageError) -> [UInt8]
    /// Opens for writing; with `create`, the file must not exist and its name is durable on return.
    func open(_ name: String, create: Bool) throws(StorageError) -> any JournalFile
    /// Writes a small file as a whole. Unless `durably`, a crash may undo it or leave the file empty.
    func replace(_ name: String, with bytes: [UInt8], durably: Bool) throws(StorageError)
    func remove(_ name: String) throws(StorageError)
}

/// A file open for writing, by one thread.
protocol JournalFile: AnyObject {
    /// Reserves space up to `size`; it reads as zeros. From then on the file is written from front to back: what stands behind a write
    /// may be zeroed. Doing nothing is allowed.
    func allocate(_ size: Int) throws(StorageError)
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError)
    /// Makes all that was written durable, with as much of the metadata as reading it needs.
    func sync() throws(StorageError)
    func truncate(to size: Int) throws(StorageError)
    func close()
}

extension JournalFile {
    func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        try bytes.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) throws(StorageError) in
            try write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }
}

/// A call that the system refused.
struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call, such as `fdatasync`.
    let call: String
    let file: String
    /// The system's words.
    let reason: String
    /// Somebody else holds the lock.
    var isLocked = false
    /// There is no such file or directory.
    var isMissing = false

    var description: String { "\(call) \(file): \(reason)" }
}
