import Approvals
public import Decisions
import HTTPEndpoints
import Hummingbird

/// Whether the process lives, whether it may be given calls, and what it serves.
struct HealthRoutes: EndpointSet {
    let policies: PolicyRegistry
    let prover: any IdentityProver
    let version: String
    /// Where several tenants are served, each is shown to itself alone, and to people with a role in it.
    let isShared: Bool

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.live) { _, _ in Response(json: Array(#"{"status":"alive"}"#.utf8)) },
            Endpoint(Self.ready) { _, _ in
                let isReady = policies.isReady
                return Response(
                    status: isReady ? .ok : .serviceUnavailable,
                    json: report(isReady ? "ready" : "not_ready", shows: { _ in !isShared }))
            },
            Endpoint(Self.status) { request, _ in
                let caller = prover.prove(request.credentials)
                return Response(
                    json: report(policies.isReady ? "ready" : "not_ready", version: version) { tenant in
                        !isShared || caller?.tenant == tenant || caller?.rolesElsewhere[tenant] != nil
                    })
            },
        ]
    }

    private func report(_ status: String, version: String? = nil, shows: (String) -> Bool) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("status", status)
            if let version { json.field("version", version) }
            json.key("tenants")
            json.array { json in
                for (tenant, status) in policies.statuses.sorted(by: { $0.key < $1.key }) where shows(tenant) {
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
    /// At least one tenant has a verified bundle active. Calls of tenants that have none are denied; they do not take the
    /// gateway away from the others.
    public var isReady: Bool { statuses.values.contains { $0.activeVersion != nil } }
}
