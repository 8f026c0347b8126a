#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Where a result goes that somebody names by a path: a file is replaced as a whole once the result is complete, behind a link
/// too, and a device or a pipe is written to and stays what it is.
public struct OutputPlace: Sendable {
    /// As it was named.
    public let path: String
    /// Where the result is put together: beside the file that it replaces.
    public let draft: String
    private let kind: Kind

    private enum Kind: Sendable {
        /// The file that a draft takes the place of.
        case file(String)
        case stream
    }

    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String

        fileprivate init(_ path: String) {
            description = "`\(path)` cannot be written: \(String(cString: strerror(errno)))"
        }
    }

    public init(_ path: String) {
        self.path = path
        var info = stat()
        let exists = stat(path, &info) == 0
        let isDevice = exists && [S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].contains(info.st_mode & S_IFMT)
        if isDevice || path.hasPrefix("/dev/") || path.hasPrefix("/proc/") {
            kind = .stream
            draft = Self.ownFolder() + "/result"
        } else {
            let file = (exists ? Self.resolved(path) : nil) ?? path
            kind = .file(file)
            draft = "\(file).\(String(RandomWords.pair().0, radix: 36)).new"
        }
    }

    /// Begins the draft, readable by its owner alone.
    /// - Returns: a descriptor, which the caller closes.
    public func begin() throws(Failure) -> Int32 { try begin(mode: 0o600) }

    private func begin(mode: mode_t) throws(Failure) -> Int32 {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(path) }
        return descriptor
    }

    /// Puts the complete draft where it belongs.
    public func finish() throws(Failure) {
        switch kind {
        case .file(let file):
            guard rename(draft, file) == 0 else { throw Failure(path) }
        case .stream:
            defer { discard() }
            try copy()
        }
    }

    /// Does away with a draft that is not to be finished, or not any more.
    public func discard() {
        unlink(draft)
        guard case .stream = kind, let end = draft.lastIndex(of: "/") else { return }
        rmdir(String(draft[..<end]))
    }

    /// All at once. A file that is replaced keeps its permissions.
    public func write(_ bytes: [UInt8]) throws(Failure) {
        guard case .file(let file) = kind else {
            defer { discard() }
            return try writeThrough(bytes)
        }
        do throws(Failure) {
            let descriptor = try begin(mode: 0o666)
            defer { close(descriptor) }
            var info = stat()
            if stat(file, &info) == 0 { fchmod(descriptor, info.st_mode & 0o777) }
            try put(bytes[...], to: descriptor)
            try finish()
        } catch {
            discard()
            throw error
        }
    }

    private func writeThrough(_ bytes: [UInt8]) throws(Failure) {
        let target = try openStream()
        defer { close(target) }
        try put(bytes[...], to: target)
    }

    /// Behind what is there already: stdout may be a file.
    private func openStream() throws(Failure) -> Int32 {
        let target = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard target >= 0 else { throw Failure(path) }
        return target
    }

    private func copy() throws(Failure) {
        let source = open(draft, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw Failure(path) }
        defer { close(source) }
        let target = try openStream()
        defer { close(target) }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Failure(path) }
            guard count > 0 else { return }
            try put(piece[..<count], to: target)
        }
    }

    private func put(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(Failure) {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Failure(path) }
            rest = rest.dropFirst(written)
        }
    }

    /// A folder that nobody else can look into.
    private static func ownFolder() -> String {
        let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let place = named.isEmpty ? "/tmp" : named
        var template = Array("\(place)/aegis-XXXXXX".utf8CString)
        // Where there is none, opening the draft says why.
        guard mkdtemp(&template) != nil else { return "\(place)/aegis-none" }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
