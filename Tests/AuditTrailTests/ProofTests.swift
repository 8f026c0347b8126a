@testable import AuditTrail
import MerkleLog
import RegoValues
import Testing

/// Proofs from a journal of many segments, checked by keys alone.
struct ProofTests {
    let storage: MemoryStorage
    let keys: [NoteVerifier]

    init() throws {
        storage = try Fixture.written(batches: 24, segmentBytes: 1 << 13)
        keys = [try Fixture.signer().verifier]
    }

    private func prover() -> AuditProver { AuditProver(storage: storage, keys: keys) }

    private func notes(_ log: String) -> [String] {
        storage.files.keys.sorted().filter { JournalFiles.segmentNumber($0) != nil }.flatMap { name in
            storage[name].prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n")).flatMap { line -> [String] in
                guard let document = try? Document(json: line), line.starts(with: Commit.prefix.utf8) else { return [] }
                return withExtendedLifetime(document) {
                    document.root.lookup("checkpoints").elements.compactMap(\.string).filter {
                        $0.hasPrefix(log + "\n")
                    }
                }
            }
        }
    }

    @Test(arguments: ["gw-1/acme", "gw-1/globex"])
    func `every record is proven by its log's newest checkpoint, and by older ones`(log: String) throws {
        #expect(storage.files.keys.filter { JournalFiles.segmentNumber($0) != nil }.count > 4)
        let lines = Fixture.lines(storage).filter { $0.contains("\"log\":\"\(log)\"") }
        let tree = MerkleTree(leaves: lines.map { .leaf(Array($0.utf8)) })
        let sizes = try notes(log).map { try Checkpoint(text: SignedNote(parsing: $0.utf8).text).size }
        var prover = prover()
        for (index, line) in lines.enumerated() {
            for size in Set([tree.size, sizes.first { $0 > index } ?? tree.size]) {
                let proof = try prover.inclusion(of: UInt64(index), in: log, size: size)
                #expect(String(decoding: proof.record, as: UTF8.self) == line)
                #expect(try proof.hashes == tree.inclusionProof(index: UInt64(index), size: size))
                #expect(try proof.verify(keys: keys).size == size)
                #expect(try InclusionProof(tlogProof: Array(proof.tlogProof.utf8)) == proof)
            }
        }
        #expect(try prover.logs() == ["gw-1/acme", "gw-1/globex"])
    }

    @Test func `a log is consistent between any two of its checkpoints`() throws {
        let notes = notes("gw-1/acme")
        var prover = prover()
        for (place, old) in notes.enumerated() {
            for new in notes[place...] { try prover.consistency(from: old, to: new).verify(keys: keys) }
            try prover.consistency(from: old).verify(keys: keys)
        }
    }

    @Test func `a proof that was touched, and another key, do not hold`() throws {
        var prover = prover()
        let proof = try prover.inclusion(of: 3, in: "gw-1/acme")
        let text = Array(proof.tlogProof.utf8)
        for place in stride(from: 0, to: text.count, by: 7) {
            var touched = text
            touched[place] ^= 1
            guard let read = try? InclusionProof(tlogProof: touched) else { continue }
            #expect(throws: AuditError.self, "byte \(place)") { try read.verify(keys: keys) }
        }
        #expect(throws: AuditError.self) { try proof.verify(keys: [try Fixture.signer(seed: 9).verifier]) }
    }

    @Test(arguments: [
        ("", "this is no proof: no empty line ends it"),
        ("c2sp.org/tlog-proof@v2\n\n", "this is no proof: its first line names another form"),
        (
            "c2sp.org/tlog-proof@v1\nindex 3\n\n",
            "this is no proof: its second line is not `extra` with the record in base64"
        ),
        (
            "c2sp.org/tlog-proof@v1\nextra e30=\nindex 03\n\n",
            "this is no proof: its third line is not `index` and a number"
        ),
        ("c2sp.org/tlog-proof@v1\nextra e30=\nindex 3\nAAAA\n\n", "this is no proof: a line is no hash in base64"),
    ])
    func `what is no proof says why`(text: String, message: String) {
        do throws(AuditError) {
            _ = try InclusionProof(tlogProof: Array(text.utf8))
            Issue.record("it was taken")
        } catch { #expect(error.message == message) }
    }

    @Test func `what is not there is not proven, and a damaged journal proves nothing`() throws {
        var prover = prover()
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(
            message { _ = try prover.inclusion(of: 999, in: "gw-1/acme") }.hasPrefix("`gw-1/acme` has no record 999"))
        #expect(
            message { _ = try prover.inclusion(of: 0, in: "gw-1/nobody") }
                == "the trail has no log `gw-1/nobody` [audit_not_found]")
        var bytes = storage["00000002.jsonl"]
        let place = try #require(bytes.firstRange(of: Array("approval_needed".utf8))).lowerBound
        bytes[place] ^= 1
        storage.set("00000002.jsonl", bytes)
        #expect(message { _ = try prover.inclusion(of: 0, in: "gw-1/acme") }.contains("was changed"))
        var forked = try #require(notes("gw-1/acme").first)
        forked = try Checkpoint(
            origin: "gw-1/acme", size: Checkpoint(text: SignedNote(parsing: forked.utf8).text).size, root: .zero
        ).signed(by: Fixture.signer().named("gw-1/acme")).encoded
        storage.set("00000002.jsonl", try Fixture.written(batches: 24, segmentBytes: 1 << 13)["00000002.jsonl"])
        #expect(message { _ = try prover.consistency(from: forked) }.contains("did not grow from"))
    }

    @Test func `a receipt is held against its record`() throws {
        var prover = prover()
        let proof = try prover.inclusion(of: 2, in: "gw-1/acme")
        let leaf = MerkleHash.leaf(proof.record).hex
        func answer(_ change: (String) -> String = { $0 }) throws -> DecisionReceiptCheck {
            let text = """
                {"decision_id": "d-4", "decision": "approval_needed", "policy_version": "acme/42@sha256:1f0c1f0c1f0c",
                 "decision_reason": {"code": "approval_required", "policy": "finance-payments", "rule": "large"},
                 "agent_id": "finance-agent", "tool_name": "payments.transfer",
                 "receipt": {"log": "gw-1/acme", "index": 2, "leaf_hash": "\(leaf)"}}
                """
            let document = try Document(json: Array(change(text).utf8))
            return try withExtendedLifetime(document) { try DecisionReceiptCheck(answer: document.root) }
        }
        #expect(try answer().verify(proof, keys: keys).origin == "gw-1/acme")
        let wrong: [(String, String, String)] = [
            ("approval_needed", "allow", "the answer says `allow` as `decision`, the record `approval_needed`"),
            ("\"large\"", "\"small\"", "the answer says `small` as `decision_reason.rule`, the record `large`"),
            ("d-4", "d-5", "the answer says `d-5` as `decision_id`, the record `d-4`"),
            (
                "\"index\": 2", "\"index\": 3",
                "the receipt is for record 3 of `gw-1/acme`, the proof for record 2 of `gw-1/acme`"
            ),
            (leaf, MerkleHash.zero.hex, "record 2 of `gw-1/acme` is not the one that the receipt was given for"),
        ]
        let more: [(String, String)] = [
            (#""mode": "shadow""#, "the answer says `shadow` as `mode`"),
            (#""dry_run": true"#, "the answer says `dry_run` as `mode`"),
            (#""would_decision": {"decision": "allow"}"#, "the answer says `allow` as `would_decision`"),
            (#""would_decision": "deny""#, "the answer says `deny` as `would_decision`"),
            (#""trace_id": "00""#, "the answer says `00` as `trace_id`"),
            (#""approval": {"approval_id": "apr_1"}"#, "the answer says `apr_1` as `approval_id`"),
            (
                #""redactions": [{"path": "$.a", "count": 1}]"#,
                #"the answer says `[{"count":1,"path":"$.a"}]` as `redactions`"#
            ),
            (#""limits": {"retry_after_s": 3}"#, #"the answer says `{"retry_after_s":3}` as `limits`"#),
        ]
        for (member, message) in more {
            let check = try answer { $0.replacing(#""agent_id""#, with: "\(member), \"agent_id\"") }
            let error = #expect(throws: AuditError.self) { try check.verify(proof, keys: keys) }
            #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        }
        for (from, to, message) in wrong {
            let check = try answer { $0.replacing(from, with: to) }
            do throws(AuditError) {
                _ = try check.verify(proof, keys: keys)
                Issue.record("`\(to)` was taken")
            } catch { #expect(error.message == message) }
        }
        #expect(throws: AuditError.self) { try answer { $0.replacing("leaf_hash", with: "leaf") } }
    }

    @Test func `tiles hold every entry and every hash`() throws {
        var files: [String: [UInt8]] = [:]
        let size = try TileExport(prover()) { files[$0] = $1 }.run(log: "gw-1/acme")
        let lines = Fixture.lines(storage).filter { $0.contains("\"log\":\"gw-1/acme\"") }.map { Array($0.utf8) }
        #expect(Int(size) == lines.count)
        #expect(files.keys.sorted() == ["checkpoint", "tile/0/000.p/\(size)", "tile/entries/000.p/\(size)"])
        #expect(files["tile/0/000.p/\(size)"] == lines.flatMap { MerkleHash.leaf($0).bytes })
        #expect(
            files["tile/entries/000.p/\(size)"]
                == lines.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 })
        #expect(TileExport.path(1_234_067) == "x001/x234/067")
        #expect(TileExport.path(999) == "999")
        #expect(TileExport.path(1000) == "x001/000")
    }
}
