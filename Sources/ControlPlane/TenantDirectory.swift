/// What is known of a tenant's policies: of those that serve, or of those that served last.
public protocol TenantDirectory: Sendable {
    /// nil where nothing was ever active for the tenant here.
    func state(of tenant: String) async throws -> TenantState?
    /// The agents that the policies know, each with its owner where it has one.
    func agents(of tenant: String) async throws -> [String: String?]
}

public struct TenantState: Sendable, Hashable {
    public var policyVersion: String?
    /// `enforce` or `shadow`.
    public var mode: String?
    public var activatedAt: String?
    /// Why the newest bundle was refused, where it was.
    public var refusal: String?

    public init(policyVersion: String?, mode: String?, activatedAt: String?, refusal: String?) {
        self.policyVersion = policyVersion
        self.mode = mode
        self.activatedAt = activatedAt
        self.refusal = refusal
    }
}
