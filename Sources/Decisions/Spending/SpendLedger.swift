public import Approvals

/// The shared state that decisions spend: tokens, rates, budgets, idempotency keys.
///
/// Implementers MUST make ``spend(_:)`` one atomic step, durable when it returns, or, for rates and budgets alone, restored from the
/// records of what was spent; MUST never let the charges of a budget pass its limit,
/// whatever runs beside it; MUST redeem a token once; and MUST answer for the named tenant only. Any error means that
/// nothing was spent, or that recovery will release it.
public protocol SpendLedger: Sendable {
    func spend(_ order: SpendOrder) async throws -> SpendResult

    /// What a call with this idempotency key was answered: nil where the key is new, or older than its life.
    func priorAnswer(tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp) async throws
        -> SpendResult.Outcome?

    /// The decision's record is durable, so its effects stay. Need not be durable itself: recovery asks the audit trail.
    func confirm(_ decision: DecisionID)

    /// Undoes the effects of a decision whose answer never left: charges, token, idempotency key. Rates are not given
    /// back; they refill by themselves.
    func release(_ decision: DecisionID, now: Timestamp) async throws

    /// Replaces the reservations of a decision by what the call did cost. More than was reserved closes the window.
    /// - Parameter telling: what the trail is told; kept in the same step until it has been, see ``untold(of:limit:)``.
    func settle(
        _ decision: DecisionID, tenant: String, agent: String, report: ReportedCost, now: Timestamp,
        telling: @escaping @Sendable (SettledCost) -> [TrailEvent]
    ) async throws -> Settlement

    /// What the audit trail has not been told yet, oldest first, of decisions that are confirmed.
    /// - Parameter decision: nil: of all.
    func untold(of decision: DecisionID?, limit: Int) async throws -> [TrailEvent]

    /// The audit trail has been told. Need not be durable itself: recovery asks the audit trail.
    func markTold(_ keys: [String])

    /// Decisions with effects that were never confirmed, oldest first. Right after start, before anything is spent, these
    /// are the ones to ask the audit trail about.
    func unconfirmed() async throws -> [DecisionID]

    /// Confirms those of ``unconfirmed()`` that have a durable record and releases the others.
    /// - Returns: the released ones.
    func recover(durable: Set<DecisionID>, now: Timestamp) async throws -> [DecisionID]
}

public enum Settlement: Sendable, Hashable {
    case settled(SettledCost)
    case alreadySettled
    /// The report cannot be applied to what the call was charged.
    case unfit(SettlementPlan.Misfit)
    /// The call was charged nothing that is enforced; the books of shadow policies have followed as far as the report fits them.
    case nothingEnforced
    case unknown
}

/// What a report changed in the enforced books, and which windows it closed.
public struct SettledCost: Sendable, Hashable {
    public struct Amount: Sendable, Hashable {
        public var micros: MicroUnits
        public var currency: String

        public init(_ micros: MicroUnits, _ currency: String) {
            self.micros = micros
            self.currency = currency
        }

        var text: String { currency.isEmpty ? micros.decimalText : "\(micros.decimalText) \(currency)" }
    }

    /// What went back to the budgets, of each currency the most.
    public var returned: [Amount] = []
    /// What the call cost more than its reservation; charged in full.
    public var excess: [Amount] = []
    /// What policies do not let an agent give back.
    public var withheld: [Amount] = []
    /// Windows that a call has closed by costing more than it had reserved.
    public var closed: [BudgetKey] = []
    /// The same on the books of shadow policies, where it stops nobody.
    public var shadowClosed: [BudgetKey] = []
    /// Budgets that the excess has brought past a mark.
    public var alerts: [BudgetAlert] = []

    public init() {}

    public static func add(_ amount: MicroUnits, _ currency: String, to list: inout [Amount]) {
        guard let place = list.firstIndex(where: { $0.currency == currency }) else {
            return list.append(Amount(amount, currency))
        }
        list[place].micros = max(list[place].micros, amount)
    }

    /// A bare number where there is one currency, `0.40 EUR, 2.00 USD` where there are several.
    static func text(_ amounts: [Amount]) -> String {
        guard amounts.count > 1 else { return (amounts.first?.micros ?? .zero).decimalText }
        return amounts.sorted { $0.currency < $1.currency }.map(\.text).joined(separator: ", ")
    }
}
