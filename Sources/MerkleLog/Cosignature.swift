public import Crypto

private let cosigner: UInt8 = 0x04

/// The public key of a witness. Its text form is the C2SP vkey `name+8 hex digits+base64(0x04 ‖ key)`.
/// Source: c2sp.org/tlog-cosignature.
public struct CosignatureVerifier: Sendable {
    public let name: String
    public let publicKey: Curve25519.Signing.PublicKey
    public let identifier: UInt32

    /// - Throws: ``NoteError/keyName``.
    public init(name: String, publicKey: Curve25519.Signing.PublicKey) throws(NoteError) {
        guard NoteKeyName.isValid(name) else { throw .keyName(name) }
        self.name = name
        self.publicKey = publicKey
        identifier = NoteKeyName.identifier(name: name, typedKey: [cosigner] + publicKey.rawRepresentation)
    }

    /// - Throws: ``NoteError``.
    public init(text: String) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let typed = Base64.decode(Array(parts[2].utf8)), typed.count == 33,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: typed.dropFirst())
        else { throw .keyFormat }
        guard typed.first == cosigner else { throw .cosignerKeyType }
        try self.init(name: String(parts[0]), publicKey: key)
        guard parts[1] == NoteKeyName.hexIdentifier(identifier) else { throw .keyIdentifier }
    }

    public var text: String {
        "\(name)+\(NoteKeyName.hexIdentifier(identifier))+\(Base64.encode([cosigner] + publicKey.rawRepresentation))"
    }

    /// When this witness saw the note's checkpoint, seconds since 1970; nil where it has not signed it.
    /// - Throws: ``NoteError/badSignature(key:)`` for a signature under its name that is wrong.
    public func time(of note: SignedNote) throws(NoteError) -> UInt64? {
        for signature in note.signatures where signature.name == name && signature.identifier == identifier {
            let time = signature.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            guard signature.bytes.count == 72,
                publicKey.isValidSignature(
                    signature.bytes.dropFirst(8), for: CosignatureSigner.message(note.text, time))
            else { throw .badSignature(key: name) }
            return time
        }
        return nil
    }
}

/// The private key of a witness. Its text form is `PRIVATE+KEY+name+8 hex digits+base64(0x04 ‖ seed)`.
public struct CosignatureSigner: Sendable {
    public let verifier: CosignatureVerifier
    private let privateKey: Curve25519.Signing.PrivateKey
    private static let prefix = "PRIVATE+KEY+"

    /// - Throws: ``NoteError/keyName``.
    public init(name: String, privateKey: Curve25519.Signing.PrivateKey = .init()) throws(NoteError) {
        self.privateKey = privateKey
        verifier = try CosignatureVerifier(name: name, publicKey: privateKey.publicKey)
    }

    /// Reads the private text form. Errors never repeat it.
    /// - Throws: ``NoteError``.
    public init(text: String) throws(NoteError) {
        let parts = text.dropFirst(Self.prefix.count)
            .split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard text.hasPrefix(Self.prefix), parts.count == 3, let typed = Base64.decode(Array(parts[2].utf8)),
            typed.count == 33, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: typed.dropFirst())
        else { throw .keyFormat }
        guard typed.first == cosigner else { throw .cosignerKeyType }
        try self.init(name: String(parts[0]), privateKey: key)
        guard parts[1] == NoteKeyName.hexIdentifier(verifier.identifier) else { throw .keyIdentifier }
    }

    /// A secret, to be written only to a file that others cannot read.
    public var secretText: String {
        let seed = Base64.encode([cosigner] + privateKey.rawRepresentation)
        return "\(Self.prefix)\(verifier.name)+\(NoteKeyName.hexIdentifier(verifier.identifier))+\(seed)"
    }

    /// Says that the note's checkpoint is consistent with all that this witness saw before, at `time`, seconds since 1970.
    /// - Throws: ``NoteError/signingFailed``.
    public func cosign(_ note: SignedNote, time: UInt64) throws(NoteError) -> NoteSignature {
        let signature: [UInt8]
        do { signature = Array(try privateKey.signature(for: Self.message(note.text, time))) } catch {
            throw .signingFailed
        }
        let stamp = withUnsafeBytes(of: time.bigEndian) { Array($0) }
        return NoteSignature(name: verifier.name, identifier: verifier.identifier, bytes: stamp + signature)
    }

    fileprivate static func message(_ text: String, _ time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}
