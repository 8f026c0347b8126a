import ControlPlane
import DecisionAPI
import Decisions
import ObjectStores
import PolicyBundles
import RegoValues

/// What is known of tenants where no gateway runs in this process: the bundles that were active last in the data directory.
struct HistoryDirectory: TenantDirectory {
    let data: DataDirectory
    let bundles: BundleHistory
    /// The bundles that are handed out here; nil: none.
    let latest: BundleShelfQuestion?

    func state(of tenant: String) throws -> TenantState? {
        guard let stored = try bundles.last(tenant: tenant)?.bundle else { return nil }
        return TenantState(
            policyVersion: "\(tenant)/\(stored.version)@\(stored.digest.short)", mode: nil, activatedAt: nil,
            refusal: nil)
    }

    /// Those of the latest bundle that is handed out, which gateways follow; else of the last that was active in the data directory.
    func agents(of tenant: String) async throws -> [String: String?] {
        let handedOut = try? await latest?(tenant, nil, .zero)?.archive
        let registry = handedOut.flatMap { try? AgentRegistry(archive: $0, tenant: tenant) }
        guard let registry = try? registry ?? AgentRegistry(data: data, tenant: tenant) else { return [:] }
        return registry.agents.mapValues(\.owner)
    }
}
