import Approvals
import RegoValues

/// How many approvals one agent may ask for: the tenant's limits, and those of the people who decide a risk.
///
/// All of an agent's approvals are counted against the tightest limit that speaks about the call at hand.
struct ApprovalLimits: Sendable, Hashable {
    struct Limit: Sendable, Hashable {
        var pending: Int
        var perDay: Int

        func tightened(by other: Limit) -> Limit {
            Limit(pending: min(pending, other.pending), perDay: min(perDay, other.perDay))
        }
    }

    private let tenant: Limit
    private var byRisk: [String: Limit] = [:]

    /// - Parameter approvers: `data.aegis.catalog.approvers`.
    init(_ settings: TenantSettings, approvers: Value) throws(CatalogError) {
        tenant = Limit(pending: settings.pendingApprovalsPerAgent, perDay: settings.dailyApprovalsPerAgent)
        guard approvers.kind == .object else { return }
        for entry in approvers.entries {
            let name = entry.key.string ?? ""
            let limit = Limit(
                pending: try ApprovalLimits.read(
                    entry.value.lookup("pending_per_agent"), "the approvers `\(name)`: `pending_per_agent`") ?? .max,
                perDay: try ApprovalLimits.read(
                    entry.value.lookup("daily_per_agent"), "the approvers `\(name)`: `daily_per_agent`") ?? .max)
            for risk in try CatalogError.strings(entry.value.lookup("for_risk"), "the approvers `\(name)`: `for_risk`")
            {
                byRisk[risk] = byRisk[risk].map { $0.tightened(by: limit) } ?? limit
            }
        }
    }

    /// - Parameter dayStart: when the tenant's day began.
    func caps(risk: String?, dayStart: Timestamp) -> ApprovalCaps {
        let limit = risk.flatMap { byRisk[$0] }.map(tenant.tightened) ?? tenant
        return ApprovalCaps(pending: limit.pending, perDay: limit.perDay, dayStart: dayStart)
    }

    /// - Throws: for a value that is there and no number from 1 to 100000.
    static func read(_ value: Value, _ what: String) throws(CatalogError) -> Int? {
        guard !value.isUndefined else { return nil }
        guard let limit = value.int64, (1...100_000).contains(limit) else {
            throw CatalogError("\(what) is not a number from 1 to 100000")
        }
        return Int(limit)
    }
}
