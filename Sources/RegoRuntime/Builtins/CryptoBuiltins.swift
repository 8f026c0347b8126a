internal import Crypto
import RegoValues

/// Digests and message authentication codes, as lower-case hexadecimal.
enum CryptoBuiltins {
    static let family: Builtins.Family = [
        .init("crypto.md5", md5), .init("crypto.sha1", sha1), .init("crypto.sha256", sha256),
        .init("crypto.hmac.md5", hmacMD5), .init("crypto.hmac.sha1", hmacSHA1), .init("crypto.hmac.sha256", hmacSHA256),
        .init("crypto.hmac.sha512", hmacSHA512), .init("crypto.hmac.equal", hmacEqual),
    ]

    private static func digest<Hash: HashFunction>(
        _ hash: Hash.Type, _ a: Arguments, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        var hasher = Hash()
        hasher.update(bufferPointer: UnsafeRawBufferPointer(try a.bytes(0)))
        return context.heap.string(utf8: Hexadecimal.encode(hasher.finalize()))
    }

    private static func code<Hash: HashFunction>(
        _ hash: Hash.Type, _ a: Arguments, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        let (message, key) = (try a.bytes(0), try a.bytes(1))
        let code = HMAC<Hash>.authenticationCode(for: Array(message), using: SymmetricKey(data: Array(key)))
        return context.heap.string(utf8: Hexadecimal.encode(code))
    }

    static func md5(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try digest(Insecure.MD5.self, a, context)
    }

    static func sha1(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try digest(Insecure.SHA1.self, a, context)
    }

    static func sha256(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try digest(SHA256.self, a, context)
    }

    static func hmacMD5(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try code(Insecure.MD5.self, a, context)
    }

    static func hmacSHA1(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try code(Insecure.SHA1.self, a, context)
    }

    static func hmacSHA256(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try code(SHA256.self, a, context)
    }

    static func hmacSHA512(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try code(SHA512.self, a, context)
    }

    /// In time that depends on the lengths alone.
    static func hmacEqual(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.bytes(0), try a.bytes(1))
        guard left.count == right.count else { return .false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return .boolean(difference == 0)
    }
}
