@testable import AuditTrail
import MerkleLog
import Testing

/// A witness signs only what continues what it signed before, and remembers before it answers.
struct WitnessTests {
    let storage = MemoryStorage()
    let signer: CosignatureSigner
    let log: NoteSigner
    let leaves = (0..<20).map { MerkleHash.leaf([UInt8($0)]) }

    init() throws {
        signer = try CosignatureSigner(name: "witness")
        log = try Fixture.signer()
    }

    private func witness() throws -> Witness {
        try Witness(storage: storage, signer: signer, logs: [log.verifier])
    }

    private func note(_ size: Int, origin: String = "gw-1/acme", by other: NoteSigner? = nil) throws -> SignedNote {
        let root = try MerkleTree(leaves: leaves).root(size: UInt64(size))
        return try Checkpoint(origin: origin, size: UInt64(size), root: root).signed(by: (other ?? log).named(origin))
    }

    private func body(_ old: Int, _ new: Int, note: SignedNote? = nil) throws -> [UInt8] {
        let proof = try MerkleTree(leaves: leaves).consistencyProof(from: UInt64(min(old, new)), to: UInt64(new))
        let note = try note ?? self.note(new)
        return Array("old \(old)\n\(proof.map { $0.base64 + "\n" }.joined())\n\(note.encoded)".utf8)
    }

    @Test func `it cosigns a log that grows, and nothing else`() throws {
        let witness = try witness()
        let first = witness.addCheckpoint(try body(0, 5), time: 1_795_409_523)
        #expect(first.status == 200)
        let cosigned = try SignedNote(parsing: (try note(5).encoded + first.body).utf8)
        #expect(try signer.verifier.time(of: cosigned) == 1_795_409_523)
        #expect(try CosignatureVerifier(text: signer.verifier.text).time(of: cosigned) == 1_795_409_523)
        #expect(try CosignatureSigner(text: signer.secretText).verifier.text == signer.verifier.text)
        #expect(try signer.verifier.time(of: note(5)) == nil)
        #expect(witness.checkpoint(originHash: Witness.originHash("gw-1/acme")) == cosigned.encoded)
        #expect(witness.checkpoint(originHash: Witness.originHash("gw-1/globex")) == nil)
        #expect(witness.checkpoint(originHash: "../witness") == nil)
        #expect(witness.addCheckpoint(try body(5, 12), time: 2).status == 200)
        let forked = try Checkpoint(origin: "gw-1/acme", size: 15, root: .zero).signed(by: log.named("gw-1/acme"))
        let same = try Checkpoint(origin: "gw-1/acme", size: 12, root: .zero).signed(by: log.named("gw-1/acme"))
        let stranger = try Fixture.signer(seed: 9)
        let cases: [([UInt8], Witness.Answer)] = [
            (try body(5, 12), Witness.Answer(409, "12\n", "text/x.tlog.size")),
            (
                try body(12, 15, note: forked),
                Witness.Answer(422, "the proof does not hold: the proof leads to another root\n")
            ),
            (try body(12, 12, note: same), Witness.Answer(409, "12\n", "text/x.tlog.size")),
            (try body(12, 8, note: note(8)), Witness.Answer(400, "the old size is larger than the checkpoint's\n")),
            (try body(12, 15, note: note(15, by: stranger)), Witness.Answer(403, "no signature by a known key\n")),
            (
                try body(0, 5, note: note(5, origin: "other/acme", by: NoteSigner(name: "other"))),
                Witness.Answer(404, "unknown log\n")
            ),
            (
                Array("old 05\n\n".utf8),
                Witness.Answer(400, "malformed: expected `old SIZE`, hashes, an empty line and a checkpoint\n")
            ),
        ]
        for (body, answer) in cases {
            #expect(witness.addCheckpoint(body, time: 3) == answer, "\(String(decoding: body, as: UTF8.self))")
        }
        #expect(witness.addCheckpoint(try body(12, 12), time: 4).status == 200)
        #expect(witness.addCheckpoint(try body(12, 20), time: 5).status == 200)
    }

    @Test func `what it cannot remember it does not sign, and a restart forgets nothing`() throws {
        var witness: Witness? = try witness()
        storage.fails = { call, _ in call == "replace" }
        let failed = try #require(witness).addCheckpoint(try body(0, 5), time: 1)
        #expect(failed.status == 500)
        #expect(!failed.body.contains("\u{2014}"))
        storage.fails = { _, _ in false }
        #expect(try #require(witness).addCheckpoint(try body(0, 5), time: 1).status == 200)
        #expect(throws: StorageError.self) { try self.witness() }
        witness = nil
        let again = try self.witness()
        #expect(again.addCheckpoint(try body(0, 8), time: 2) == Witness.Answer(409, "5\n", "text/x.tlog.size"))
    }

    @Test func `a cosignature over something else, or by another key, is none`() throws {
        let signature = try signer.cosign(note(5), time: 7)
        var other = try note(6)
        other.add(signature)
        #expect(throws: NoteError.badSignature(key: "witness")) { try signer.verifier.time(of: other) }
        var later = try note(5)
        later.add(
            NoteSignature(
                name: signature.name, identifier: signature.identifier, bytes: [1] + signature.bytes.dropFirst()))
        #expect(throws: NoteError.badSignature(key: "witness")) { try signer.verifier.time(of: later) }
        let stranger = try CosignatureSigner(name: "witness")
        var note = try note(5)
        note.add(signature)
        #expect(try stranger.verifier.time(of: note) == nil)
        #expect(throws: NoteError.cosignerKeyType) { try CosignatureVerifier(text: log.verifier.text) }
        #expect(throws: NoteError.keyType) { try NoteVerifier(text: signer.verifier.text) }
    }
}
