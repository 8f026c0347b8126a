import Glibc

/// Histories in a folder, one folder for each tenant. A file is written under another name, synced, linked to its name, and
/// the folder is synced: after a crash at any instant a name stands for a whole file, and two writers cannot both have it.
public struct FileHistoryStore: HistoryStore {
    private static let largest = 256 << 20
    public let directory: String

    public init(directory: String) { self.directory = directory }

    public func create(_ path: String, _ bytes: [UInt8]) throws(LifecycleError) -> Bool {
        let file = location(of: path)
        guard access(file, F_OK) != 0 else { return false }
        var folder = directory
        try makeDirectory(folder)
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            try makeDirectory(folder)
        }
        let temporary = "\(folder)/.\(getpid()).\(UInt32.random(in: 0 ... .max)).new"
        try write(bytes, to: temporary)
        defer { unlink(temporary) }
        guard link(temporary, file) == 0 else {
            if errno == EEXIST { return false }
            throw failure(file)
        }
        try sync(folder)
        return true
    }

    public func read(_ path: String) throws(LifecycleError) -> [UInt8]? {
        let file = location(of: path)
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(file)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(file) }
        guard status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) <= Self.largest else {
            throw LifecycleError(
                .unavailable, "this is no regular file of at most \(Self.largest) bytes", location: file)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0, bytes.count <= Self.largest else { throw failure(file) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    public func names(in folder: String) throws(LifecycleError) -> [String] {
        let path = location(of: folder)
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure(path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Files that never got their name begin with a dot.
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    public func location(of path: String) -> String { "\(directory)/\(path)" }

    private func write(_ bytes: [UInt8], to path: String) throws(LifecycleError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let error = failure(path)
                unlink(path)
                throw error
            }
            rest = rest.dropFirst(written)
        }
        guard fsync(file) == 0 else {
            let error = failure(path)
            unlink(path)
            throw error
        }
    }

    private func makeDirectory(_ path: String) throws(LifecycleError) {
        guard mkdir(path, 0o755) == 0 else {
            if errno == EEXIST { return }
            throw failure(path)
        }
        try sync(path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".")
    }

    private func sync(_ directory: String) throws(LifecycleError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(directory) }
    }

    private func failure(_ path: String) -> LifecycleError {
        LifecycleError(.unavailable, String(cString: strerror(errno)), location: path)
    }
}
