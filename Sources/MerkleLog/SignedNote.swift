/// What is wrong with a note or a key.
public enum NoteError: Error, Hashable, CustomStringConvertible {
    case malformed(String)
    case keyName(String)
    case keyFormat
    case keyType
    case cosignerKeyType
    case keyIdentifier
    case badSignature(key: String)
    case noKnownSignature
    case signingFailed

    public var description: String {
        switch self {
        case .malformed(let what): "malformed note: \(what)"
        case .keyName(let name): "`\(name)` is not a key name: it must not be empty or hold whitespace or `+`"
        case .keyFormat: "malformed key: expected `name+hash+base64`"
        case .keyType: "the key is not an Ed25519 key"
        case .cosignerKeyType: "the key is not a witness's key"
        case .keyIdentifier: "the key id does not belong to this name and key"
        case .badSignature(let key): "the signature by `\(key)` is wrong"
        case .noKnownSignature: "no signature by a known key"
        case .signingFailed: "the key could not sign"
        }
    }
}

/// One signature line: a key's name, its id, and what that key made. The bytes prove nothing until verified.
public struct NoteSignature: Sendable, Hashable {
    public let name: String
    public let identifier: UInt32
    public let bytes: [UInt8]

    public init(name: String, identifier: UInt32, bytes: [UInt8]) {
        self.name = name
        self.identifier = identifier
        self.bytes = bytes
    }

    /// The line that it is in a note, with its newline.
    public var line: String {
        let prefix = (0..<4).map { UInt8(truncatingIfNeeded: identifier >> (24 - 8 * $0)) }
        return "\u{2014} \(name) \(Base64.encode(prefix + bytes))\n"
    }
}

/// Text with signatures under it. Source: c2sp.org/signed-note.
///
///     text, its last line ended too
///
///     — key name base64(4-byte key id ‖ signature)
public struct SignedNote: Sendable, Hashable {
    /// The signed text, which ends in a newline.
    public let text: String
    public private(set) var signatures: [NoteSignature]

    /// The most that a note may hold: 1 MB and 100 signatures.
    public static let maximumBytes = 1_000_000
    public static let maximumSignatures = 100

    /// Signs `text`, which must end in a newline and hold no other control character.
    /// - Throws: ``NoteError``.
    public init(text: String, signers: [NoteSigner]) throws(NoteError) {
        guard text.utf8.last == newline, !text.utf8.contains(where: Self.isForbidden) else {
            throw .malformed("the text must end in a newline and hold no other control characters")
        }
        self.text = text
        signatures = []
        for signer in signers { try sign(with: signer) }
    }

    /// Adds a signature.
    /// - Throws: ``NoteError/signingFailed``.
    public mutating func sign(with signer: NoteSigner) throws(NoteError) {
        let bytes = try signer.signature(over: Array(text.utf8))
        signatures.append(.init(name: signer.name, identifier: signer.verifier.identifier, bytes: bytes))
    }

    /// Adds a signature that somebody else made.
    public mutating func add(_ signature: NoteSignature) { signatures.append(signature) }

    /// Splits a note into text and signature lines. Nothing is verified.
    /// - Throws: ``NoteError/malformed``.
    public init(parsing bytes: some Collection<UInt8>) throws(NoteError) {
        guard bytes.count <= Self.maximumBytes else { throw .malformed("it is longer than \(Self.maximumBytes) bytes") }
        let bytes = Array(bytes)
        guard let whole = String(validating: bytes, as: UTF8.self), !bytes.contains(where: Self.isForbidden) else {
            throw .malformed("it is not UTF-8 text without control characters")
        }
        guard whole.utf8.last == newline else { throw .malformed("its last line is not ended") }
        guard let blank = Self.lastEmptyLine(bytes) else {
            throw .malformed("no empty line stands between text and signatures")
        }
        text = String(decoding: bytes[..<blank], as: UTF8.self)
        signatures = []
        for line in bytes[(blank + 1)...].dropLast().split(separator: newline, omittingEmptySubsequences: false) {
            guard signatures.count < Self.maximumSignatures else { throw .malformed("it has too many signatures") }
            signatures.append(try Self.signature(line))
        }
    }

    /// The note's bytes.
    public var encoded: String {
        var note = text + "\n"
        for signature in signatures {
            note += signature.line
        }
        return note
    }

    /// Checks the signatures of the keys given; those of keys that are not given are ignored.
    /// - Returns: the keys that signed, at least one.
    /// - Throws: ``NoteError/badSignature(key:)`` if a given key's signature is wrong, whatever the others say;
    ///   ``NoteError/noKnownSignature``.
    @discardableResult
    public func verify(with keys: [NoteVerifier]) throws(NoteError) -> [NoteVerifier] {
        let signed = Array(text.utf8)
        var found: [NoteVerifier] = []
        for signature in signatures {
            for key in keys where key.name == signature.name && key.identifier == signature.identifier {
                guard key.isValid(signature.bytes, for: signed) else { throw .badSignature(key: key.name) }
                if !found.contains(where: { $0.name == key.name && $0.identifier == key.identifier }) {
                    found.append(key)
                }
            }
        }
        guard !found.isEmpty else { throw .noKnownSignature }
        return found
    }

    private static func isForbidden(_ byte: UInt8) -> Bool { byte < 0x20 && byte != newline }

    // The offset of the last "\n" that follows a "\n": the empty line itself.
    private static func lastEmptyLine(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropFirst().last { bytes[$0] == newline && bytes[$0 - 1] == newline }
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(NoteError) -> NoteSignature {
        let dash = Array("\u{2014} ".utf8)
        guard line.starts(with: dash) else { throw .malformed("a signature line must begin with `\u{2014} `") }
        let parts = line.dropFirst(dash.count).split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .malformed("a signature line must hold a key name and a signature") }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard NoteKeyName.isValid(name) else { throw .malformed("a signature line's key name is not one") }
        guard let payload = Base64.decode(parts[1]), payload.count > 4 else {
            throw .malformed("a signature is not base64 of a key id and a signature")
        }
        let identifier = payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        return NoteSignature(name: name, identifier: identifier, bytes: Array(payload.dropFirst(4)))
    }
}

private let newline = UInt8(ascii: "\n")
