import RegoValues

/// RSA private keys as JSON Web Keys.
enum RSAKeyBuiltins {
    static let family: Builtins.Family = [("crypto.x509.parse_rsa_private_key", parsePrivateKey)]

    /// The numbers of an `RSAPrivateKey` (RFC 8017, A.1.2), in its order, by their names in a JWK.
    private static let names: [StaticString] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"]

    /// Reads a PKCS #1 key in PEM, which may be base64 once more.
    static func parsePrivateKey(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var text = try a.text(0)
        if text.isEmpty { throw .failure("input PEM data was empty") }
        if !text.hasPrefix("-----BEGIN") {
            switch Base64.decode(try a.bytes(0), .standard) {
            case .success(let bytes): text = String(decoding: bytes, as: UTF8.self)
            case .failure(let error): throw .failure("illegal base64 data at input byte \(error.offset)")
            }
        }
        guard let (block, _) = PEMBlock.first(in: text) else {
            throw .failure("failed to parse PEM block containing the key")
        }
        guard let numbers = numbers(block.bytes) else { throw .failure("x509: failed to parse private key") }
        let heap = context.heap
        var entries = [Entry(key: .string("kty"), value: .string("RSA"))]
        for (name, number) in zip(names, numbers) {
            let text = number.withUnsafeBufferPointer { Base64.encode($0, .url, padding: false) }
            entries.append(Entry(key: .string(name), value: heap.string(utf8: text)))
        }
        return heap.object(entries)
    }

    /// Big-endian, without zeros before; nil when this is no such key.
    private static func numbers(_ der: [UInt8]) -> [[UInt8]]? {
        var outer = DERReader(der[...])
        guard var fields = outer.next()?.reader(), outer.isAtEnd, fields.content(DERReader.Tag.integer) != nil else {
            return nil
        }
        var numbers: [[UInt8]] = []
        for _ in names {
            guard let number = fields.content(DERReader.Tag.integer) else { return nil }
            numbers.append(Array(number.drop { $0 == 0 }))
        }
        return numbers
    }
}
