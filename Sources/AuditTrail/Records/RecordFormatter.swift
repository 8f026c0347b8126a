/// A record's canonical line but for what only the journal knows, with the places where that goes.
///
/// Made by the caller's thread, so that the one writer has nothing to do but splice and hash. The pieces are
///
///     prefix ‖ "hash":"…", ‖ bytes[..<index] ‖ "index":N ‖ bytes[index..<prev] ‖ ,"prev_hash":"…" ‖ rest
public struct FormattedRecord: Sendable {
    let log: String
    let bytes: [UInt8]
    /// Where `"hash":"…",` goes.
    let hashOffset: Int
    /// Where `"index":N` goes.
    let indexOffset: Int
    /// Where `,"prev_hash":"…"` goes.
    let previousOffset: Int

    /// The most that the journal's own fields add.
    static let spliceBytes = 74 + 28 + 79

    /// The longest line, newline not counted: what a 16-bit length can say (c2sp.org/tlog-tiles, entries).
    static let maximumLineBytes = 65_535
}

/// Writes RFC 8785 canonical JSON for records by naming the members in their sorted order.
enum RecordFormatter {
    /// The record's line for `log`. Fields that make it too long are replaced by their digest, largest kinds first:
    /// `parameters_shown`, `detail`, `limits`, `redactions`.
    /// - Throws: ``AuditError`` `.recordTooLarge` if that does not suffice.
    static func format(_ draft: AuditRecordDraft, log: String) throws(AuditError) -> FormattedRecord {
        var record = write(draft, log: log, omitting: 0)
        var omitting = 0
        while record.bytes.count + FormattedRecord.spliceBytes > FormattedRecord.maximumLineBytes {
            omitting += 1
            guard omitting <= Omission.allCases.count else {
                throw AuditError(
                    .recordTooLarge, "the record for `\(log)` is longer than \(FormattedRecord.maximumLineBytes) bytes",
                    fix: "shorten its texts: what may be long has already been replaced by digests")
            }
            record = write(draft, log: log, omitting: omitting)
        }
        return record
    }

    // Raw values are the order in which fields give way.
    private enum Omission: Int, CaseIterable { case parametersShown = 1, detail, limits, redactions }

    private static func write(_ draft: AuditRecordDraft, log: String, omitting: Int) -> FormattedRecord {
        func value(_ json: CanonicalJSON?, _ field: Omission) -> CanonicalJSON? {
            guard let json, field.rawValue <= omitting else { return json }
            return .omitted(json)
        }
        var line = MemberWriter()
        line.string("acting_for", draft.actingFor)
        line.string("agent_id", draft.agentID)
        line.string("agent_identity", draft.agentIdentity)
        line.string("approval_id", draft.approvalID)
        line.string("bundle_digest", draft.bundleDigest)
        line.strings("call_chain", draft.callChain)
        line.string("decision", draft.decision)
        line.string("decision_id", draft.decisionID)
        line.reason("decision_reason", draft.decisionReason)
        line.json("detail", value(draft.detail, .detail))
        line.string("enforcement_point", draft.enforcementPoint)
        line.time("evaluated_at", draft.evaluatedAt)
        line.endMember()
        let hashOffset = line.bytes.count
        line.string("idempotency_key", draft.idempotencyKey)
        line.endMember()
        let indexOffset = line.bytes.count
        line.needsComma = true
        line.string("input_digest", draft.inputDigest)
        line.string("input_ref", draft.inputRef)
        line.string("kind", draft.kind.rawValue)
        line.integer("latency_us", draft.latencyMicroseconds)
        line.json("limits", value(draft.limits, .limits))
        line.string("log", log)
        line.string("mode", draft.mode)
        line.string("parameters_digest", draft.parametersDigest)
        line.json("parameters_shown", value(draft.parametersShown, .parametersShown))
        line.string("policy_version", draft.policyVersion)
        let previousOffset = line.bytes.count
        line.json("redactions", value(.redactions(draft.redactions), .redactions))
        line.string("region", draft.region)
        line.string("retention_class", draft.retentionClass)
        line.string("rule", draft.rule)
        line.integer("schema", 1)
        line.json("session_effects", draft.sessionEffects)
        line.string("session_id", draft.sessionID)
        line.string("span_id", draft.spanID)
        line.json("spent", draft.spent)
        line.string("state_digest", draft.stateDigest)
        line.string("tenant", draft.tenant)
        line.time("time", draft.time)
        line.string("tool_name", draft.toolName)
        line.string("trace_id", draft.traceID)
        line.string("would_decision", draft.wouldDecision)
        return FormattedRecord(
            log: log, bytes: line.finished(), hashOffset: hashOffset, indexOffset: indexOffset,
            previousOffset: previousOffset)
    }
}
