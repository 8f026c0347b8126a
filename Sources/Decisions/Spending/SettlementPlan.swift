/// Which charges of a decision a report settles, and for how much: those in its currency, and no others.
///
/// What two budgets of one currency charge is the same money, so one report settles both. Charges without a currency may count
/// anything: they are settled together only where all of them were charged the same. The books of shadow policies follow along where
/// the report fits them, and decide nothing: neither what a report is about, nor whether it is settled already, nor that it is wrong.
public struct SettlementPlan: Sendable, Hashable {
    /// A charge as it stands in the books.
    public struct Charge: Sendable, Hashable {
        public var books: StateBooks
        public var currency: String
        public var amount: MicroUnits
        public var isRefundable: Bool
        public var isSettled: Bool

        public init(
            books: StateBooks, currency: String, amount: MicroUnits, isRefundable: Bool = true, isSettled: Bool = false
        ) {
            self.books = books
            self.currency = currency
            self.amount = amount
            self.isRefundable = isRefundable
            self.isSettled = isSettled
        }
    }

    /// Why a report cannot be applied; nothing is settled then.
    public enum Misfit: Error, Sendable, Hashable {
        /// The report names none, and the call is charged in several.
        case severalCurrencies([String])
        /// The call is charged in these only.
        case otherCurrency([String])
        /// Budgets without a currency were charged different amounts, so they count different things.
        case differentUnits
    }

    /// What the charges come to, by their places in the list.
    public var costs: [Int: MicroUnits] = [:]
    /// What the report would have given back, and a policy's `refund: never` keeps.
    public var withheld: [Int: MicroUnits] = [:]

    /// - Returns: nil where everything that the report is about is settled already. What shadow policies charge has no part in that:
    ///   where there is nothing else, the plan is what of it the report fits, if anything.
    public static func make(_ report: ReportedCost, for charges: [Charge]) throws(Misfit) -> SettlementPlan? {
        let enforced = charges.filter { $0.books == .enforced }
        guard !enforced.isEmpty else {
            // No agent is told what shadow policies charge, so none can be wrong about it.
            return (try? fit(report, to: charges, judgedBy: charges)) ?? SettlementPlan()
        }
        // A call that is settled stays so, whatever else is said of it.
        guard enforced.contains(where: { !$0.isSettled }) else { return nil }
        return try fit(report, to: charges, judgedBy: enforced)
    }

    /// - Parameter judges: those of the charges that say what the report is about.
    private static func fit(
        _ report: ReportedCost, to charges: [Charge], judgedBy judges: [Charge]
    ) throws(Misfit) -> SettlementPlan? {
        let currency = try Self.currency(of: report, among: judges)
        func isChosen(_ charge: Charge) -> Bool { currency == nil || charge.currency == currency }
        guard judges.contains(where: { isChosen($0) && !$0.isSettled }) else { return nil }
        var unit: MicroUnits?
        var cost = MicroUnits.zero
        if case .amount(let amount, _) = report {
            cost = amount
            if currency == "" { unit = try Self.unit(of: judges.filter(isChosen)) }
        }
        var plan = SettlementPlan()
        for (place, charge) in charges.enumerated() where isChosen(charge) && !charge.isSettled {
            // One that shadow policies charged may count something else.
            guard unit == nil || charge.amount == unit else { continue }
            plan.costs[place] = charge.isRefundable ? cost : max(cost, charge.amount)
            if !charge.isRefundable, cost < charge.amount {
                plan.withheld[place] = MicroUnits(charge.amount.value - cost.value)
            }
        }
        return plan
    }

    /// nil: all of them.
    private static func currency(of report: ReportedCost, among charges: [Charge]) throws(Misfit) -> String? {
        guard case .amount(_, let named) = report else { return nil }
        let known = Set(charges.map(\.currency)).sorted()
        guard let named else {
            guard known.count <= 1 else { throw .severalCurrencies(known) }
            return known.first
        }
        guard known.contains(named) else { throw .otherCurrency(known) }
        return named
    }

    /// What the charges without a currency were charged.
    private static func unit(of charges: [Charge]) throws(Misfit) -> MicroUnits? {
        let amounts = Set(charges.map(\.amount))
        guard amounts.count <= 1 else { throw .differentUnits }
        return amounts.first
    }
}
