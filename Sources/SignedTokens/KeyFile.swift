import Glibc

/// Key files. A private key is `NAME.pem`, mode 0600; its public half is `NAME.pub.pem`. Files are never overwritten.
public enum KeyFile {
    /// The name that a key file gives its key: the last path component without `.pub.pem` or `.pem`.
    public static func keyName(forPath path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        for suffix in [".pub.pem", ".pem"] where file.hasSuffix(suffix) {
            return String(file.dropLast(suffix.count))
        }
        return file
    }

    /// Writes both halves of `key` into `directory`, which must exist.
    /// - Returns: the two paths.
    /// - Throws: `.keyExists` when either file is there already, `.keyFile`.
    @discardableResult
    public static func write(_ key: SigningKey, into directory: String) throws(TokenError) -> (
        private: String, public: String
    ) {
        let base = directory.hasSuffix("/") ? directory + key.name : directory + "/" + key.name
        let (privatePath, publicPath) = (base + ".pem", base + ".pub.pem")
        try create(publicPath, holding: key.verificationKey.pem, mode: 0o644)
        do {
            try create(privatePath, holding: key.pem, mode: 0o600)
        } catch {
            unlink(publicPath)
            throw error
        }
        return (privatePath, publicPath)
    }

    /// Reads a private key that nobody but its owner can read.
    /// - Throws: `.keyPermissions` when group or others have any right to the file, `.keyFile`, `.keyInvalid`, `.keyUnsupported`.
    public static func signingKey(at path: String) throws(TokenError) -> SigningKey {
        let (text, mode) = try read(path)
        guard !text.contains("-----BEGIN PUBLIC KEY-----") else {
            throw TokenError(
                .keyInvalid, "this is a public key, and signing takes the private one", location: path,
                fix:
                    "give its private half, such as \(path.hasSuffix(".pub.pem") ? String(path.dropLast(8)) + ".pem" : "KEY.pem")"
            )
        }
        guard mode & 0o077 == 0 else {
            throw TokenError(
                .keyPermissions, "the private key is open to other users (mode \(octal(mode & 0o777)))",
                location: path, fix: "chmod 600 \(path), and replace the key if others may have read it")
        }
        do {
            return try SigningKey(pem: text, name: keyName(forPath: path))
        } catch {
            throw located(error, path)
        }
    }

    /// Reads a public key.
    public static func verificationKey(at path: String) throws(TokenError) -> VerificationKey {
        let (text, _) = try read(path)
        do {
            return try VerificationKey(pem: text, name: keyName(forPath: path))
        } catch {
            throw located(error, path)
        }
    }

    private static let largest = 64 << 10

    private static func create(_ path: String, holding text: String, mode: mode_t) throws(TokenError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else {
            let reason = errno
            guard reason != EEXIST else {
                throw TokenError(
                    .keyExists, "the file is there already, and keys are never overwritten", location: path,
                    fix: "choose another name, or move the old key away")
            }
            throw failure(reason, path, "cannot be created")
        }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let reason = errno
                unlink(path)
                throw failure(reason, path, "cannot be written")
            }
            rest = rest.dropFirst(written)
        }
        guard fsync(file) == 0 else {
            let reason = errno
            unlink(path)
            throw failure(reason, path, "cannot be written")
        }
    }

    /// The rights are those of the file that was opened, not of whatever the path names later.
    private static func read(_ path: String) throws(TokenError) -> (text: String, mode: mode_t) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure(errno, path, "cannot be opened") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(errno, path, "cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TokenError(.keyFile, "the key is not a regular file", location: path)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= largest {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno, path, "cannot be read") }
            if count == 0 { return (String(decoding: bytes, as: UTF8.self), status.st_mode) }
            bytes += chunk[..<count]
        }
        throw TokenError(.keyInvalid, "the file has more than \(largest) bytes: it is not a key", location: path)
    }

    private static func failure(_ reason: Int32, _ path: String, _ what: String) -> TokenError {
        TokenError(.keyFile, "the key file \(what): \(String(cString: strerror(reason)))", location: path)
    }

    private static func located(_ error: TokenError, _ path: String) -> TokenError {
        TokenError(error.code, error.message, location: path, fix: error.fix)
    }

    private static func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }
}
