import PolicyDocuments
import RegoSyntax

extension SettingsComparison {
    private static let compared: Set = [
        "aegis", "kind", "name", "mode", "time_zone", "pending_approvals_per_agent", "daily_approvals_per_agent",
        "stale_after", "when_stale",
    ]

    /// What the tenant sets for itself. Without a document, or a field of it, what is usual holds.
    /// - Parameters: nil where there is no such document.
    func tenant(_ old: DocumentHeader?, _ new: DocumentHeader?) -> [PolicyChange] {
        guard let header = new ?? old else { return [] }
        func change(_ effect: PolicyChange.Effect, _ field: String, _ words: String) -> PolicyChange {
            PolicyChange(
                effect, .tenant, in: "tenant \(header.name)", rule: field, words,
                before: old?.node[name: field].map(RegoText.literal),
                after: new?.node[name: field].map(RegoText.literal),
                at: new?.node.entry(field)?.keyLocation ?? header.nameLocation)
        }
        func choice(_ field: String, usual: String) -> (was: String, now: String) {
            (old?.node[name: field]?.string ?? usual, new?.node[name: field]?.string ?? usual)
        }
        var changes: [PolicyChange] = []
        let mode = choice("mode", usual: "enforce")
        if mode.was != mode.now {
            changes.append(
                mode.now == "shadow"
                    ? change(.widens, "mode", "every call is allowed, and its outcome only recorded")
                    : change(.narrows, "mode", "the policies are enforced"))
        }
        let zone = choice("time_zone", usual: "UTC")
        if zone.was != zone.now {
            changes.append(change(.mayWiden, "time_zone", "days and months of budgets begin at other times"))
        }
        changes += limit("pending_approvals_per_agent", old, new, .tenant, usual: 100)
        changes += limit("daily_approvals_per_agent", old, new, .tenant, usual: 1000)
        let end = choice("when_stale", usual: "report")
        if end.was != end.now {
            changes.append(
                end.now == "deny"
                    ? change(.narrows, "when_stale", "a gateway whose policies are stale denies every call")
                    : change(.widens, "when_stale", "a gateway whose policies are stale goes on, and only reports it"))
        }
        changes += staleness(old, new, change)
        let fields = Set(((old?.node.entries ?? []) + (new?.node.entries ?? [])).map(\.key))
        for field in fields.subtracting(Self.compared).sorted() {
            let (was, now) = (old?.node[name: field], new?.node[name: field])
            guard was.map(RegoText.literal) != now.map(RegoText.literal) else { continue }
            changes.append(
                FieldComparison.texts.contains(field) || field == "owner"
                    ? change(.neutral, field, "`\(field)` changed").asText
                    : change(.mayWiden, field, "`\(field)` changed"))
        }
        // What is usual may be written or left out.
        for field in Self.compared.sorted() where !changes.contains(where: { $0.rule == field }) {
            guard !["aegis", "kind", "name"].contains(field),
                old?.node[name: field].map(RegoText.literal) != new?.node[name: field].map(RegoText.literal)
            else { continue }
            changes.append(change(.neutral, field, "`\(field)` is written otherwise and means the same").asText)
        }
        return changes
    }

    private func staleness(
        _ old: DocumentHeader?, _ new: DocumentHeader?,
        _ change: (PolicyChange.Effect, String, String) -> PolicyChange
    ) -> [PolicyChange] {
        func seconds(_ header: DocumentHeader?) -> Int? {
            header?.node[name: "stale_after"]?.string.flatMap { WholeDuration($0)?.seconds }
        }
        let field = "stale_after"
        switch (seconds(old), seconds(new)) {
        case (let a?, let b?) where a != b:
            return [
                change(
                    b > a ? .widens : .narrows, field,
                    "`\(field)` was \(b > a ? "raised" : "lowered") from \(a) s to \(b) s")
            ]
        case (_?, nil): return [change(.widens, field, "no policies are ever stale: `\(field)` is gone")]
        case (nil, _?): return [change(.narrows, field, "policies can be stale: `\(field)` came")]
        default: return []
        }
    }
}
