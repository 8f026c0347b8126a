public import Crypto
internal import FoundationEssentials

/// The name of a key in a signed note: not empty, no whitespace, no `+`, no control characters.
enum NoteKeyName {
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 && $0.value != 0x7f
            }
    }

    // SHA256(name ‖ 0x0A ‖ type ‖ key), the first four bytes read big-endian.
    static func identifier(name: String, typedKey: [UInt8]) -> UInt32 {
        var hasher = SHA256()
        hasher.update(data: Array(name.utf8))
        hasher.update(data: [0x0a])
        hasher.update(data: typedKey)
        return hasher.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func hexIdentifier(_ identifier: UInt32) -> String {
        Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: identifier >> (24 - 8 * $0)) })
    }
}

private let ed25519: UInt8 = 0x01

/// A public Ed25519 key under a name. Its text form is the C2SP vkey `name+8 hex digits+base64(0x01 ‖ key)`.
/// Source: c2sp.org/signed-note.
public struct NoteVerifier: Sendable {
    public let name: String
    public let publicKey: Curve25519.Signing.PublicKey
    /// The key id that signature lines carry.
    public let identifier: UInt32

    /// - Throws: ``NoteError/keyName``.
    public init(name: String, publicKey: Curve25519.Signing.PublicKey) throws(NoteError) {
        guard NoteKeyName.isValid(name) else { throw .keyName(name) }
        self.name = name
        self.publicKey = publicKey
        identifier = NoteKeyName.identifier(name: name, typedKey: [ed25519] + publicKey.rawRepresentation)
    }

    /// Reads a vkey, checking that its key id belongs to its name and key.
    /// - Throws: ``NoteError``.
    public init(text: String) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let typed = Base64.decode(Array(parts[2].utf8)) else { throw .keyFormat }
        guard typed.first == ed25519 else { throw .keyType }
        guard typed.count == 33, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: typed.dropFirst())
        else { throw .keyFormat }
        try self.init(name: String(parts[0]), publicKey: key)
        guard parts[1] == NoteKeyName.hexIdentifier(identifier) else { throw .keyIdentifier }
    }

    /// The vkey.
    public var text: String {
        "\(name)+\(NoteKeyName.hexIdentifier(identifier))+\(Base64.encode([ed25519] + publicKey.rawRepresentation))"
    }

    /// Whether this key made the raw Ed25519 `signature` over `message`.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        publicKey.isValidSignature(signature, for: message)
    }

    /// The same key under another name.
    /// - Throws: ``NoteError/keyName``.
    public func named(_ name: String) throws(NoteError) -> NoteVerifier {
        try NoteVerifier(name: name, publicKey: publicKey)
    }
}

/// A private Ed25519 key under a name. Its text form is `PRIVATE+KEY+name+8 hex digits+base64(0x01 ‖ seed)`, the one
/// that the Go checksum database tools use.
public struct NoteSigner: Sendable {
    public let name: String
    let privateKey: Curve25519.Signing.PrivateKey
    public let verifier: NoteVerifier
    private static let prefix = "PRIVATE+KEY+"

    /// - Throws: ``NoteError/keyName``.
    public init(name: String, privateKey: Curve25519.Signing.PrivateKey = .init()) throws(NoteError) {
        self.name = name
        self.privateKey = privateKey
        verifier = try NoteVerifier(name: name, publicKey: privateKey.publicKey)
    }

    /// Reads the private text form. Errors never repeat it.
    /// - Throws: ``NoteError``.
    public init(text: String) throws(NoteError) {
        guard text.hasPrefix(Self.prefix) else { throw .keyFormat }
        let parts = text.dropFirst(Self.prefix.count)
            .split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let typed = Base64.decode(Array(parts[2].utf8)) else { throw .keyFormat }
        guard typed.first == ed25519 else { throw .keyType }
        guard typed.count == 33, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: typed.dropFirst())
        else { throw .keyFormat }
        try self.init(name: String(parts[0]), privateKey: key)
        guard parts[1] == NoteKeyName.hexIdentifier(verifier.identifier) else { throw .keyIdentifier }
    }

    /// The private text form: a secret, to be written only to a file that others cannot read.
    public var secretText: String {
        let seed = Base64.encode([ed25519] + privateKey.rawRepresentation)
        return "\(Self.prefix)\(name)+\(NoteKeyName.hexIdentifier(verifier.identifier))+\(seed)"
    }

    /// The same key under another name: a note's key should be named as the log it signs for.
    /// - Throws: ``NoteError/keyName``.
    public func named(_ name: String) throws(NoteError) -> NoteSigner {
        try NoteSigner(name: name, privateKey: privateKey)
    }

    /// A raw Ed25519 signature, 64 bytes, over `message`.
    /// - Throws: ``NoteError/signingFailed``.
    public func signature(over message: [UInt8]) throws(NoteError) -> [UInt8] {
        do { return Array(try privateKey.signature(for: message)) } catch { throw .signingFailed }
    }
}
