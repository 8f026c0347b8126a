public import Approvals
import Redaction
import RegoValues

extension Decision {
    /// The response body of the decision API, fields in their documented order.
    public var json: [UInt8] {
        if let repeatedAnswer { return repeatedAnswer }
        // Somewhat more than most answers, and less than the kilobyte up to which memory is handed out from the thread's own.
        var json = JSONText(capacity: 960)
        write(to: &json)
        return json.bytes
    }

    public func write(to json: inout JSONText) {
        json.object { json in
            json.field("decision_id", id.description)
            json.field("decision", outcome.rawValue)
            json.key("decision_reason")
            Decision.write(reason, to: &json)
            json.field("policy_version", policyVersion)
            json.field("mode", mode.rawValue)
            json.key("would_decision")
            if let would {
                json.object { json in
                    json.field("decision", would.outcome.rawValue)
                    json.key("decision_reason")
                    Decision.write(would.reason, to: &json)
                    if let candidateVersion { json.field("policy_version", candidateVersion) }
                }
            } else {
                json.null()
            }
            json.field("agent_id", agentID)
            json.field("tool_name", toolName)
            json.key("approval")
            if let approval {
                json.object { json in
                    json.field("approval_id", approval.id)
                    json.field("status", approval.status)
                    json.field("url", approval.url)
                    json.field("expires_at", approval.expiresAt.description)
                }
            } else {
                json.null()
            }
            json.key("parameters")
            if let parameters { json.raw(parameters) } else { json.null() }
            json.key("redactions")
            Decision.write(redactions, to: &json)
            if mustCheckResult {
                json.key("check_result")
                json.boolean(true)
            }
            json.key("limits")
            limits.write(to: &json)
            if let delegation { json.field("delegation", delegation) }
            json.field("trace_id", traceID)
            json.key("receipt")
            Decision.write(receipt, to: &json)
            if isDryRun {
                json.key("dry_run")
                json.boolean(true)
            }
        }
    }

    static func write(_ redactions: [RedactedPlace], to json: inout JSONText) {
        json.array { json in
            for redaction in redactions {
                json.object { json in
                    json.field("path", redaction.path)
                    json.field("detector", redaction.detector)
                    json.field("count", Int64(redaction.count))
                }
            }
        }
    }

    static func write(_ receipt: DecisionReceipt?, to json: inout JSONText) {
        guard let receipt else {
            json.null()
            return
        }
        json.object { json in
            json.field("log", receipt.log)
            json.field("index", Int64(clamping: receipt.index))
            json.field("leaf_hash", receipt.leafHash)
            json.field("checkpoint_size", Int64(clamping: receipt.checkpointSize))
        }
    }

    static func write(_ reason: DecisionReason, to json: inout JSONText) {
        json.object { json in
            json.field("code", reason.code.rawValue)
            json.field("message", reason.message)
            json.field("policy", reason.policy)
            json.field("rule", reason.rule)
            if !reason.also.isEmpty {
                json.key("also")
                json.array { json in for other in reason.also { write(other, to: &json) } }
            }
        }
    }
}

extension Decision.Limits {
    var isEmpty: Bool { budgetRemaining == nil && retryAfterSeconds == nil }

    /// In the canonical order.
    func write(to json: inout JSONText) {
        json.object { json in
            if let budgetRemaining { json.field("budget_remaining", budgetRemaining) }
            if let retryAfterSeconds { json.field("retry_after_s", retryAfterSeconds) }
        }
    }
}

extension Decision {
    /// The decision that an earlier answer tells of, for enforcement points that need more than its text.
    /// nil where the text is none of ours.
    init?(repeating answer: [UInt8]) {
        guard let document = try? Document(json: answer) else { return nil }
        defer { withExtendedLifetime(document) {} }
        let root = document.root
        guard let id = root.lookup("decision_id").string.flatMap(DecisionID.init(parsing:)),
            let outcome = root.lookup("decision").string.flatMap(Outcome.init(rawValue:)),
            let reason = Decision.reason(root.lookup("decision_reason")),
            let mode = root.lookup("mode").string.flatMap(TenantSettings.Mode.init(rawValue:))
        else { return nil }
        var parameters: [UInt8]?
        if root.lookup("parameters").kind == .object {
            var text: [UInt8] = []
            JSONWriter.write(root.lookup("parameters"), to: &text)
            parameters = text
        }
        var would: Would?
        let shadow = root.lookup("would_decision")
        if let outcome = shadow.lookup("decision").string.flatMap(Outcome.init(rawValue:)),
            let reason = Decision.reason(shadow.lookup("decision_reason"))
        {
            would = Would(outcome, reason)
        }
        self.init(
            id: id, outcome: outcome, reason: reason, policyVersion: root.lookup("policy_version").string, mode: mode,
            would: would, tenant: nil, proof: nil,
            agentID: root.lookup("agent_id").string, toolName: root.lookup("tool_name").string, approval: nil,
            parameters: parameters, mustCheckResult: root.lookup("check_result") == .true,
            redactions: root.lookup("redactions").elements.map { entry in
                RedactedPlace(
                    path: entry.lookup("path").string ?? "", detector: entry.lookup("detector").string ?? "",
                    count: Int(entry.lookup("count").int64 ?? 0))
            }, limits: Limits(), traceID: root.lookup("trace_id").string, span: nil, isDryRun: false,
            delegation: root.lookup("delegation").string, receipt: nil, problem: nil,
            repeatedAnswer: answer)
    }

    /// Puts another chain in the place of the one that a repeated answer tells; the rest stays word for word.
    mutating func renew(delegation chain: String) {
        guard let old = delegation, var answer = repeatedAnswer else { return }
        // A chain is signed after the call is known, so that nothing of the call can read like this one.
        guard let place = answer.firstRange(of: Array("\"delegation\":\"\(old)\"".utf8)) else { return }
        answer.replaceSubrange(place, with: Array("\"delegation\":\"\(chain)\"".utf8))
        repeatedAnswer = answer
        delegation = chain
    }

    private static func reason(_ value: Value) -> DecisionReason? {
        guard let code = value.lookup("code").string.flatMap(ReasonCode.init(rawValue:)) else { return nil }
        return DecisionReason(
            code, value.lookup("message").string ?? "", policy: value.lookup("policy").string,
            rule: value.lookup("rule").string, also: value.lookup("also").elements.compactMap(reason))
    }
}
