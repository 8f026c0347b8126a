import RegoValues

/// What a permitted call did cost: the body of `POST /v1/usage`.
struct UsageReport {
    enum Outcome {
        case cost(MicroUnits)
        /// The call never took place, so it cost nothing.
        case failed
    }

    let decisionID: DecisionID
    let outcome: Outcome
    let claimedAgent: String?

    /// Reads `{decision_id, cost, agent?}` or `{decision_id, failed: true, agent?}`. The cost is a number, or a decimal in a
    /// string where a number would lose digits; it is in the currency of the budgets that the call was charged to.
    static func parse(_ json: [UInt8], limits: AdmissionLimits) throws(AdmissionError) -> UsageReport {
        let heap = Heap()
        defer { withExtendedLifetime(heap) {} }
        let reader = FieldReader(limits: limits)
        let root = try reader.root(json, in: heap, fields: ["decision_id", "cost", "failed", "agent"])
        guard let text = try reader.name(root, "decision_id"), let id = DecisionID(parsing: text) else {
            throw .malformed("`decision_id` is missing, or is not the id of a decision")
        }
        let failed = try reader.boolean(root, "failed")
        let cost = root.lookup("cost")
        let outcome: Outcome
        switch (cost.kind, failed) {
        case (.undefined, true), (.null, true): outcome = .failed
        case (.undefined, false), (.null, false):
            throw .malformed("`cost` is missing; say `failed: true` for a call that never took place")
        case (_, true): throw .malformed("a call that `failed` has no `cost`")
        case (.number, false), (.string, false):
            guard let digits = cost.kind == .number ? cost.numberText : cost.string,
                let amount = MicroUnits(roundingUp: digits.utf8)
            else {
                throw .malformed("`cost` is not an amount from 0 to 9223372036854.775807")
            }
            outcome = .cost(amount)
        default: throw .malformed("`cost` is not a number")
        }
        return UsageReport(decisionID: id, outcome: outcome, claimedAgent: try reader.claimedAgent(root))
    }
}

/// What became of a usage report.
public struct UsageAnswer: Sendable, Hashable {
    public enum Status: String, Sendable {
        /// What was reserved and not spent went back to the budgets.
        case settled
        /// The call cost more than it had reserved: it is charged in full, and the windows it was charged to are closed.
        case overrun
        case alreadySettled = "already_settled"
    }

    public var decisionID: DecisionID
    public var status: Status
    /// What went back, or what was too much.
    public var difference: MicroUnits

    /// The response body.
    public var json: [UInt8] {
        #"{"decision_id":"\#(decisionID)","status":"\#(status.rawValue)","difference":"\#(difference.decimalText)"}"#
            .utf8.map { $0 }
    }
}

/// Why a usage report was not taken.
public enum UsageError: Error, Sendable, Hashable {
    case invalid(AdmissionError)
    /// Nobody, or another agent than the one whose call it was: to them it is as if there were no such decision.
    case unknownDecision
    case stateUnavailable
    /// The settlement stands; its record could not be written.
    case auditUnavailable
}
