import Approvals
import Redaction

/// What may be shown of a tool's answer.
public struct ResultAnswer: Sendable, Hashable {
    /// `allow`: as it was; `sanitize`: rewritten; `deny`: nothing of it may be shown.
    public var decision: Decision
    /// JSON; nil where it is withheld.
    public var result: [UInt8]?
    /// What the tool's results add to the session.
    public var labels: [String]

    /// The response body, fields in their documented order.
    public var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("decision_id", decision.id.description)
            json.field("decision", decision.outcome.rawValue)
            json.key("decision_reason")
            Decision.write(decision.reason, to: &json)
            json.field("policy_version", decision.policyVersion)
            json.field("mode", decision.mode.rawValue)
            json.field("would_decision", decision.wouldOutcome?.rawValue)
            json.field("agent_id", decision.agentID)
            json.field("tool_name", decision.toolName)
            json.key("result")
            if let result { json.raw(result) } else { json.null() }
            json.key("redactions")
            Decision.write(decision.redactions, to: &json)
            json.key("labels")
            json.array { json in for label in labels { json.string(label) } }
            json.field("trace_id", decision.traceID)
            json.key("receipt")
            Decision.write(decision.receipt, to: &json)
        }
        return json.bytes
    }
}
