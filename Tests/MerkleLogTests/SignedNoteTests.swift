import Crypto
import FoundationEssentials
import MerkleLog
import Testing

struct SignedNoteTests {
    static let name = "aegis.example/log/acme"
    static let vkey = "aegis.example/log/acme+b8905c01+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    /// Made once and opened with golang.org/x/mod/sumdb/note and openssl.
    static let note = """
        aegis.example/log/acme
        7
        NQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=

        \u{2014} aegis.example/log/acme uJBcAahONaOzlw1YP9J7Azb9yn8WCMQl/dtCCGcBdSvDU8KHC4BxKtjRmv+H3y8a0MTtK2xEkPkJOWj/iZdPfcvBggg=

        """

    static func signer(_ name: String = Self.name, seed: UInt8 = 0) throws -> NoteSigner {
        let seed = (0..<32).map { $0 &+ seed }
        return try NoteSigner(name: name, privateKey: .init(rawRepresentation: seed))
    }

    @Test func `signing gives the note that other tools open`() throws {
        let root = try MerkleTreeTests.tree.root(size: 7)
        let note = try Checkpoint(origin: Self.name, size: 7, root: root).signed(by: Self.signer())
        #expect(note.text == "aegis.example/log/acme\n7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n")
        #expect(note.encoded.hasPrefix(note.text + "\n\u{2014} aegis.example/log/acme uJBcA"))
        #expect(try note.verify(with: [NoteVerifier(text: Self.vkey)]).map(\.text) == [Self.vkey])
    }

    @Test func `a note that other tools made is opened and written back byte for byte`() throws {
        let note = try SignedNote(parsing: Self.note.utf8)
        let checkpoint = try Checkpoint(verifying: note, with: [NoteVerifier(text: Self.vkey)])
        #expect(checkpoint.size == 7)
        #expect(checkpoint.root == (try MerkleTreeTests.tree.root(size: 7)))
        #expect(note.encoded == Self.note)
    }

    @Test func `a key reads back from its text`() throws {
        let signer = try Self.signer()
        #expect(signer.verifier.text == Self.vkey)
        #expect(try NoteVerifier(text: Self.vkey).text == Self.vkey)
        #expect(try NoteSigner(text: signer.secretText).verifier.text == Self.vkey)
        #expect(try signer.named("other").verifier.identifier != signer.verifier.identifier)
    }

    @Test(arguments: [
        ("", NoteError.keyFormat),
        ("aegis.example/log/acme+b8905c01", .keyFormat),
        ("aegis.example/log/acme+b8905c02+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .keyIdentifier),
        ("aegis.example/log/acme+B8905C01+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .keyIdentifier),
        ("other+b8905c01+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .keyIdentifier),
        ("a b+b8905c01+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .keyName("a b")),
        ("aegis.example/log/acme+b8905c01+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .keyType),
        ("aegis.example/log/acme+b8905c01+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQS", .keyFormat),
    ])
    func `a key whose text is not exact is refused`(text: String, error: NoteError) {
        #expect(throws: error) { try NoteVerifier(text: text) }
    }

    @Test func `signatures of unknown keys are ignored`() throws {
        var note = try SignedNote(text: "hello\n", signers: [Self.signer("known")])
        try note.sign(with: Self.signer("stranger", seed: 9))
        let known = try Self.signer("known").verifier
        let parsed = try SignedNote(parsing: note.encoded.utf8)
        #expect(try parsed.verify(with: [known]).map(\.name) == ["known"])
        let nobody = try Self.signer("nobody", seed: 5).verifier
        #expect(throws: NoteError.noKnownSignature) { try parsed.verify(with: [nobody]) }
        #expect(throws: NoteError.noKnownSignature) { try parsed.verify(with: []) }
    }

    @Test func `a known key's wrong signature spoils the note, whoever else signed`() throws {
        let good = try SignedNote(text: "hello\n", signers: [Self.signer("a"), Self.signer("b", seed: 1)])
        let other = try SignedNote(text: "other\n", signers: [Self.signer("b", seed: 1)])
        let forged = good.encoded.replacing(
            try #require(good.encoded.split(separator: "\n").last),
            with: try #require(other.encoded.split(separator: "\n").last))
        let keys = try [Self.signer("a").verifier, Self.signer("b", seed: 1).verifier]
        let parsed = try SignedNote(parsing: forged.utf8)
        #expect(throws: NoteError.badSignature(key: "b")) { try parsed.verify(with: keys) }
        #expect(try parsed.verify(with: [keys[0]]).count == 1)
    }

    @Test func `no byte of a note can change unseen`() throws {
        let key = try NoteVerifier(text: Self.vkey)
        let bytes = Array(Self.note.utf8)
        for place in bytes.indices {
            for change: UInt8 in [1, 0x20, 0x80] {
                var changed = bytes
                changed[place] ^= change
                #expect(throws: NoteError.self) {
                    _ = try Checkpoint(verifying: SignedNote(parsing: changed), with: [key])
                }
            }
        }
        for length in bytes.indices {
            #expect(throws: NoteError.self) {
                _ = try Checkpoint(verifying: SignedNote(parsing: bytes.prefix(length)), with: [key])
            }
        }
    }

    @Test(arguments: [
        ("text\n", "no empty line stands between text and signatures"),
        ("text\n\n\u{2014} a AAAAAAA=", "its last line is not ended"),
        ("text\n\nnothing\n", "a signature line must begin with `\u{2014} `"),
        ("text\n\n\u{2014} a\n", "a signature line must hold a key name and a signature"),
        ("text\n\n\u{2014} a b c\n", "a signature line must hold a key name and a signature"),
        ("text\n\n\u{2014} a+b AAAAAAA=\n", "a signature line's key name is not one"),
        ("text\n\n\u{2014} a AAAAAA==\n", "a signature is not base64 of a key id and a signature"),
        ("text\n\n\u{2014} a AAAAAAB=\n", "a signature is not base64 of a key id and a signature"),
        ("te\u{1}xt\n\n\u{2014} a AAAAAAA=\n", "it is not UTF-8 text without control characters"),
        ("te\txt\n\n\u{2014} a AAAAAAA=\n", "it is not UTF-8 text without control characters"),
    ])
    func `a malformed note is refused with its reason`(note: String, reason: String) {
        #expect(throws: NoteError.malformed(reason)) { try SignedNote(parsing: note.utf8) }
    }

    @Test func `the last empty line separates text and signatures`() throws {
        let note = try SignedNote(text: "a\n\nb\n", signers: [Self.signer()])
        #expect(try SignedNote(parsing: note.encoded.utf8).text == "a\n\nb\n")
    }

    @Test(arguments: [
        "origin\n07\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n",
        "origin\n+7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n",
        "origin\n-7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n",
        "origin\n9223372036854775808\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n",
        "origin\n7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRA==\n",
        "\n7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n",
        "origin\n7\n",
        "origin\n7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=",
        "origin\n7\nNQb1kmgYWWlimb03pMoxtkGb+n6fO+L8eDZS65IiRJ0=\n\n",
    ])
    func `a malformed checkpoint is refused`(text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }

    @Test func `a checkpoint may carry extension lines`() throws {
        let text = "origin\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n"
        #expect(try Checkpoint(text: text).root == .emptyRoot)
    }

    @Test func `base64 decodes only what it encodes`() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(Base64.decode(Array(text.utf8)) == bytes)
        }
        for text in ["A", "AA", "AAA", "AB==", "AAB=", "A===", "AA=A", "AAA\n", "AA A", "AAA=AAAA", "____"] {
            #expect(Base64.decode(Array(text.utf8)) == nil, "\(text)")
        }
    }
}
