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
    /// The 32 bytes.
    package var bytes: [UInt8] {
        let digits = Array(description.utf8.dropFirst(Self.prefix.utf8.count))
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            Self.value(digits[$0]) << 4 | Self.value(digits[$0 + 1])
        }
    }

    private static func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit &- 0x30 : digit &- 0x57 }
}
