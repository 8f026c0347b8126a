public import AccessControl
public import Decisions

/// Carries a switch to all gateways of a tenant.
///
/// Implementers MUST have said it to all when they return, as ``AgentStopChange/Origin/list(serial:)``.
public protocol SharedSwitch: Sendable {
    /// Whether there is a way to the gateways of this tenant.
    func reaches(_ tenant: String) -> Bool

    /// Says that an agent is off, or on again. Whatever was so already stays as it is.
    /// - Returns: all that is said of the tenant's agents then, and by whose key.
    /// - Throws: whatever kept it from being said.
    func turn(
        _ stop: AgentSwitches.Stop, isStopped: Bool, by administrator: Administrator
    ) async throws -> (changes: [AgentStopChange], source: ListSource)
}
