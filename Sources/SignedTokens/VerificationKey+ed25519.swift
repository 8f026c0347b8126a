import Crypto

extension VerificationKey {
    /// An Ed25519 key from its 32 bytes.
    /// - Throws: `.keyNameInvalid`, `.keyInvalid`.
    public init(ed25519 bytes: some Sequence<UInt8>, name: String) throws(TokenError) {
        try KeyName.check(name)
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: Array(bytes)) else {
            throw TokenError(.keyInvalid, "the key `\(name)` is not an Ed25519 key")
        }
        self.init(name: name, material: .edDSA(key))
    }
}
