public import Decisions

/// A proven person, and what they may do where.
///
/// Only people administer: an agent's key is never a principal, whatever it was given.
public struct Principal: Sendable, Hashable {
    public let name: String
    /// The tenant that vouches for the person.
    public let home: String
    /// How the person was proven, such as `api_key:lea`.
    public let identity: String
    private let roles: [String: Set<String>]

    /// - Throws: ``AccessError`` `.notAPerson` for agents.
    public init(_ caller: Caller) throws(AccessError) {
        guard caller.kind == .person, let name = caller.name else {
            throw AccessError(.notAPerson, "this is for people, and the credential is an agent's")
        }
        self.name = name
        home = caller.tenant
        identity = caller.identity
        roles = caller.rolesElsewhere.mapValues(Set.init).merging([caller.tenant: Set(caller.roles)]) { $1 }
    }

    /// The tenants that the person may know of: their own, and those where they were given a role.
    public var tenants: [String] { roles.filter { $0.key == home || !$0.value.isEmpty }.keys.sorted() }

    /// All roles in a tenant, those of the company's own language, such as `treasurer`, included.
    public func roles(in tenant: String) -> Set<String> { roles[tenant] ?? [] }

    public func may(_ permission: Permission, in tenant: String) -> Bool {
        roles(in: tenant).contains { Role(rawValue: $0)?.gives(permission) ?? false }
    }

    /// Passes where the person may give a key another secret, which they are then shown.
    ///
    /// Whoever knows a key's secret is its holder. So operators rotate agents' keys, and a person's key is rotated by itself alone: not
    /// by somebody who would become that person, nor by a lesser key of theirs that would become a greater one.
    /// - Throws: ``AccessError`` `.notFound`, `.forbidden`.
    public func requireRotation(of key: APIKeyEntry) throws(AccessError) {
        let tenant = key.caller.tenant
        guard key.caller.kind == .person else {
            try require(.issueKeys, in: tenant)
            return try require(.revokeKeys, in: tenant)
        }
        guard tenant == home, key.caller.name == name, key.caller.identity == identity else {
            // Whoever may rotate nothing learns nothing of the key.
            try require(.issueKeys, in: tenant)
            throw AccessError(.forbidden, "a person's key is rotated by itself alone")
        }
    }

    /// Passes where the person has the permission in the tenant.
    ///
    /// - Throws: ``AccessError`` `.notFound` where the person may not even know of the tenant, the same as for a tenant that
    ///   does not exist; `.forbidden` where they may.
    public func require(_ permission: Permission, in tenant: String) throws(AccessError) {
        guard tenants.contains(tenant) else { throw .noTenant(tenant) }
        guard may(permission, in: tenant) else {
            let roles = Role.allCases.filter { $0.gives(permission) }.map { "`\($0.rawValue)`" }
            throw AccessError(
                .forbidden,
                "`\(permission.rawValue)` in `\(tenant)` takes the role \(roles.joined(separator: " or "))")
        }
    }
}
