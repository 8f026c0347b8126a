import Approvals
import ControlPlane
import Decisions

/// What a gateway knows of its tenants: the policies that serve.
struct RegistryDirectory: TenantDirectory {
    let registry: PolicyRegistry

    func state(of tenant: String) -> TenantState? {
        guard let status = registry.statuses[tenant] else { return nil }
        return TenantState(
            policyVersion: status.activeVersion, mode: registry.active(tenant: tenant)?.settings.mode.rawValue,
            activatedAt: status.activatedAt?.description, refusal: status.failure?.message)
    }

    func agents(of tenant: String) -> [String: String?] {
        (registry.active(tenant: tenant)?.catalog.agents ?? [:]).mapValues(\.owner)
    }
}
