import Crypto

/// What is stored of an API key: enough to know it again, never the key.
public struct APIKeyEntry: Sendable, Hashable {
    public var keyID: String
    /// SHA-256 of the whole key, `aegis_` included; 32 bytes.
    public var digest: [UInt8]
    public var caller: Caller
    public var isRevoked: Bool

    public init(keyID: String, digest: [UInt8], caller: Caller, isRevoked: Bool = false) {
        self.keyID = keyID
        self.digest = digest
        self.caller = caller
        self.isRevoked = isRevoked
    }
}

/// An API key: `aegis_KEYID_SECRET`. KEYID has letters, digits and hyphens; SECRET is 32 random bytes in base64url.
public struct APIKey: Sendable {
    public let text: String
    public let keyID: String

    public init?(parsing text: String) {
        guard text.utf8.count <= 256 else { return nil }
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "aegis", !parts[1].isEmpty, parts[2].utf8.count == 43 else { return nil }
        self.text = text
        keyID = String(parts[1])
    }

    /// A new key from the system's random source.
    public static func generate(keyID: String) -> APIKey? {
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return APIKey(parsing: "aegis_\(keyID)_\(base64URL(secret))")
    }

    public var digest: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

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

/// Proves callers by API key. An unknown key id costs as much as a wrong secret.
public struct APIKeyProver: IdentityProver {
    private let entries: [String: APIKeyEntry]
    private static let nobody = [UInt8](repeating: 0, count: 32)

    /// Of two entries with one key id neither is believed.
    public init(_ entries: [APIKeyEntry]) {
        var unique: [String: APIKeyEntry] = [:]
        var doubled: Set<String> = []
        for entry in entries where unique.updateValue(entry, forKey: entry.keyID) != nil { doubled.insert(entry.keyID) }
        for keyID in doubled { unique[keyID] = nil }
        self.entries = unique
    }

    public func examine(_ credentials: Credentials) -> IdentityFinding {
        guard let text = credentials.apiKey else { return .absent }
        guard let key = APIKey(parsing: text) else { return .refused("this is no API key") }
        let entry = entries[key.keyID]
        let isSame = constantTimeEqual(key.digest, entry?.digest ?? APIKeyProver.nobody)
        guard let entry, isSame, !entry.isRevoked else { return .refused("the API key is unknown or revoked") }
        return .proven(entry.caller)
    }

    /// Compares without telling by its time where two digests differ.
    private func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
