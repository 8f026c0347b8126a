import Crypto

/// Makes the letters of pseudonyms: HMAC-SHA-256 under a key per tenant, which comes from the gateway's by HMAC.
struct Pseudonyms: Sendable {
    private let key: SymmetricKey

    /// - Parameter master: 32 random bytes; gateways that are to give one text one pseudonym share them.
    init(master: SymmetricKey, tenant: String) {
        key = SymmetricKey(
            data: HMAC<SHA256>.authenticationCode(for: Array("aegis/pseudonyms/v1/\(tenant)".utf8), using: master))
    }

    /// Sixteen small letters, 75 bits, for a text that a detector found.
    func letters(for text: UnsafeBufferPointer<UInt8>, detector: String) -> [UInt8] {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array(detector.utf8))
        mac.update(data: [0])
        mac.update(data: Array(text))
        var letters: [UInt8] = []
        letters.reserveCapacity(RedactionMarker.pseudonymLength)
        // 22 of the 256 values are left out, so that all letters are equally likely; 32 bytes nearly always suffice, and the
        // rest of the time the digest is taken once more.
        var digest = Array(mac.finalize())
        while letters.count < RedactionMarker.pseudonymLength {
            for byte in digest where byte < 234 && letters.count < RedactionMarker.pseudonymLength {
                letters.append(UInt8(ascii: "a") + byte % 26)
            }
            digest = Array(SHA256.hash(data: digest))
        }
        return letters
    }
}
