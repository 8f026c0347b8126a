/// Which charges of a decision a report settles, and for how much: those in its currency, and no others.
///
/// What two budgets of one currency charge is the same money, so one report settles both. Charges without a currency may count
/// anything: they are settled together only where all of them were charged the same. The books of shadow policies follow along where
/// the report fits them, and decide nothing.
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

    /// - Returns: nil where everything that the report is about is settled already.
    public static func make(_ report: ReportedCost, for charges: [Charge]) throws(Misfit) -> SettlementPlan? {
        let currency = try Self.currency(of: report, among: charges)
        let chosen = charges.indices.filter { currency == nil || charges[$0].currency == currency }
        let open = chosen.filter { !charges[$0].isSettled }
        guard !open.isEmpty else { return nil }
        var unit: MicroUnits?
        var reported = MicroUnits.zero
        if case .amount(let amount, _) = report {
            reported = amount
            if currency == "" { unit = try SettlementPlan.unit(of: chosen.map { charges[$0] }) }
        }
        var plan = SettlementPlan()
        for place in open {
            let charge = charges[place]
            let fits = currency != "" || charge.amount == unit
            let cost = fits ? reported : charge.amount
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
        let enforced = charges.filter { $0.books == .enforced }
        let known = Set((enforced.isEmpty ? charges : enforced).map(\.currency)).sorted()
        guard let named else {
            guard known.count <= 1 else { throw .severalCurrencies(known) }
            return known.first
        }
        guard known.contains(named) || charges.isEmpty else { throw .otherCurrency(known) }
        return named
    }

    /// What the charges without a currency were charged, where that is one amount.
    private static func unit(of charges: [Charge]) throws(Misfit) -> MicroUnits? {
        let enforced = Set(charges.filter { $0.books == .enforced }.map(\.amount))
        guard enforced.count <= 1 else { throw .differentUnits }
        let all = Set(charges.map(\.amount))
        return enforced.first ?? (all.count == 1 ? all.first : nil)
    }
}
