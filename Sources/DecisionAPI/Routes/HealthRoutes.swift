import Approvals
public import Decisions
import Hummingbird

/// Whether the process lives, whether it may be given calls, and what it serves.
struct HealthRoutes: Sendable {
    let policies: PolicyRegistry
    let version: String

    func add(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in
            Response(json: Array(#"{"status":"alive"}"#.utf8))
        }
        router.get("/readyz") { _, _ in
            let isReady = policies.isReady
            return Response(status: isReady ? .ok : .serviceUnavailable, json: report(isReady ? "ready" : "not_ready"))
        }
        router.get("/v1/status") { _, _ in
            Response(json: report(policies.isReady ? "ready" : "not_ready", version: version))
        }
    }

    private func report(_ status: String, version: String? = nil) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("status", status)
            if let version { json.field("version", version) }
            json.key("tenants")
            json.array { json in
                for (tenant, status) in policies.statuses.sorted(by: { $0.key < $1.key }) {
                    json.object { json in write(tenant, status, to: &json) }
                }
            }
        }
        return json.bytes
    }

    private func write(_ tenant: String, _ status: PolicyRegistry.Status, to json: inout JSONText) {
        json.field("tenant", tenant)
        json.field("policy_version", status.activeVersion)
        json.field("mode", policies.active(tenant: tenant)?.settings.mode.rawValue)
        json.field("activated_at", status.activatedAt?.description)
        guard let failure = status.failure else { return }
        json.key("rejected")
        json.object { json in
            json.field("at", failure.at.description)
            json.field("message", failure.message)
        }
    }
}

extension PolicyRegistry {
    /// Every tenant that has had a bundle here has a verified one active, and there is at least one.
    public var isReady: Bool {
        let statuses = statuses
        return !statuses.isEmpty && statuses.values.allSatisfy { $0.activeVersion != nil }
    }
}
