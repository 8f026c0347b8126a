#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A directory of the file system, readable by its owner alone.
struct PosixStorage: JournalStorage {
    private let directory: String
    // Held open for as long as the lock is: closing it gives the lock up.
    private let lockDescriptor: LockDescriptor

    /// Opens the directory; with `create`, makes it and what leads to it.
    init(directory: String, create: Bool) throws(StorageError) {
        self.directory = directory
        lockDescriptor = LockDescriptor()
        if create { try Self.makeDirectories(directory) }
    }

    func lock() throws(StorageError) {
        let descriptor = systemOpen(path("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", "lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isLocked = errno == EWOULDBLOCK
            var error = failure("flock", "lock")
            error.isLocked = isLocked
            systemClose(descriptor)
            throw error
        }
        lockDescriptor.value = descriptor
    }

    func unlock() {
        if lockDescriptor.value >= 0 { systemClose(lockDescriptor.value) }
        lockDescriptor.value = -1
    }

    func list() throws(StorageError) -> [String] {
        guard let stream = opendir(directory) else { throw failure("opendir", "") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    func read(_ name: String, fresh: Bool) throws(StorageError) -> [UInt8] {
        let descriptor = systemOpen(path(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", name) }
        defer { systemClose(descriptor) }
        if fresh { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat", name) }
        return try read(descriptor, name, 0, Int(status.st_size))
    }

    func read(_ name: String, from offset: Int, atMost count: Int) throws(StorageError) -> [UInt8] {
        let descriptor = systemOpen(path(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", name) }
        defer { systemClose(descriptor) }
        return try read(descriptor, name, offset, count)
    }

    private func read(
        _ descriptor: Int32, _ name: String, _ offset: Int, _ limit: Int
    ) throws(StorageError) -> [UInt8] {
        var failed: StorageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + count }, limit - count, off_t(offset + count))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = failure("read", name) }
                if got <= 0 { return }
                count += got
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// Whether others than the owner may read or write the file.
    func isShared(_ name: String) throws(StorageError) -> Bool {
        var status = stat()
        guard stat(path(name), &status) == 0 else { throw failure("stat", name) }
        return status.st_mode & 0o077 != 0
    }

    func open(_ name: String, create: Bool) throws(StorageError) -> any JournalFile {
        let flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0)
        let descriptor = systemOpen(path(name), flags, 0o600)
        guard descriptor >= 0 else { throw failure("open", name) }
        let file = PosixFile(name: name, descriptor: descriptor)
        if create { try syncDirectory() }
        return file
    }

    func replace(_ name: String, with bytes: [UInt8], durably: Bool) throws(StorageError) {
        let temporary = name + ".new"
        let descriptor = systemOpen(path(temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", temporary) }
        let file = PosixFile(name: temporary, descriptor: descriptor)
        defer { file.close() }
        try file.write(bytes, at: 0)
        if durably { try file.sync() }
        guard rename(path(temporary), path(name)) == 0 else { throw failure("rename", name) }
        if durably { try syncDirectory() }
    }

    func remove(_ name: String) throws(StorageError) {
        guard unlink(path(name)) == 0 || errno == ENOENT else { throw failure("unlink", name) }
        try syncDirectory()
    }

    private func syncDirectory() throws(StorageError) {
        let descriptor = systemOpen(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", "") }
        defer { systemClose(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", "") }
    }

    private static func makeDirectories(_ directory: String) throws(StorageError) {
        var prefix = directory.hasPrefix("/") ? "/" : ""
        for part in directory.split(separator: "/") {
            prefix += part
            guard mkdir(prefix, 0o700) == 0 || errno == EEXIST else {
                throw StorageError(call: "mkdir", file: prefix, reason: String(cString: strerror(errno)))
            }
            prefix += "/"
        }
    }

    private func path(_ name: String) -> String { directory + "/" + name }

    private func failure(_ call: String, _ name: String) -> StorageError {
        let code = errno
        return StorageError(
            call: call, file: name.isEmpty ? directory : path(name), reason: String(cString: strerror(code)),
            isMissing: code == ENOENT || code == ENOTDIR)
    }
}

// Free functions, whose names the methods above would hide.
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { open(path, flags, mode) }
private func systemClose(_ descriptor: Int32) { _ = close(descriptor) }

/// Safe to share because only `lock` and `unlock` touch it, which the journal's owner calls one after the other.
private final class LockDescriptor: @unchecked Sendable {
    var value: Int32 = -1
    deinit { if value >= 0 { systemClose(value) } }
}

private final class PosixFile: JournalFile {
    private let name: String
    private var descriptor: Int32
    /// Up to where space is reserved, and up to where it has been written once, if only with zeros.
    private var (reserved, written) = (0, 0)

    // What is reserved is no data yet: the first write to it changes the file's metadata, and each sync has to write that as well. So
    // zeros are written ahead, as databases do with their logs.
    private static let ahead = [UInt8](repeating: 0, count: 256 << 10)

    init(name: String, descriptor: Int32) {
        self.name = name
        self.descriptor = descriptor
    }

    deinit { close() }

    func allocate(_ size: Int) throws(StorageError) {
        let code = posix_fallocate(descriptor, 0, off_t(size))
        // A file system that cannot reserve space still works, only slower.
        guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
            throw StorageError(call: "posix_fallocate", file: name, reason: String(cString: strerror(code)))
        }
        if code == 0 { reserved = size }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        let end = offset + bytes.count
        if end > written, end < reserved {
            let zeros = min(Self.ahead.count, reserved - end)
            // Where it fails, the record's own write tells.
            _ = Self.ahead.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, zeros, off_t(end)) }
            written = end + zeros
        }
        var done = 0
        while done < bytes.count {
            let wrote = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { throw failure("write") }
            done += wrote
        }
    }

    func sync() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync") }
    }

    func truncate(to size: Int) throws(StorageError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure("ftruncate") }
        (reserved, written) = (min(reserved, size), min(written, size))
    }

    func close() {
        if descriptor >= 0 { systemClose(descriptor) }
        descriptor = -1
    }

    private func failure(_ call: String) -> StorageError {
        StorageError(call: call, file: name, reason: String(cString: strerror(errno)))
    }
}
