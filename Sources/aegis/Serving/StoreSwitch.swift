import AccessControl
import Approvals
import ControlPlane
import Decisions
import ObjectStores
import PolicyBundles
import PolicyDelivery
import SignedTokens

/// The control plane's way to all gateways: the signed lists in bundle stores, by a key of its own.
struct StoreSwitch: SharedSwitch {
    /// A store and whose lists count there.
    struct Place: Sendable {
        let name: String
        let store: ObjectBundleStore
        let trust: @Sendable () -> KeyRing
    }

    let signer: any Signer
    /// Where a tenant's gateways look; nil: nobody knows.
    let place: @Sendable (_ tenant: String) -> Place?

    func reaches(_ tenant: String) -> Bool { place(tenant) != nil }

    func turn(
        _ stop: AgentSwitches.Stop, isStopped: Bool, by administrator: Administrator
    ) async throws -> (changes: [AgentStopChange], source: ListSource) {
        guard let place = place(stop.tenant) else { throw CommandFailure("no store of `\(stop.tenant)` is known") }
        let now = Timestamp.current()
        let outcome = try await StopPublisher(store: place.store, trust: place.trust(), knowsAll: true, signer: signer)
            .turn(
                stop.agent, of: stop.tenant, isStopped: isStopped, reason: stop.reason, by: administrator.name,
                now: now.nanoseconds / 1_000_000)
        return (
            AgentStopChange.of(outcome.list.list, at: now),
            ListSource(name: place.name, signedBy: outcome.list.keyID)
        )
    }
}
