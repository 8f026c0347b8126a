/// What the agent of a call says that it did cost.
public enum ReportedCost: Sendable, Hashable {
    /// nil as currency: that of the call's budgets, where they have one only.
    case amount(MicroUnits, currency: String?)
    /// The call never took place, so it cost nothing, in whatever currency.
    case failed
}
