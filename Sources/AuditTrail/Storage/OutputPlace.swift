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
        /// A device or a pipe.
        case stream
        /// One of this process's own streams, such as `/dev/stdout`: opened by its name it would be written to from the beginning.
        case descriptor(Int32)
    }

    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String

        fileprivate init(_ path: String) {
            description = "`\(path)` cannot be written: \(String(cString: strerror(errno)))"
        }
    }

    public init(_ path: String) {
        self.path = path
        kind = Self.kind(of: path)
        draft =
            if case .file(let file) = kind { Self.draft(beside: file) } else { Self.ownFolder() + "/result" }
    }

    private static func kind(of path: String) -> Kind {
        if let descriptor = descriptor(named: path) { return .descriptor(descriptor) }
        var info = stat()
        guard stat(path, &info) == 0 else { return .file(path) }
        switch info.st_mode & S_IFMT {
        case S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK: return .stream
        default: return .file(resolved(path) ?? path)
        }
    }

    private static func descriptor(named path: String) -> Int32? {
        switch path {
        case "/dev/stdin": return STDIN_FILENO
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            let folder = ["/dev/fd/", "/proc/self/fd/"].first { path.hasPrefix($0) }
            return folder.flatMap { Int32(path.dropFirst($0.count)) }
        }
    }

    private static func draft(beside file: String) -> String {
        "\(file).\(String(RandomWords.pair().0, radix: 36)).new"
    }

    /// Begins the draft, readable by its owner alone.
    /// - Returns: a descriptor, which the caller closes.
    public func begin() throws(Failure) -> Int32 { try Self.create(draft, mode: 0o600, for: path) }

    private static func create(_ draft: String, mode: mode_t, for path: String) throws(Failure) -> Int32 {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(path) }
        return descriptor
    }

    /// Puts the complete draft where it belongs.
    public func finish() throws(Failure) {
        guard case .file(let file) = kind else {
            defer { discard() }
            return try copy()
        }
        guard rename(draft, file) == 0 else { throw Failure(path) }
    }

    /// Does away with a draft that is not to be finished, or not any more.
    public func discard() {
        unlink(draft)
        if case .file = kind { return }
        guard let end = draft.lastIndex(of: "/") else { return }
        rmdir(String(draft[..<end]))
    }

    /// All at once. A file that is replaced keeps its permissions.
    public static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let kind = kind(of: path)
        guard case .file(let file) = kind else {
            let target = try openStream(kind, path)
            defer { close(target) }
            return try put(bytes[...], to: target, path)
        }
        let draft = draft(beside: file)
        do throws(Failure) {
            let descriptor = try create(draft, mode: 0o666, for: path)
            defer { close(descriptor) }
            var info = stat()
            if stat(file, &info) == 0 { fchmod(descriptor, info.st_mode & 0o777) }
            try put(bytes[...], to: descriptor, path)
            guard rename(draft, file) == 0 else { throw Failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func openStream(_ kind: Kind, _ path: String) throws(Failure) -> Int32 {
        let target =
            if case .descriptor(let number) = kind { dup(number) } else { open(path, O_WRONLY | O_CLOEXEC) }
        guard target >= 0 else { throw Failure(path) }
        return target
    }

    private func copy() throws(Failure) {
        let source = open(draft, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw Failure(path) }
        defer { close(source) }
        let target = try Self.openStream(kind, path)
        defer { close(target) }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Failure(path) }
            guard count > 0 else { return }
            try Self.put(piece[..<count], to: target, path)
        }
    }

    private static func put(
        _ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String
    ) throws(Failure) {
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
