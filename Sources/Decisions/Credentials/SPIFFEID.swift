/// The name of a workload, `spiffe://TRUST-DOMAIN/PATH` (SPIFFE-ID, sections 2.1 to 2.3), at most 2048 bytes.
///
/// Two ids are one only if their bytes are: nothing is decoded, folded or normalised.
public struct SPIFFEID: Sendable, Hashable {
    public let text: String
    /// Lower-case letters, digits, `.`, `-` and `_`.
    public let trustDomain: String

    /// Nil for anything that the standard does not call an id of a workload: ports, users, percent signs, queries, empty
    /// or dotted segments, and a trust domain alone.
    public init?(_ text: String) {
        let scheme = "spiffe://"
        guard text.utf8.count <= 2048, text.hasPrefix(scheme) else { return nil }
        let parts = text.utf8.dropFirst(scheme.utf8.count)
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count >= 2, let domain = parts.first, (1...255).contains(domain.count) else { return nil }
        guard domain.allSatisfy({ SPIFFEID.isPathByte($0) && !(0x41...0x5a).contains($0) }) else { return nil }
        for segment in parts.dropFirst() {
            guard !segment.isEmpty, segment.allSatisfy(SPIFFEID.isPathByte),
                !segment.allSatisfy({ $0 == UInt8(ascii: ".") }) || segment.count > 2
            else { return nil }
        }
        self.text = text
        trustDomain = String(decoding: Array(domain), as: UTF8.self)
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
