/// The JWS algorithms Aegis knows (RFC 7518 and RFC 8037), by their registered names.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    /// ECDSA on P-256 with SHA-256; the signature is r followed by s, 64 bytes.
    case es256 = "ES256"
    /// Ed25519; the signature is 64 bytes.
    case edDSA = "EdDSA"
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 8192 bits.
    case rs256 = "RS256"
}
