/// The roles that Aegis itself asks for. A quorum may name others, such as `security`.
public enum PolicyRole {
    /// Proposes policies.
    public static let author = "author"
    /// Comments on proposals.
    public static let reviewer = "reviewer"
    /// Approves and rejects them.
    public static let approver = "approver"
    /// Signs bundles and pointers, publishes, rolls back.
    public static let publisher = "publisher"
    /// Switches agents off and on, on all gateways. Publishers may, too.
    public static let `operator` = "operator"
    /// Publishes without approvals when there is no time for them.
    public static let emergency = "emergency"
}

/// Why a key counts no more.
public struct Revocation: Sendable, Hashable {
    public let at: UTCTime
    public let reason: String
    /// Somebody else may have had it: then nothing that it signed counts for a gateway, whatever time it bears.
    public let isCompromised: Bool

    public init(at: UTCTime, reason: String, isCompromised: Bool) {
        self.at = at
        self.reason = reason
        self.isCompromised = isCompromised
    }
}

/// A public key with what it may speak for.
public struct TrustedKey: Sendable, Equatable {
    public let key: VerificationKey
    /// What the key is for, such as `bundles`; a signature's own scope must be equal. nil: signatures without scope.
    public let scope: String?
    /// The tenants it may sign for; nil: all.
    public let tenants: Set<String>?
    /// Who holds it; nil where nobody said.
    public let person: String?
    /// What its holder may do (``PolicyRole``); nil: everything, as for a plain key that an operator named.
    public let roles: Set<String>?
    public let validFrom: UTCTime?
    /// The first second at which it is not valid.
    public let validUntil: UTCTime?
    public let revocation: Revocation?

    public init(
        _ key: VerificationKey, scope: String? = nil, tenants: Set<String>? = nil, person: String? = nil,
        roles: Set<String>? = nil, validFrom: UTCTime? = nil, validUntil: UTCTime? = nil,
        revocation: Revocation? = nil
    ) {
        self.key = key
        self.scope = scope
        self.tenants = tenants
        self.person = person
        self.roles = roles
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.revocation = revocation
    }

    public func maySign(forTenant tenant: String) -> Bool { tenants?.contains(tenant) ?? true }

    /// Whether it may sign for all the tenants that `other` may sign for.
    public func coversTenants(of other: TrustedKey) -> Bool {
        guard let tenants else { return true }
        return other.tenants?.isSubset(of: tenants) ?? false
    }

    public func mayAct(as role: String) -> Bool { roles?.contains(role) ?? true }

    /// Whether a signature that this key made at `time` counts: within the key's period, and not after its revocation; a
    /// compromised key could bear any time, so nothing of it counts.
    /// - Throws: `.keyOutsidePeriod`, `.keyRevoked`.
    public func check(at time: UTCTime) throws(TokenError) {
        if let revocation, revocation.isCompromised || revocation.at <= time {
            throw TokenError(
                .keyRevoked, "the key `\(key.name)` was revoked at \(revocation.at): \(revocation.reason)",
                fix: "sign with another key")
        }
        try checkPeriod(at: time)
    }

    /// As ``check(at:)``, without regard to revocation.
    public func checkPeriod(at time: UTCTime) throws(TokenError) {
        if let validFrom, time < validFrom {
            throw TokenError(
                .keyOutsidePeriod, "the key `\(key.name)` is valid from \(validFrom), the signature is of \(time)",
                fix: "sign with a key that is valid")
        }
        if let validUntil, validUntil <= time {
            throw TokenError(
                .keyOutsidePeriod, "the key `\(key.name)` was valid until \(validUntil), the signature is of \(time)",
                fix: "sign with a key that is valid")
        }
    }
}

extension TrustedKey {
    /// The same key with another end.
    public func changed(validUntil: UTCTime?, revocation: Revocation? = nil) -> TrustedKey {
        TrustedKey(
            key, scope: scope, tenants: tenants, person: person, roles: roles, validFrom: validFrom,
            validUntil: validUntil, revocation: revocation)
    }
}
