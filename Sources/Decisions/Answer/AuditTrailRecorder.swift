public import Approvals
public import AuditTrail
import Crypto
import MerkleLog
import Redaction
import RegoValues

/// Writes decisions to the audit trail.
public struct AuditTrailRecorder: DecisionRecorder {
    /// The log of calls that nobody proved to be any tenant's.
    public static let unknownTenant = "_unknown"

    private let journal: AuditJournal
    private let inputs: SealedInputStore?

    /// - Parameter inputs: where inputs and the salts of their commitments are kept; nil: nowhere, and what records commit
    ///   to can be opened by nobody.
    public init(journal: AuditJournal, inputs: SealedInputStore?) {
        self.journal = journal
        self.inputs = inputs
    }

    public func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        let salt = InputCommitment()
        let plain = inputs == nil ? nil : EvaluatedInput.plain(record, salt: salt)
        let receipt = try await journal.append(line(record, salt: salt, plain: plain))
        if let inputs, let plain {
            let id = record.answer.id
            inputs.keep(
                SealedInput(name: InputName(high: id.high, low: id.low), time: record.at.nanoseconds, plain: plain))
        }
        return DecisionReceipt(
            log: receipt.log, index: receipt.index, leafHash: receipt.leafHash.hex,
            checkpointSize: receipt.checkpointSize)
    }

    public func note(_ event: TrailEvent, at time: Timestamp) async throws {
        var draft = AuditRecordDraft(kind: .budget, tenant: event.tenant, time: time.nanoseconds)
        draft.agentID = event.agent
        draft.decisionID = event.decisionID.description
        draft.idempotencyKey = event.key
        draft.policyVersion = event.policyVersion
        draft.detail = CanonicalJSON(texts: event.detail)
        _ = try await journal.append(draft)
    }

    /// In one step, since the fields are many: none of them is kept while the record is on its way to the disk.
    private func line(_ record: DecisionRecord, salt: InputCommitment, plain: [UInt8]?) throws -> FormattedRecord {
        var draft = AuditRecordDraft(
            kind: .decision, tenant: record.answer.tenant ?? AuditTrailRecorder.unknownTenant,
            time: record.at.nanoseconds)
        try AuditTrailRecorder.fill(&draft, record, salt: salt, plain: plain)
        return try journal.format(draft)
    }

    /// The audit record's fields; the journal adds its own.
    /// - Parameter plain: what will be kept of the input; nil: nothing.
    private static func fill(
        _ draft: inout AuditRecordDraft, _ record: DecisionRecord, salt: InputCommitment, plain: [UInt8]?
    ) throws {
        let answer = record.answer
        draft.decisionID = answer.id.description
        draft.idempotencyKey = record.idempotencyKey
        draft.traceID = answer.traceID
        draft.spanID = record.spanID
        draft.region = record.region
        draft.agentID = answer.agentID
        draft.actingFor = record.actingFor
        draft.callChain = record.chain
        draft.agentIdentity = record.callerIdentity
        draft.sessionID = record.sessionID
        draft.stateDigest = try record.sessionDigest()
        draft.sessionEffects = try record.sessionEffects.map(AuditTrailRecorder.effects)
        if !record.spent.isEmpty {
            var json = JSONText(capacity: 480)
            record.spent.write(to: &json)
            draft.spent = CanonicalJSON(canonical: json.bytes)
        }
        draft.toolName = answer.toolName
        draft.parametersDigest = record.parametersDigest.map(salt.commitment)
        if let plain {
            draft.inputDigest = salt.commitment(to: Hex.encode(SHA256.hash(data: plain)))
            draft.inputRef = "sealed:\(answer.id)"
        }
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
                    if let version = answer.candidateVersion { json.field("would_policy_version", version) }
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
        draft.retentionClass = record.retentionClass
        draft.redactions = answer.redactions.map {
            AuditRedaction(path: $0.path, detector: $0.detector, count: $0.count)
        }
        if !answer.limits.isEmpty {
            var json = JSONText(capacity: 96)
            answer.limits.write(to: &json)
            draft.limits = CanonicalJSON(canonical: json.bytes)
        }
        draft.enforcementPoint = record.point
        draft.latencyMicroseconds = max(0, record.at.nanoseconds - record.admittedAt.nanoseconds) / 1000
    }

    /// What the call did to its session, for a gateway that starts again.
    private static func effects(_ effects: SessionEffects) throws -> CanonicalJSON {
        guard !effects.isPlain else { return CanonicalJSON(integer: effects.place, named: "place") }
        var json = JSONText()
        effects.write(to: &json)
        return try canonical(json)
    }

    private static func canonical(_ json: JSONText) throws -> CanonicalJSON {
        let document = try Document(json: json.bytes)
        return try withExtendedLifetime(document) { try CanonicalJSON(document.root) }
    }
}

extension DecisionRecord {
    /// SHA-256 over the canonical JSON of what the policies saw of the session; nil where it was new.
    fileprivate func sessionDigest() throws -> String? {
        guard !session.labels.isEmpty || session.calls > 0 else { return nil }
        // The policies saw it with its id.
        if let seen = input?.lookup("session"), seen.kind == .object { return try SessionFacts.digest(of: seen) }
        let heap = Heap()
        return try withExtendedLifetime(heap) {
            try SessionFacts.digest(of: session.document(id: nil, in: heap))
        }
    }
}

extension SessionFacts {
    /// - Parameter document: as policies see it; the session's id is left out.
    static func digest(of document: Value) throws -> String {
        var text: [UInt8] = []
        try JSONWriter.canonical(document, omitting: "id", to: &text)
        return Hex.encode(SHA256.hash(data: text), behind: "sha256:")
    }
}

extension AuditReason {
    init(_ reason: DecisionReason) {
        self.init(
            code: reason.code.rawValue, message: reason.message, policy: reason.policy, rule: reason.rule,
            also: reason.also.map(AuditReason.init))
    }
}
