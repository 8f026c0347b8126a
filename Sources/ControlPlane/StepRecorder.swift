import AccessControl
import Approvals
import HTTPEndpoints
import PolicyBundles
import PolicyLifecycle

/// Tells the audit trail which steps of a tenant's history came in over the API, and by whom. The history itself proves them.
struct StepRecorder: Sendable {
    let ledger: any AdministrationLedger
    let recorded: RecordedChange
    let now: @Sendable () -> Timestamp

    /// On return the records are durable. An event that is told again leaves no second one.
    /// - Throws: a ``Problem`` with 503 where a record does not come in time: the step stands, and is recorded later.
    func record(_ events: [SignedEvent], by person: Principal) async throws {
        let administrator = Administrator(person)
        var keys: [String] = []
        for event in events {
            let key = "event_" + event.digest.description
            try await ledger.keep(act(event, by: administrator), as: key)
            keys.append(key)
        }
        for key in keys { try await recorded.wait(for: key) }
    }

    private func act(_ signed: SignedEvent, by administrator: Administrator) -> AdministrativeAct {
        let event = signed.event
        var detail = [
            "event_id": event.id, "digest": signed.digest.description, "person": event.person, "key": event.key,
        ]
        detail["proposal_id"] = event.body.proposalID
        switch event.body {
        case .proposed(let proposal):
            detail["version"] = String(proposal.version)
            detail["content_digest"] = proposal.contentDigest.description
        case .signed(let version):
            detail["version"] = String(version.version)
            detail["bundle_digest"] = version.digest.description
            detail["acknowledges_widening"] = version.acknowledgesWidening ? "yes" : "no"
            detail["emergency"] = version.emergency
        case .published(let publication):
            detail["version"] = String(publication.version)
            detail["store"] = publication.store
        case .abandoned(let abandonment): detail["version"] = String(abandonment.version)
        case .recalled(let recall):
            detail["version"] = String(recall.version)
            detail["to"] = String(recall.to)
            detail["store"] = recall.store
            detail["reason"] = String(recall.reason.prefix(512))
        case .trusted(let root): detail["trust_root"] = String(root.version)
        case .commented, .approved, .rejected, .withdrawn: break
        }
        return AdministrativeAct(
            .policyReview, "policy_\(event.body.kind.rawValue)", tenant: event.tenant, by: administrator.name,
            via: administrator.via, detail: detail, at: now())
    }
}
