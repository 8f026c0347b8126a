@testable import AuditTrail

/// A directory in memory that keeps apart what was written and what is on the disk, and so can fail and crash.
///
/// Safe to share because a test's threads use it one after the other: the journal's thread, or, once that is closed,
/// the test's own.
final class MemoryStorage: JournalStorage, @unchecked Sendable {
    final class Contents {
        /// What a reader sees.
        var cached: [UInt8] = []
        /// What a crash leaves.
        var disk: [UInt8] = []
        var dirty: Set<Int> = []
    }

    var files: [String: Contents] = [:]
    private var isLocked = false
    /// How often a file was read past what the system has cached of it.
    private(set) var freshReads = 0
    /// Asked before every call that changes something; true makes it fail. A failed write leaves half behind; a failed
    /// sync drops what it should have written and forgets that it was dirty, as Linux does.
    var fails: (_ call: String, _ file: String) -> Bool = { _, _ in false }

    init() {}

    init(_ files: [String: [UInt8]]) {
        for (name, bytes) in files { set(name, bytes) }
    }

    subscript(name: String) -> [UInt8] { files[name]?.cached ?? [] }

    func set(_ name: String, _ bytes: [UInt8]) {
        let contents = Contents()
        contents.cached = bytes
        contents.disk = bytes
        files[name] = contents
    }

    /// The same files in another storage, so that a test can break one at a time.
    func copy() -> MemoryStorage { MemoryStorage(files.mapValues(\.cached)) }

    /// What a loss of power leaves: each sector that was not synced is there or not.
    func crashed(using random: inout some RandomNumberGenerator) -> MemoryStorage {
        MemoryStorage(
            files.mapValues { file in
                var left = file.disk
                let size = Bool.random(using: &random) ? file.cached.count : file.disk.count
                left += repeatElement(0, count: max(0, size - left.count))
                for sector in file.dirty.sorted() where Bool.random(using: &random) {
                    let end = min((sector + 1) * 512, file.cached.count, left.count)
                    guard sector * 512 < end else { continue }
                    left.replaceSubrange(sector * 512..<end, with: file.cached[sector * 512..<end])
                }
                return Array(left.prefix(max(size, file.disk.count)))
            })
    }

    func fail(_ call: String, _ name: String) throws(StorageError) {
        if fails(call, name) { throw StorageError(call: call, file: name, reason: "No space left on device") }
    }

    func lock() throws(StorageError) {
        if isLocked { throw StorageError(call: "flock", file: "lock", reason: "in use", isLocked: true) }
        isLocked = true
    }

    func unlock() { isLocked = false }

    func list() throws(StorageError) -> [String] { Array(files.keys) }

    func read(_ name: String, fresh: Bool) throws(StorageError) -> [UInt8] {
        guard let file = files[name] else { throw StorageError(call: "open", file: name, reason: "no such file") }
        freshReads += fresh ? 1 : 0
        return fresh ? file.disk : file.cached
    }

    func read(_ name: String, from offset: Int, atMost count: Int) throws(StorageError) -> [UInt8] {
        Array(try read(name, fresh: false).dropFirst(offset).prefix(count))
    }

    func open(_ name: String, create: Bool) throws(StorageError) -> any JournalFile {
        try fail("open", name)
        if create {
            guard files[name] == nil else { throw StorageError(call: "open", file: name, reason: "file exists") }
            files[name] = Contents()
        }
        guard let contents = files[name] else { throw StorageError(call: "open", file: name, reason: "no such file") }
        return MemoryFile(storage: self, name: name, contents: contents)
    }

    func replace(_ name: String, with bytes: [UInt8], durably: Bool) throws(StorageError) {
        try fail("replace", name)
        set(name, bytes)
    }

    func remove(_ name: String) throws(StorageError) {
        try fail("remove", name)
        files[name] = nil
    }
}

final class MemoryFile: JournalFile {
    let storage: MemoryStorage
    let name: String
    let contents: MemoryStorage.Contents

    init(storage: MemoryStorage, name: String, contents: MemoryStorage.Contents) {
        self.storage = storage
        self.name = name
        self.contents = contents
    }

    func allocate(_ size: Int) throws(StorageError) {
        try storage.fail("allocate", name)
        contents.cached += repeatElement(0, count: max(0, size - contents.cached.count))
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        let fails = storage.fails("write", name)
        let bytes = fails ? UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]) : bytes
        let end = offset + bytes.count
        contents.cached += repeatElement(0, count: max(0, end - contents.cached.count))
        contents.cached.replaceSubrange(offset..<end, with: bytes)
        if !bytes.isEmpty { contents.dirty.formUnion(offset / 512...(end - 1) / 512) }
        if fails { throw StorageError(call: "write", file: name, reason: "No space left on device") }
    }

    func sync() throws(StorageError) {
        let fails = storage.fails("fdatasync", name)
        if !fails {
            let size = contents.cached.count
            contents.disk = Array(contents.disk.prefix(size))
            contents.disk += repeatElement(0, count: size - contents.disk.count)
            for sector in contents.dirty {
                let range = sector * 512..<max(sector * 512, min((sector + 1) * 512, size))
                if range.upperBound <= size { contents.disk.replaceSubrange(range, with: contents.cached[range]) }
            }
        }
        contents.dirty = []
        if fails { throw StorageError(call: "fdatasync", file: name, reason: "Input/output error") }
    }

    func truncate(to size: Int) throws(StorageError) {
        try storage.fail("ftruncate", name)
        if size < contents.cached.count {
            contents.dirty.formUnion(size / 512...contents.cached.count / 512)
            contents.cached.removeLast(contents.cached.count - size)
        }
        contents.cached += repeatElement(0, count: size - contents.cached.count)
    }

    func close() {}
}
