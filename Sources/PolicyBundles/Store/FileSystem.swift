import Glibc

/// The few file operations that a store of published things needs, each of which holds or leaves no trace.
package enum FileSystem {
    /// What files end in that were never given their name.
    package static let temporarySuffix = ".new"

    /// Whole files appear under `path` or nothing does.
    /// - Parameter replacing: whether a file of that name may give way; otherwise it is an error.
    package static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(BundleStoreError) {
        guard try !put(bytes, at: path, replacing: replacing) else { return }
        throw BundleStoreError(.unavailable, String(cString: strerror(EEXIST)), location: path)
    }

    /// A whole file appears under `path`, unless one stands there.
    /// - Returns: false where one does.
    package static func create(_ bytes: [UInt8], at path: String) throws(BundleStoreError) -> Bool {
        try put(bytes, at: path, replacing: false)
    }

    private static func put(_ bytes: [UInt8], at path: String, replacing: Bool) throws(BundleStoreError) -> Bool {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))\(temporarySuffix)"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure(temporary) }
        defer { unlink(temporary) }
        do {
            defer { close(file) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw failure(temporary) }
                rest = rest.dropFirst(written)
            }
            guard fsync(file) == 0 else { throw failure(temporary) }
        }
        // A link fails when the name is taken; a rename takes it over.
        guard (replacing ? rename(temporary, path) : link(temporary, path)) == 0 else {
            if !replacing, errno == EEXIST { return false }
            throw failure(path)
        }
        try sync(directoryOf: path)
        return true
    }

    /// - Returns: nil when there is no such file.
    package static func read(_ path: String, limit: Int) throws(BundleStoreError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path)
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) <= limit else {
            throw BundleStoreError(.corrupt, "not a regular file of at most \(limit) bytes", location: path)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0, bytes.count + count <= limit else { throw failure(path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    package static func createDirectory(_ path: String) throws(BundleStoreError) {
        guard mkdir(path, 0o755) == 0 else {
            if errno == EEXIST { return }
            throw failure(path)
        }
        try sync(directoryOf: path)
    }

    /// The names in a directory; none when it does not exist.
    package static func names(in path: String) throws(BundleStoreError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure(path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { name in
                    String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    /// What stands in a directory; nothing when it does not exist.
    package static func entries(in path: String) throws(BundleStoreError) -> [(name: String, isDirectory: Bool)] {
        var entries: [(name: String, isDirectory: Bool)] = []
        for name in try names(in: path) where name != "." && name != ".." {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { continue }
            entries.append((name, status.st_mode & S_IFMT == S_IFDIR))
        }
        return entries
    }

    /// Held from `init` until the last reference goes.
    package final class Lock {
        private let file: Int32

        package init(_ path: String) throws(BundleStoreError) {
            file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw failure(path) }
            while flock(file, LOCK_EX) != 0 {
                guard errno == EINTR else {
                    close(file)
                    throw failure(path)
                }
            }
        }

        deinit { close(file) }
    }

    private static func sync(directoryOf path: String) throws(BundleStoreError) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure(parent) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure(parent) }
    }

    private static func failure(_ path: String) -> BundleStoreError {
        BundleStoreError(.unavailable, String(cString: strerror(errno)), location: path)
    }
}
