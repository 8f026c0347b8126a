import ControlPlane
import Decisions
import ObjectStores
import PolicyBundles
import RegoValues

/// What is known of tenants where no gateway runs in this process: the bundles that were active last in the data directory.
struct HistoryDirectory: TenantDirectory {
    let data: DataDirectory
    let bundles: BundleHistory

    func state(of tenant: String) throws -> TenantState? {
        guard let stored = try bundles.last(tenant: tenant)?.bundle else { return nil }
        return TenantState(
            policyVersion: "\(tenant)/\(stored.version)@\(stored.digest.short)", mode: nil, activatedAt: nil,
            refusal: nil)
    }

    func agents(of tenant: String) throws -> [String: String?] {
        guard let registry = try? AgentRegistry(data: data, tenant: tenant) else { return [:] }
        return registry.agents.mapValues(\.owner)
    }
}
