/// The DER forms of Ed25519 keys are a constant prefix and 32 bytes.
///
/// Source: RFC 8410, sections 4 (public, SPKI) and 7 (private, PKCS#8 version 1).
enum Ed25519Encoding {
    static let privatePrefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    static let publicPrefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

    /// The 32 key bytes of `der`, or nil when it is not an Ed25519 key of the kind that `prefix` names.
    static func key(in der: [UInt8], after prefix: [UInt8]) -> [UInt8]? {
        guard der.count == prefix.count + 32, der.starts(with: prefix) else { return nil }
        return Array(der.dropFirst(prefix.count))
    }
}
