public import AuditTrail

/// What came of evaluating a decision again.
public struct ReplayedDecision: Sendable, Hashable {
    public let decisionID: DecisionID
    public let outcome: Outcome
    public let reason: DecisionReason
    public let would: Decision.Would?
    /// The version that was evaluated.
    public let policyVersion: String?

    init(_ decision: Decision) {
        decisionID = decision.id
        outcome = decision.outcome
        reason = decision.reason
        would = decision.would
        policyVersion = decision.policyVersion
    }

    /// Where the record says something else than evaluation does.
    public struct Difference: Sendable, Hashable, CustomStringConvertible {
        /// As the record names it, such as `decision_reason.rule`.
        public let field: String
        /// Nil where there is none.
        public let recorded: String?
        public let replayed: String?

        public var description: String {
            "`\(field)` is recorded as \(recorded.map { "`\($0)`" } ?? "absent"), and comes to "
                + (replayed.map { "`\($0)`" } ?? "nothing")
        }
    }

    /// Compares the outcome, its reason code, policy and rule, and what shadow policies would have done, unless the record
    /// speaks there for a candidate bundle.
    public func differences(from record: AuditRecordLine) -> [Difference] {
        var fields = [
            ("decision", record["decision"], outcome.rawValue),
            ("decision_reason.code", record["decision_reason", "code"], reason.code.rawValue),
            ("decision_reason.policy", record["decision_reason", "policy"], reason.policy),
            ("decision_reason.rule", record["decision_reason", "rule"], reason.rule),
        ]
        if record["detail", "would_policy_version"] == nil {
            fields.append(("would_decision", record["would_decision"], would?.outcome.rawValue))
        }
        return fields.compactMap { field, recorded, replayed in
            recorded == replayed ? nil : Difference(field: field, recorded: recorded, replayed: replayed)
        }
    }
}
