public import Approvals
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
    /// Why no call passes for want of state.
    let stateFault: @Sendable () -> String?
    /// Why no call passes for want of a record.
    let auditFault: @Sendable () -> String?
    /// Whether the gateway was told to end.
    let isEnding: @Sendable () -> Bool
    let now: @Sendable () -> Timestamp

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.live) { _, _ in Response(json: Array(#"{"status":"alive"}"#.utf8)) },
            Endpoint(Self.ready) { _, _ in
                let isReady = isReady
                return Response(
                    status: isReady ? .ok : .serviceUnavailable,
                    json: report(isReady ? "ready" : "not_ready", shows: { _ in !isShared }))
            },
            Endpoint(Self.status) { request, _ in
                let caller = prover.prove(request.credentials)
                return Response(
                    json: report(isReady ? "ready" : "not_ready", version: version) { tenant in
                        !isShared || caller?.tenant == tenant || caller?.rolesElsewhere[tenant] != nil
                    })
            },
        ]
    }

    /// A gateway that denies everything because all of its policies are stale, its state cannot be read or its trail not be
    /// written, is not to be given calls that another could decide.
    private var isReady: Bool {
        stateFault() == nil && auditFault() == nil && !isEnding() && policies.isReady(now: now())
    }

    private func report(_ status: String, version: String? = nil, shows: (String) -> Bool) -> [UInt8] {
        let stale = policies.stale(now: now())
        var json = JSONText()
        json.object { json in
            json.field("status", status)
            if let version { json.field("version", version) }
            if isEnding() {
                json.key("ending")
                json.boolean(true)
            }
            if let fault = stateFault() { json.field("state_unavailable", fault) }
            if let fault = auditFault() { json.field("audit_unavailable", fault) }
            json.key("tenants")
            json.array { json in
                for (tenant, status) in policies.statuses.sorted(by: { $0.key < $1.key }) where shows(tenant) {
                    json.object { json in write(tenant, status, stale[tenant], to: &json) }
                }
            }
        }
        return json.bytes
    }

    private func write(
        _ tenant: String, _ status: PolicyRegistry.Status, _ stale: Freshness.Consequence?, to json: inout JSONText
    ) {
        json.field("tenant", tenant)
        json.field("policy_version", status.activeVersion)
        json.field("mode", policies.active(tenant: tenant)?.settings.mode.rawValue)
        json.field("activated_at", status.activatedAt?.description)
        json.field("activations", Int64(status.activations))
        json.field("last_word_at", status.lastWord?.description)
        json.field("stale", stale?.rawValue)
        json.key("refusals")
        json.object { json in
            for (code, count) in status.refusals.sorted(by: { $0.key < $1.key }) { json.field(code, Int64(count)) }
        }
        if let source = status.source {
            json.key("source")
            json.object { json in write(source, to: &json) }
        }
        write("below_rules", status.doubt, to: &json)
        write("rejected", status.failure, to: &json)
    }

    private func write(_ name: String, _ failure: PolicyRegistry.Failure?, to json: inout JSONText) {
        guard let failure else { return }
        json.key(name)
        json.object { json in
            json.field("at", failure.at.description)
            json.field("code", failure.code)
            json.field("message", failure.message)
        }
    }

    private func write(_ source: PolicyRegistry.SourceStatus, to json: inout JSONText) {
        json.field("name", source.name)
        json.field("last_answer_at", source.lastAnswer?.description)
        json.field("failures", Int64(source.failures))
        guard let outage = source.outage else { return }
        json.field("failures_in_a_row", Int64(source.failuresInARow))
        json.field("unavailable_since", source.outageSince?.description)
        json.field("unavailable_because", outage)
    }
}

extension PolicyRegistry {
    /// At least one tenant has a verified bundle active that may still permit calls. Calls of tenants that have none are denied; they do
    /// not take the gateway away from the others.
    public func isReady(now: Timestamp) -> Bool {
        let stale = stale(now: now)
        return statuses.contains { $0.value.activeVersion != nil && stale[$0.key] != .deny }
    }
}
