@testable import AuditTrail
import Crypto
import FoundationEssentials
import MerkleLog
import RegoValues
import Testing

struct RecordTests {
    static func everything() -> AuditRecordDraft {
        var draft = Fixture.decision(7)
        draft.idempotencyKey = "key \"quoted\" \\ \u{1}\u{1f}\u{7f}\u{2028}\n\t\r\u{8}\u{c} é😀"
        draft.traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
        draft.spanID = "00f067aa0ba902b7"
        draft.region = "eu"
        draft.actingFor = "orchestrator"
        draft.agentIdentity = "spiffe://acme/ns/fin/sa/agent"
        draft.sessionID = "s1"
        draft.parametersDigest = "sha256:00"
        draft.inputDigest = "hmac-sha256:00"
        draft.inputRef = "sealed:1"
        draft.stateDigest = "sha256:01"
        draft.evaluatedAt = 1_795_409_523_000_000_001
        draft.wouldDecision = "deny"
        draft.mode = "enforce"
        draft.bundleDigest = "sha256:02"
        draft.rule = "large"
        draft.redactions = [AuditRedaction(path: "$.memo", detector: "us_ssn", count: 2)]
        draft.limits = CanonicalJSON(texts: ["budget_remaining": "13.40 USD"])
        draft.enforcementPoint = "envoy"
        draft.latencyMicroseconds = 412
        draft.retentionClass = "standard"
        draft.detail = CanonicalJSON(texts: ["b": "2", "a": "1"])
        draft.decisionReason?.also = [AuditReason(code: "policy_deny", message: "no")]
        return draft
    }

    static func line(_ draft: AuditRecordDraft, state: LogState = LogState()) throws -> [UInt8] {
        var (state, buffer) = (state, [UInt8]())
        _ = state.append(try RecordFormatter.format(draft, log: "gw-1/acme"), to: &buffer)
        return buffer.dropLast()
    }

    /// What an independent reader finds at a path of a line.
    static func read<Result>(_ line: [UInt8], _ body: (Value) throws -> Result) throws -> Result {
        let document = try Document(json: line)
        return try withExtendedLifetime(document) { try body(document.root) }
    }

    @Test(arguments: [everything(), Fixture.decision(1), AuditRecordDraft(kind: .heartbeat, tenant: "acme", time: 0)])
    func `a record's line is canonical JSON by an independent writer`(draft: AuditRecordDraft) throws {
        let line = try Self.line(draft)
        let canonical = try Self.read(line) { root in
            var canonical: [UInt8] = []
            try JSONWriter.canonical(root, to: &canonical)
            return canonical
        }
        #expect(String(decoding: line, as: UTF8.self) == String(decoding: canonical, as: UTF8.self))
    }

    @Test func `a record has the fields of the contract`() throws {
        let line = try Self.line(Self.everything())
        let names = try Self.read(line) { $0.entries.compactMap(\.key.string) }
        #expect(
            names == [
                "acting_for", "agent_id", "agent_identity", "approval_id", "bundle_digest", "call_chain", "decision",
                "decision_id", "decision_reason", "detail", "enforcement_point", "evaluated_at", "hash",
                "idempotency_key", "index", "input_digest", "input_ref", "kind", "latency_us", "limits", "log", "mode",
                "parameters_digest", "parameters_shown", "policy_version", "prev_hash", "redactions", "region",
                "retention_class", "rule", "schema", "session_id", "span_id", "state_digest", "tenant", "time",
                "tool_name", "trace_id", "would_decision",
            ])
        #expect(try Self.read(line) { $0.lookup("time").string } == "2026-11-23T04:52:03.000000007Z")
        #expect(try Self.read(line) { $0.lookup("prev_hash").string } == String(repeating: "0", count: 64))
    }

    @Test func `the hash is over the previous hash and the canonical record without its hash`() throws {
        var state = LogState()
        var (first, second) = ([UInt8](), [UInt8]())
        _ = state.append(try RecordFormatter.format(Self.everything(), log: "gw-1/acme"), to: &first)
        let leaf = state.append(try RecordFormatter.format(Fixture.decision(2), log: "gw-1/acme"), to: &second)
        let previous = try #require(Self.read(first) { $0.lookup("hash").string })
        let text = String(decoding: second.dropLast(), as: UTF8.self)
        let hash = try #require(Self.read(second) { $0.lookup("hash").string })
        let bare = text.replacing("\"hash\":\"\(hash)\",", with: "")
        let raw = try #require(MerkleHash(hex: previous)).bytes
        #expect(MerkleHash(SHA256.hash(data: raw + Array(bare.utf8))).hex == hash)
        #expect(try Self.read(second) { $0.lookup("prev_hash").string } == previous)
        #expect(leaf == MerkleHash(SHA256.hash(data: [0] + Array(text.utf8))))
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        (1_795_409_523_123_456_789, "2026-11-23T04:52:03.123456789Z"),
        (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999999Z"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
        (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
    ])
    func `times are written in UTC with nine digits`(time: Int64, text: String) {
        var bytes: [UInt8] = []
        Timestamp.write(time, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func `what makes a record too long gives way to its digest`() throws {
        var draft = Fixture.decision(1)
        let large = CanonicalJSON(texts: ["text": String(repeating: "x", count: 70_000)])
        draft.parametersShown = large
        let line = try Self.line(draft)
        let digest = MerkleHash(SHA256.hash(data: large.bytes)).hex
        #expect(try Self.read(line) { $0.lookup("parameters_shown").lookup("omitted_bytes").int64 } == 70_011)
        #expect(try Self.read(line) { $0.lookup("parameters_shown").lookup("sha256").string } == digest)
        #expect(try Self.read(line) { $0.lookup("decision").string } == "approval_needed")
        draft.detail = CanonicalJSON(texts: ["text": String(repeating: "x", count: 60_000)])
        #expect(try Self.read(Self.line(draft)) { $0.lookup("detail").lookup("text").string }?.count == 60_000)
    }

    @Test func `no line is longer than 65535 bytes, and one that could be so is refused`() throws {
        var longest = 0
        for length in 64_900...65_300 {
            var draft = AuditRecordDraft(kind: .config, tenant: "acme", time: 0)
            draft.toolName = String(repeating: "x", count: length)
            guard let line = try? Self.line(draft) else { continue }
            longest = max(longest, line.count)
        }
        #expect((65_400...FormattedRecord.maximumLineBytes).contains(longest))
        var draft = AuditRecordDraft(kind: .config, tenant: "acme", time: 0)
        draft.toolName = String(repeating: "x", count: 65_535)
        do {
            _ = try Self.line(draft)
            Issue.record("a record of that length was taken")
        } catch let error as AuditError {
            #expect(
                error.description == """
                    the record for `gw-1/acme` is longer than 65535 bytes [record_too_large]
                    fix: shorten its texts: what may be long has already been replaced by digests
                    """)
        }
    }

    @Test func `a number that canonical JSON would change is refused`() throws {
        #expect(throws: CanonicalError.self) {
            try Self.read(Array("{\"amount\":9007199254740993}".utf8)) { try CanonicalJSON($0) }
        }
        let exact = try Self.read(Array("{\"b\": 1.0, \"a\": [1e2]}".utf8)) { try CanonicalJSON($0) }
        #expect(exact.bytes == Array("{\"a\":[100],\"b\":1}".utf8))
    }

    @Test(arguments: [
        "{}", "{\"a\":1,\"a\":2}", "{\"b\":1,\"a\":2}", "{\"a\":1,}", "{\"a\" :1}", "{\"a\":\"\u{1}\"}", "{\"a\":[1}",
        "{\"a\":}", "{\"a\":1 }", "{\"a\":\"x}", "[]", "{\"a\":1}{\"b\":1}", "{\"a\\\":1}",
    ])
    func `a line that is not a canonical record has no links`(line: String) {
        Array(line.utf8).withUnsafeBufferPointer { #expect(RecordLinks($0) == nil) }
    }

    @Test func `fields read back from the line`() throws {
        let line = AuditRecordLine(
            bytes: try Self.line(Self.everything()), place: AuditPlace(file: "00000001.jsonl", line: 2))
        #expect(line["idempotency_key"] == Self.everything().idempotencyKey)
        #expect(line["decision_reason", "rule"] == "large")
        #expect(line["index"] == "0")
        #expect(line["nothing"] == nil)
        #expect(line["nothing", "at all"] == nil)
    }
}
