/// What a person may do in a tenant, beside what policies ask them for. Everything that is not listed for a role is not
/// given by it; roles add up.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Proposes policies.
    case author
    /// Judges proposals.
    case reviewer
    /// Publishes what was reviewed.
    case publisher
    /// Decides held calls, where the policy names them.
    case approver
    /// Sees everything and changes nothing.
    case auditor
    /// Keeps the tenant running: keys, and the agents' switch.
    case `operator`

    public var permissions: Set<Permission> {
        switch self {
        case .author: [.seePolicies, .tryPolicies, .seeAgents, .seeShadow, .proposePolicies, .keepObjects]
        case .reviewer: [.seePolicies, .tryPolicies, .seeAgents, .seeShadow, .reviewPolicies]
        case .publisher: [.seePolicies, .tryPolicies, .seeAgents, .seeShadow, .publishPolicies, .keepObjects]
        case .approver: [.seeApprovals]
        case .auditor:
            [.seePolicies, .tryPolicies, .seeAgents, .seeShadow, .seeApprovals, .seeTrail, .seeKeys]
        case .operator: [.seePolicies, .seeAgents, .seeKeys, .switchAgents, .issueKeys, .revokeKeys]
        }
    }

    public func gives(_ permission: Permission) -> Bool { permissions.contains(permission) }
}

/// What the administration's operations ask for. The raw value is the permission's name in the API's description.
public enum Permission: String, Sendable, Hashable, CaseIterable {
    case seePolicies = "policies.see"
    /// Has policies looked at and tried here: nothing is changed by it, and it costs work.
    case tryPolicies = "policies.try"
    case proposePolicies = "policies.propose"
    case reviewPolicies = "policies.review"
    case publishPolicies = "policies.publish"
    /// Hands in the bytes that a proposal or a signed version is to name.
    case keepObjects = "policies.keep"
    case seeShadow = "shadow.see"
    case seeAgents = "agents.see"
    case switchAgents = "agents.switch"
    case seeApprovals = "approvals.see"
    case seeTrail = "audit.see"
    case seeKeys = "keys.see"
    case issueKeys = "keys.issue"
    case revokeKeys = "keys.revoke"
}
