import RegoValues

/// What a permitted call did cost: the body of `POST /v1/usage`.
struct UsageReport {
    let decisionID: DecisionID
    let cost: ReportedCost
    let claimedAgent: String?

    /// Reads `{decision_id, cost, currency?, agent?}` or `{decision_id, failed: true, agent?}`. The cost is a number, or a decimal
    /// in a string where a number would lose digits; without `currency` it is in that of the budgets that the call was charged to.
    static func parse(_ json: [UInt8], limits: AdmissionLimits) throws(AdmissionError) -> UsageReport {
        let heap = Heap()
        defer { withExtendedLifetime(heap) {} }
        let reader = FieldReader(limits: limits)
        let root = try reader.root(json, in: heap, fields: ["decision_id", "cost", "currency", "failed", "agent"])
        guard let text = try reader.name(root, "decision_id"), let id = DecisionID(parsing: text) else {
            throw .malformed("`decision_id` is missing, or is not the id of a decision")
        }
        let failed = try reader.boolean(root, "failed")
        let cost = root.lookup("cost")
        let currency = try reader.name(root, "currency")
        let reported: ReportedCost
        switch (cost.kind, failed) {
        case (.undefined, true), (.null, true):
            guard currency == nil else { throw .malformed("a call that `failed` has no `currency`") }
            reported = .failed
        case (.undefined, false), (.null, false):
            throw .malformed("`cost` is missing; say `failed: true` for a call that never took place")
        case (_, true): throw .malformed("a call that `failed` has no `cost`")
        case (.number, false), (.string, false):
            guard let digits = cost.kind == .number ? cost.numberText : cost.string,
                let amount = MicroUnits(roundingUp: digits.utf8)
            else {
                throw .malformed("`cost` is not an amount from 0 to 9223372036854.775807")
            }
            reported = .amount(amount, currency: currency)
        default: throw .malformed("`cost` is not a number")
        }
        return UsageReport(decisionID: id, cost: reported, claimedAgent: try reader.claimedAgent(root))
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
    /// What went back, or what was too much; with its currency where there are several.
    public var difference: String

    /// The response body.
    public var json: [UInt8] {
        #"{"decision_id":"\#(decisionID)","status":"\#(status.rawValue)","difference":"\#(difference)"}"#
            .utf8.map { $0 }
    }
}

/// Why a usage report was not taken.
public enum UsageError: Error, Sendable, Hashable {
    case invalid(AdmissionError)
    /// Nobody, or another agent than the one whose call it was: to them it is as if there were no such decision.
    case unknownDecision
    /// The agent, or who reports for it, is switched off: its calls stay charged as they are.
    case agentDisabled(String)
    case stateUnavailable
    /// No policies are in force that say whose report it is. Nothing was settled.
    case bundleUnavailable
    /// The settlement stands; its record could not be written yet. It is kept, and written as soon as it can be.
    case auditUnavailable
    /// The report says too little about what the call was charged for. Nothing was settled.
    case unfit(SettlementPlan.Misfit)
}

extension SettlementPlan.Misfit {
    /// For the agent.
    public var message: String {
        switch self {
        case .severalCurrencies(let known):
            "the call is charged in \(Self.list(known)): say in `currency` which of them `cost` is, and report each"
        case .otherCurrency(let known): "`currency`: the call is charged in \(Self.list(known))"
        case .differentUnits:
            "the call's budgets without a currency count different things: their policies must name what they count in"
        }
    }

    private static func list(_ currencies: [String]) -> String {
        currencies.map { $0.isEmpty ? "no currency" : $0 }.joined(separator: " and ")
    }
}
