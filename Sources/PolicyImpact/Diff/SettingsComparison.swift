import PolicyDocuments
import RegoSyntax

/// What changed in who decides, what is looked for, and what the tenant sets for itself.
struct SettingsComparison {
    let before: DiffSide
    let after: DiffSide

    var changes: [PolicyChange] {
        compare(before.catalog.approvers, after.catalog.approvers, .approvers, approvers)
            + compare(before.catalog.tenants, after.catalog.tenants, .tenant, tenant)
            + compare(before.catalog.detectors.map(\.header), after.catalog.detectors.map(\.header), .detector) {
                rest($0, $1, .detector, known: [])
            }
    }

    private func compare(
        _ old: [DocumentHeader], _ new: [DocumentHeader], _ subject: PolicyChange.Subject,
        _ both: (DocumentHeader, DocumentHeader) -> [PolicyChange]
    ) -> [PolicyChange] {
        let names = Set((old + new).map(\.name)).sorted()
        return names.flatMap { name -> [PolicyChange] in
            switch (old.first { $0.name == name }, new.first { $0.name == name }) {
            case (let a?, let b?): return both(a, b)
            case (nil, let b?):
                if subject == .tenant { return tenant(nil, b) }
                // A detector that nothing used before can only take out more.
                return [
                    PolicyChange(
                        subject == .detector ? .narrows : .mayWiden, subject, in: "\(subject.rawValue) \(name)",
                        subject == .detector ? "the detector is new" : "others decide than before", at: b.nameLocation,
                        isWhole: true)
                ]
            case (let a?, nil):
                if subject == .tenant { return tenant(a, nil) }
                return [
                    PolicyChange(
                        .mayWiden, subject, in: "\(subject.rawValue) \(name)",
                        subject == .detector
                            ? "the detector is gone: records show what it found" : "others decide than before",
                        at: a.nameLocation, isWhole: true)
                ]
            case (nil, nil): return []
            }
        }
    }

    private func approvers(_ old: DocumentHeader, _ new: DocumentHeader) -> [PolicyChange] {
        func names(_ header: DocumentHeader) -> Set<String> {
            Set(header.node[name: "members"]?.strings.map(\.value) ?? [])
        }
        let place = "approvers \(new.name)"
        let added = names(new).subtracting(names(old)).sorted()
        let removed = names(old).subtracting(names(new)).sorted()
        var changes: [PolicyChange] = []
        if !added.isEmpty {
            changes.append(
                PolicyChange(
                    .widens, .approvers, in: place, rule: "members",
                    "\(PolicyComparison.listed(added)) may decide too",
                    at: new.nameLocation))
        }
        if !removed.isEmpty {
            changes.append(
                PolicyChange(
                    .narrows, .approvers, in: place, rule: "members",
                    "\(PolicyComparison.listed(removed)) may not decide any more",
                    at: new.nameLocation))
        }
        let limits = ["pending_per_agent", "daily_per_agent"]
        changes += limits.flatMap { limit($0, old, new, .approvers, usual: nil) }
        return changes + rest(old, new, .approvers, known: ["members", "pending_per_agent", "daily_per_agent"])
    }

    /// How many approvals an agent may ask for. Without a limit, `usual` holds, or none.
    func limit(
        _ field: String, _ old: DocumentHeader?, _ new: DocumentHeader?, _ subject: PolicyChange.Subject, usual: Int?
    ) -> [PolicyChange] {
        let was = old?.node[name: field]?.integer ?? usual ?? .max
        let now = new?.node[name: field]?.integer ?? usual ?? .max
        guard was != now, let header = new ?? old else { return [] }
        func text(_ limit: Int) -> String? { limit == .max ? nil : String(limit) }
        return [
            PolicyChange(
                now > was ? .widens : .narrows, subject, in: "\(subject.rawValue) \(header.name)", rule: field,
                "`\(field)` was \(now > was ? "raised" : "lowered")", before: text(was), after: text(now),
                at: header.node.entry(field)?.keyLocation ?? header.nameLocation)
        ]
    }

    private func rest(
        _ old: DocumentHeader, _ new: DocumentHeader, _ subject: PolicyChange.Subject, known: Set<String>
    ) -> [PolicyChange] {
        FieldComparison(before: before, after: after, place: "\(subject.rawValue) \(new.name)", subject: subject).rest(
            old, new, known: known)
    }
}
