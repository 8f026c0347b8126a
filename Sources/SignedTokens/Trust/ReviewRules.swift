/// How many people, in which roles, have to approve a tenant's policies before they are published.
public struct ReviewRules: Sendable, Hashable {
    /// Role to the number of people who approve in it. One person approves in one role.
    public let quorum: [String: Int]
    /// Whether whoever publishes must be none of the authors either.
    public let separatesPublisher: Bool

    public init(quorum: [String: Int], separatesPublisher: Bool = false) {
        self.quorum = quorum
        self.separatesPublisher = separatesPublisher
    }

    /// Where nobody said otherwise: one approver who is not the author. Nobody publishes alone.
    public static let usual = ReviewRules(quorum: [PolicyRole.approver: 1])

    /// Whether something that met `other` may not meet these.
    /// - Parameter other: nil: nothing was asked for.
    public func asksMore(than other: ReviewRules?) -> Bool {
        quorum.contains { $0.value > other?.quorum[$0.key] ?? 0 }
            || (separatesPublisher && other?.separatesPublisher != true)
    }

    /// What is still missing after people approved in these roles, such as `1 approver, 2 security`; nil when nothing is.
    public func missing(after roles: [String]) -> String? {
        let missing = quorum.sorted { $0.key < $1.key }.compactMap { role, count in
            let open = count - roles.count { $0 == role }
            return open > 0 ? "\(open) \(role)" : nil
        }
        return missing.isEmpty ? nil : missing.joined(separator: ", ")
    }
}

/// Review rules by tenant.
public struct ReviewRulebook: Sendable, Hashable {
    /// For tenants that have none of their own.
    public static let otherTenants = "*"

    public let byTenant: [String: ReviewRules]

    public init(byTenant: [String: ReviewRules] = [:]) { self.byTenant = byTenant }

    /// nil where nothing is said about the tenant.
    public subscript(tenant: String) -> ReviewRules? { byTenant[tenant] ?? byTenant[Self.otherTenants] }
}
