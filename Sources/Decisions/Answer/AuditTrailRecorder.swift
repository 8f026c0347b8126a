import Approvals
public import AuditTrail
public import Crypto
import MerkleLog
import Redaction
import RegoValues

/// Writes decisions to the audit trail.
public struct AuditTrailRecorder: DecisionRecorder {
    /// The log of calls that nobody proved to be any tenant's.
    public static let unknownTenant = "_unknown"

    private let journal: AuditJournal
    private let commitmentKey: SymmetricKey

    /// - Parameter commitmentKey: stays with the gateway; who has it, and the parameters, can check a record's digest.
    public init(journal: AuditJournal, commitmentKey: SymmetricKey) {
        self.journal = journal
        self.commitmentKey = commitmentKey
    }

    public func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        let receipt = try await journal.append(draft(record))
        return DecisionReceipt(log: receipt.log, index: receipt.index, leafHash: receipt.leafHash.hex)
    }

    /// The audit record's fields; the journal adds its own.
    func draft(_ record: DecisionRecord) throws -> AuditRecordDraft {
        let answer = record.answer
        var draft = AuditRecordDraft(
            kind: .decision, tenant: answer.tenant ?? AuditTrailRecorder.unknownTenant, time: record.at.nanoseconds)
        draft.decisionID = answer.id.description
        draft.idempotencyKey = record.idempotencyKey
        draft.traceID = answer.traceID
        draft.spanID = record.spanID
        draft.region = record.region
        draft.agentID = answer.agentID
        draft.actingFor = record.actingFor
        draft.agentIdentity = record.callerIdentity
        draft.sessionID = record.sessionID
        draft.toolName = answer.toolName
        draft.parametersDigest = record.parametersDigest.map { commitment(to: $0, of: answer.id) }
        if let shown = record.parametersShown { draft.parametersShown = try CanonicalJSON(shown) }
        draft.evaluatedAt = record.admittedAt.nanoseconds
        draft.decision = answer.outcome.rawValue
        draft.decisionReason = AuditReason(answer.reason)
        draft.wouldDecision = answer.wouldOutcome?.rawValue
        if answer.would != nil || record.result != nil {
            var json = JSONText()
            json.object { json in
                if let would = answer.would {
                    json.key("would_decision_reason")
                    Decision.write(would.reason, to: &json)
                }
                if let result = record.result {
                    json.key("result")
                    json.object { json in
                        json.field("decision_id", result.decisionID)
                        json.key("labels")
                        json.array { json in for label in result.labels { json.string(label) } }
                    }
                }
            }
            draft.detail = try AuditTrailRecorder.canonical(json)
        }
        draft.mode = answer.isDryRun ? "dry_run" : answer.mode.rawValue
        draft.policyVersion = answer.policyVersion
        draft.bundleDigest = record.bundleDigest
        draft.rule = answer.reason.rule
        draft.approvalID = record.approvalID
        draft.redactions = answer.redactions.map {
            AuditRedaction(path: $0.path, detector: $0.detector, count: $0.count)
        }
        if !answer.limits.isEmpty {
            var json = JSONText()
            answer.limits.write(to: &json)
            draft.limits = try AuditTrailRecorder.canonical(json)
        }
        draft.enforcementPoint = record.point
        draft.latencyMicroseconds = max(0, record.at.nanoseconds - record.admittedAt.nanoseconds) / 1000
        return draft
    }

    private static func canonical(_ json: JSONText) throws -> CanonicalJSON {
        let document = try Document(json: json.bytes)
        return try withExtendedLifetime(document) { try CanonicalJSON(document.root) }
    }

    /// HMAC-SHA-256 over the decision's id and the digest: likely parameters cannot be tried out against it, and two
    /// records do not show that they are about the same ones.
    private func commitment(to digest: String, of id: DecisionID) -> String {
        let message = Array("\(id):\(digest)".utf8)
        return "hmac-sha256:"
            + Digests.hexadecimal(HMAC<SHA256>.authenticationCode(for: message, using: commitmentKey))
    }
}

extension AuditReason {
    init(_ reason: DecisionReason) {
        self.init(
            code: reason.code.rawValue, message: reason.message, policy: reason.policy, rule: reason.rule,
            also: reason.also.map(AuditReason.init))
    }
}
