#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Why the system did not do what was asked of a file.
struct FileFailure: Error {
    let reason: String

    init(_ code: Int32 = errno) { reason = String(cString: strerror(code)) }
}

/// A file whose content is on the disk when ``sync()`` returns. For its owner and group alone.
final class DurableFile: Sendable {
    private let descriptor: Int32

    init(creating path: String) throws(FileFailure) {
        descriptor = try Self.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
    }

    init(appendingTo path: String) throws(FileFailure) {
        descriptor = try Self.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC)
    }

    private static func open(_ path: String, _ flags: Int32) throws(FileFailure) -> Int32 {
        #if canImport(Musl)
            let descriptor = Musl.open(path, flags, 0o640)
        #else
            let descriptor = Glibc.open(path, flags, 0o640)
        #endif
        guard descriptor >= 0 else { throw FileFailure() }
        return descriptor
    }

    func write(_ bytes: [UInt8]) throws(FileFailure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Musl)
                    Musl.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
                #else
                    Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
                #endif
            }
            if count < 0 {
                guard errno == EINTR else { throw FileFailure() }
                continue
            }
            written += count
        }
    }

    /// Source: fdatasync(2). A pipe or terminal has nothing to sync.
    func sync() throws(FileFailure) {
        guard fdatasync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw FileFailure() }
    }

    func close() {
        #if canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Glibc.close(descriptor)
        #endif
    }

    /// Whether its last byte is a newline, or it has none.
    var endsALine: Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return true }
        var last: UInt8 = 0
        return pread(descriptor, &last, 1, status.st_size - 1) != 1 || last == UInt8(ascii: "\n")
    }

    /// Whether the path still leads here, and not to a newer file.
    func isStill(at path: String) -> Bool {
        var (own, there) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_ino == there.st_ino
            && own.st_dev == there.st_dev
    }

    static func replace(_ path: String, by temporary: String) throws(FileFailure) {
        guard rename(temporary, path) == 0 else { throw FileFailure() }
    }
}
