import RegoValues

/// Private keys from PEM.
enum PrivateKeyBuiltins {
    static let family: Builtins.Family = [
        .init("crypto.x509.parse_rsa_private_key", parseWebKey), .init("crypto.parse_private_keys", parseAll),
    ]

    /// The first key as a JWK; null without one. The PEM text may be base64 once more.
    static func parseWebKey(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var text = try a.text(0)
        if text.isEmpty { throw .failure("input PEM data was empty") }
        if !text.hasPrefix("-----BEGIN") { text = String(decoding: try base64(try a.bytes(0)), as: UTF8.self) }
        return try keys(in: text).first?.webKey(context.heap) ?? .null
    }

    /// All keys as Go's structures; null for the empty text.
    static func parseAll(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.text(0)
        if text.isEmpty { return .null }
        let document = GoDocument(heap: context.heap)
        let keys = try keys(in: text)
        try context.checkRoom(for: text.utf8.count * 8)
        return context.heap.array(keys.map { $0.value(document) })
    }

    /// The keys of the PEM blocks; blocks of other types are skipped.
    private static func keys(in text: String) throws(BuiltinError) -> [PrivateKey] {
        var pem = text
        if case .success(let bytes) = Array(text.utf8).withUnsafeBufferPointer({ Base64.decode($0, .standard) }) {
            pem = String(decoding: bytes, as: UTF8.self)
        }
        var keys: [PrivateKey] = []
        for block in PEMBlock.all(in: pem) {
            switch block.type {
            case "RSA PRIVATE KEY": keys.append(try PrivateKey.pkcs1(block.bytes))
            case "PRIVATE KEY": keys.append(try PrivateKey.pkcs8(block.bytes))
            case "EC PRIVATE KEY": keys.append(try PrivateKey.sec1(block.bytes))
            default: break
            }
        }
        return keys
    }

    static func base64(_ text: UnsafeBufferPointer<UInt8>) throws(BuiltinError) -> [UInt8] {
        switch Base64.decode(text, .standard) {
        case .success(let bytes): return bytes
        case .failure(let error): throw .failure("illegal base64 data at input byte \(error.offset)")
        }
    }
}
