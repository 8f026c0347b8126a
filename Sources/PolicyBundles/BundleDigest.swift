import Crypto
import SignedTokens

/// A SHA-256 that names a bundle's archive or its content, written `sha256:` and 64 hexadecimal digits.
public struct BundleDigest: Sendable, Hashable, CustomStringConvertible {
    public static let prefix = "sha256:"

    public let description: String

    /// The digest of these bytes.
    public init(of bytes: some Sequence<UInt8>) {
        var hash = SHA256()
        Array(bytes).withUnsafeBytes { hash.update(bufferPointer: $0) }
        description = Self.prefix + Hexadecimal.encode(hash.finalize())
    }

    /// Reads the written form; nil for any other text.
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
        guard text.hasPrefix(Self.prefix), digits.count == 64,
            digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = text
    }

    /// `sha256:` and the first 12 digits, as it stands in a policy version.
    public var short: String { String(description.prefix(Self.prefix.count + 12)) }
}

extension BundleDigest {
    /// Whether it is this digest's written form.
    package func names(_ digest: some Sequence<UInt8>) -> Bool {
        var digits = description.utf8.dropFirst(Self.prefix.utf8.count).makeIterator()
        for byte in digest {
            guard let high = digits.next(), let low = digits.next(), Self.value(high) << 4 | Self.value(low) == byte
            else { return false }
        }
        return true
    }

    private static func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit &- 0x30 : digit &- 0x57 }
}
