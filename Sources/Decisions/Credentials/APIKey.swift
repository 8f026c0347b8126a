public import Approvals
import Crypto

/// What is stored of an API key: enough to know it again, never the key.
public struct APIKeyEntry: Sendable, Hashable {
    /// Unique in its tenant.
    public var keyID: String
    /// SHA-256 of the whole key, `aegis_` included; 32 bytes.
    public var digest: [UInt8]
    public var caller: Caller
    public var isRevoked: Bool
    /// From then on the key proves nobody; nil: never.
    public var expiresAt: Timestamp?
    /// The key that this one took the place of, where that still proves its caller.
    public var previous: Previous?

    /// A key that was rotated, good for a while beside its successor.
    public struct Previous: Sendable, Hashable {
        /// As ``APIKeyEntry/digest``.
        public var digest: [UInt8]
        /// From then on it proves nobody.
        public var until: Timestamp

        public init(digest: [UInt8], until: Timestamp) {
            self.digest = digest
            self.until = until
        }
    }

    public init(
        keyID: String, digest: [UInt8], caller: Caller, isRevoked: Bool = false, expiresAt: Timestamp? = nil,
        previous: Previous? = nil
    ) {
        self.keyID = keyID
        self.digest = digest
        self.caller = caller
        self.isRevoked = isRevoked
        self.expiresAt = expiresAt
        self.previous = previous
    }

    public func isExpired(at now: Timestamp) -> Bool { expiresAt.map { now >= $0 } ?? false }

    /// 1 to 64 letters, digits and hyphens.
    public static func isKeyID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}

/// An API key: `aegis_KEYID_SECRET`. KEYID has letters, digits and hyphens; SECRET is 32 random bytes in base64url.
public struct APIKey: Sendable {
    public let text: String
    public let keyID: String

    public init?(parsing text: String) {
        var text = text
        let keyID = text.withUTF8 { utf8 -> String? in
            guard utf8.count <= 256, utf8.starts(with: "aegis_".utf8),
                let end = utf8[6...].firstIndex(of: UInt8(ascii: "_")), end > 6, utf8.count - end == 44
            else { return nil }
            return String(decoding: utf8[6..<end], as: UTF8.self)
        }
        guard let keyID else { return nil }
        self.text = text
        self.keyID = keyID
    }

    /// A new key from the system's random source.
    public static func generate(keyID: String) -> APIKey? {
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return APIKey(parsing: "aegis_\(keyID)_\(base64URL(secret))")
    }

    public var digest: [UInt8] { sha256.withUnsafeBytes { Array($0) } }

    fileprivate var sha256: SHA256Digest {
        var text = text
        var hasher = SHA256()
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(buffer >> bits & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << (6 - bits) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Proves callers by API key. A key is looked up by its digest, so that tenants may use one key id each for themselves and
/// learn nothing of each other's: to find a digest tells nothing of the 256 random bits behind it.
public struct APIKeyProver: IdentityProver {
    private struct Proof {
        let entry: APIKeyEntry
        /// Of a key that was rotated.
        var until: Timestamp?
    }

    /// A key's digest as it is looked up: uniform already, so one word of it spreads entries.
    private struct Digest: Hashable {
        private let words: (UInt64, UInt64, UInt64, UInt64)

        /// - Returns: nil for what is not 32 bytes.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.count == 32 else { return nil }
            words = bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
        }

        init?(_ bytes: [UInt8]) {
            guard let digest = bytes.withUnsafeBytes({ Digest($0) }) else { return nil }
            self = digest
        }

        static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

        func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
    }

    private let proofs: [Digest: Proof]
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - entries: of two with one digest, or with one key id in one tenant, neither is believed.
    ///   - now: where there is no clock, a key that expires is taken for expired.
    public init(
        _ entries: [APIKeyEntry], now: @escaping @Sendable () -> Timestamp = { Timestamp(nanoseconds: .max) }
    ) {
        let names = Dictionary(grouping: entries, by: { [$0.caller.tenant, $0.keyID] })
        var digests: [Digest: [Proof]] = [:]
        for entry in entries {
            if let digest = Digest(entry.digest) { digests[digest, default: []].append(Proof(entry: entry)) }
            if let previous = entry.previous, let digest = Digest(previous.digest) {
                digests[digest, default: []].append(Proof(entry: entry, until: previous.until))
            }
        }
        proofs = digests.compactMapValues { same in
            guard same.count == 1, let proof = same.first,
                names[[proof.entry.caller.tenant, proof.entry.keyID]]?.count == 1
            else { return nil }
            return proof
        }
        self.now = now
    }

    private static let unknown = "the API key is unknown, revoked or expired"

    public func examine(_ credentials: Credentials) -> IdentityFinding {
        guard let text = credentials.apiKey else { return .absent }
        guard let key = APIKey(parsing: text) else { return .refused("this is no API key") }
        guard let digest = key.sha256.withUnsafeBytes({ Digest($0) }), let proof = proofs[digest],
            proof.entry.keyID == key.keyID, !proof.entry.isRevoked
        else {
            return .refused(Self.unknown)
        }
        if let end = proof.entry.expiresAt, now() >= end { return .refused(Self.unknown) }
        if let end = proof.until, now() >= end { return .refused(Self.unknown) }
        return .proven(proof.entry.caller)
    }
}
