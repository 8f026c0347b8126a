import RegoValues

/// A certificate chain and its private key, as TLS uses them.
enum KeyPairBuiltins {
    static let family: Builtins.Family = [.init("crypto.x509.parse_keypair", parse)]

    /// Go's `tls.Certificate`.
    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let certificateText = try a.bytes(0)
        // OPA counts the second operand as the first, too.
        guard a[1].kind == .string else { throw .wrongType(0, a[1], ["string"]) }
        let certificateBlocks = try blocks(certificateText, type: "CERTIFICATE", beginning: "-----BEGIN ")
        let keyBlocks = try blocks(a[1].utf8, type: "PRIVATE KEY", beginning: "-----BEGIN")
        let ders = try certificates(certificateBlocks)
        let key = try privateKey(keyBlocks)
        guard let first = ders.first, let leaf = try Certificate.all(der: first).first else {
            throw .failure("x509: malformed certificate")
        }
        guard leaf.raw.count == first.count else { throw .failure("x509: trailing data") }
        let parsed = try parsed(key)
        try parsed.check(against: leaf.publicKey)
        try context.checkRoom(for: (certificateText.count + a[1].utf8.count) * 32)
        let document = GoDocument(heap: context.heap)
        return document.object([
            "Certificate": context.heap.array(ders.map { document.bytes($0) }),
            "PrivateKey": parsed.value(document), "SupportedSignatureAlgorithms": .null, "OCSPStaple": .null,
            "SignedCertificateTimestamps": .null, "Leaf": document.certificate(leaf, urls: false),
        ])
    }

    /// The blocks of PEM text, or of base64 of PEM; else one block of the bytes themselves.
    private static func blocks(
        _ text: UnsafeBufferPointer<UInt8>, type: String, beginning: String
    ) throws(BuiltinError) -> [PEMBlock] {
        var bytes = Array(text)
        if !bytes.starts(with: "-----BEGIN ".utf8) { bytes = try PrivateKeyBuiltins.base64(text) }
        guard bytes.starts(with: beginning.utf8) else { return [PEMBlock(type: type, bytes: bytes)] }
        return PEMBlock.all(in: String(decoding: bytes, as: UTF8.self))
    }

    private static func certificates(_ blocks: [PEMBlock]) throws(BuiltinError) -> [[UInt8]] {
        let ders = blocks.filter { $0.type == "CERTIFICATE" }.map(\.bytes)
        if !ders.isEmpty { return ders }
        if blocks.isEmpty { throw .failure("tls: failed to find any PEM data in certificate input") }
        if blocks.count == 1, blocks[0].type.hasSuffix("PRIVATE KEY") {
            throw .failure(
                "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs "
                    + "may have been switched")
        }
        throw .failure(
            "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the "
                + "following types: [\(blocks.map(\.type).joined(separator: " "))]")
    }

    private static func privateKey(_ blocks: [PEMBlock]) throws(BuiltinError) -> PEMBlock {
        if let key = blocks.first(where: { $0.type == "PRIVATE KEY" || $0.type.hasSuffix(" PRIVATE KEY") }) {
            return key
        }
        if blocks.isEmpty { throw .failure("tls: failed to find any PEM data in key input") }
        if blocks.count == 1, blocks[0].type == "CERTIFICATE" {
            throw .failure("tls: found a certificate rather than a key in the PEM for the private key")
        }
        throw .failure(
            "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of "
                + "the following types: [\(blocks.map(\.type).joined(separator: " "))]")
    }

    /// Whatever the block's type says, each form is tried.
    private static func parsed(_ block: PEMBlock) throws(BuiltinError) -> PrivateKey {
        if let key = try? PrivateKey.pkcs1(block.bytes) { return key }
        if let key = try? PrivateKey.pkcs8(block.bytes) {
            if case .x25519 = key { throw .failure("tls: found unknown private key type in PKCS#8 wrapping") }
            return key
        }
        if let key = try? PrivateKey.sec1(block.bytes) { return key }
        throw .failure("tls: failed to parse private key")
    }
}
