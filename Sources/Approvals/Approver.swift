/// A proven person. Agents never become one: only the service that authenticates people makes this value.
public struct Approver: Sendable, Hashable {
    public var tenant: String
    public var name: String
    public var roles: [String]
    /// Where the person was proven: `api`, `slack` or `teams`.
    public var via: String

    public init(tenant: String, name: String, roles: [String], via: String = "api") {
        self.tenant = tenant
        self.name = name
        self.roles = roles
        self.via = via
    }

    /// Whether `approvers` (`role:NAME`, `person:NAME` or a person's bare name) lists this person.
    public func isNamed(in approvers: [String]) -> Bool {
        approvers.contains { entry in
            if let role = entry.wholeSuffix(after: "role:") {
                return roles.contains { $0.utf8.elementsEqual(role.utf8) }
            }
            return (entry.wholeSuffix(after: "person:") ?? entry).utf8.elementsEqual(name.utf8)
        }
    }
}

extension String {
    func wholeSuffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
