@testable import AuditTrail
import Crypto
import FoundationEssentials
import MerkleLog
import Testing

/// Journals as tests need them: a fixed key, small segments, heads written at once.
enum Fixture {
    static let gateway = "gw-1"

    static func signer(_ gateway: String = Self.gateway, seed: UInt8 = 0) throws -> NoteSigner {
        try NoteSigner(name: gateway, privateKey: .init(rawRepresentation: (0..<32).map { $0 &+ seed }))
    }

    static func configuration(segmentBytes: Int = 1 << 13) -> AuditJournal.Configuration {
        var configuration = AuditJournal.Configuration(gateway: gateway)
        configuration.segmentBytes = segmentBytes
        configuration.headInterval = .zero
        return configuration
    }

    static func journal(_ storage: any JournalStorage, segmentBytes: Int = 1 << 13) throws -> AuditJournal {
        try AuditJournal(storage: storage, configuration: configuration(segmentBytes: segmentBytes), signer: signer())
    }

    static func verify(
        _ storage: any JournalStorage, checkpoints: [AuditVerifier.KnownCheckpoint] = []
    ) throws -> AuditReport {
        var verifier = AuditVerifier(storage: storage, keys: [try signer().verifier])
        return try verifier.run(checkpoints)
    }

    /// A decision as gateways make them; `number` makes it different from others.
    static func decision(_ number: Int, tenant: String = "acme") -> AuditRecordDraft {
        var draft = AuditRecordDraft(kind: .decision, tenant: tenant, time: 1_795_409_523_000_000_000 + Int64(number))
        draft.decisionID = "d-\(number)"
        draft.agentID = "finance-agent"
        draft.callChain = ["planner"]
        draft.toolName = "payments.transfer"
        draft.parametersShown = CanonicalJSON(texts: ["amount": "\(number)", "to": "[redacted]"])
        draft.decision = "approval_needed"
        draft.decisionReason = AuditReason(
            code: "approval_required", message: "Transfers above 5000 need a treasurer", policy: "finance-payments",
            rule: "large")
        draft.policyVersion = "acme/42@sha256:1f0c1f0c1f0c"
        draft.approvalID = "apr_\(number)"
        return draft
    }

    /// A closed journal of `batches` batches; batch `n` holds `n % 3 + 1` records of two tenants in turn.
    static func written(batches: Int, segmentBytes: Int = 1 << 13) throws -> MemoryStorage {
        let storage = MemoryStorage()
        let writer = try self.writer(storage, segmentBytes: segmentBytes)
        var number = 0
        for batch in 0..<batches {
            var records: [FormattedRecord] = []
            for _ in 0...batch % 3 {
                records.append(try record(number))
                number += 1
            }
            _ = try writer.commit(records)
        }
        writer.close()
        return storage
    }

    static func record(_ number: Int) throws -> FormattedRecord {
        let tenant = number.isMultiple(of: 2) ? "acme" : "globex"
        return try RecordFormatter.format(decision(number, tenant: tenant), log: "\(gateway)/\(tenant)")
    }

    /// A writer without its thread, at the recovered end of `storage`.
    static func writer(_ storage: MemoryStorage, segmentBytes: Int = 1 << 13) throws -> JournalWriter {
        let keys = JournalKeyring([try signer().verifier])
        var recovery = JournalRecovery(storage: storage, gateway: gateway, keys: keys)
        let end = try recovery.run(.everything)
        return try JournalWriter(
            storage: storage, signer: signer(), keys: keys, segmentBytes: segmentBytes, end: end)
    }

    /// All record lines of all segments, in order.
    static func lines(_ storage: MemoryStorage) -> [String] {
        storage.files.keys.filter { JournalFiles.segmentNumber($0) != nil }.sorted().flatMap { name in
            storage[name].prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n"))
                .map { String(decoding: $0, as: UTF8.self) }
                .filter { $0.contains("\"prev_hash\"") }
        }
    }
}

struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
