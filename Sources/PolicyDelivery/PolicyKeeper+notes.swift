import Approvals
import AuditTrail
import Decisions
import Logging
import PolicyBundles
import Synchronization

/// What becomes known of refusals, outages and stale policies: the status, the log and the audit trail.
extension PolicyKeeper {
    func refuse(_ error: any Error) async { await refuse(RefusalText(error)) }

    /// The same refusal again is counted once only while nothing else comes between.
    func refuse(_ text: RefusalText, because: String = "") async {
        let (isNews, active) = state.withLock { state in
            defer {
                state.refusal = text
                state.refusedAt = clock().seconds
            }
            return (state.refusal != text, state.active?.policyVersion)
        }
        guard isNews else { return }
        let message = because + text.message
        registry.noteFailure(tenant: tenant, code: text.code, message: message, now: clock())
        let consequence = active.map { "\($0) stays active" } ?? "there are none, so every call is denied"
        logger.error("policies rejected; \(consequence)\n\(message)")
        await record(["event": "rejected", "code": text.code, "message": message], nil)
    }

    func clearRefusal() {
        state.withLock { $0.refusal = nil }
        registry.clearFailure(tenant: tenant)
    }

    func noteAnswer() async {
        state.withLock { $0.failures = 0 }
        let outage = registry.statuses[tenant]?.source?.outage
        registry.noteSource(source.name, tenant: tenant, outage: nil, now: clock())
        guard outage != nil else { return }
        logger.notice("the source of the policies answers again", metadata: ["source": "\(source.name)"])
        await record(["event": "source_answers", "source": source.name], nil)
    }

    func noteOutage(_ text: RefusalText) async {
        let before = registry.statuses[tenant]?.source?.outage
        registry.noteSource(source.name, tenant: tenant, outage: text.message, now: clock())
        guard before != text.message else { return }
        let active = state.withLock { $0.active?.policyVersion }
        let consequence = active.map { "\($0) stays active" } ?? "there are no policies, so every call is denied"
        logger.error("the source of the policies does not answer; \(consequence)\n\(text.message)")
        if before == nil {
            await record(
                ["event": "source_unavailable", "source": source.name, "code": text.code, "message": text.message], nil)
        }
    }

    func noteWord(_ seconds: Int64) { registry.noteWord(tenant: tenant, at: Timestamp(seconds: seconds)) }

    /// Says once that the policies have become stale, and once that they no longer are.
    func watchFreshness() async {
        let consequence = registry.stale(now: clock())[tenant]
        let hasChanged = state.withLock { state in
            defer { state.isStale = consequence != nil }
            return state.isStale != (consequence != nil)
        }
        guard hasChanged else { return }
        if let consequence {
            let what = consequence == .deny ? "every call is denied" : "they stay in force"
            logger.error("nobody has signed for too long that these policies are the latest; \(what)")
            await record(["event": "stale", "consequence": consequence.rawValue], state.withLock { $0.active })
        } else {
            logger.notice("the policies are fresh again")
            await record(["event": "fresh"], state.withLock { $0.active })
        }
    }

    func record(_ detail: [String: String], _ bundle: VerifiedBundle?) async {
        var draft = AuditRecordDraft(kind: .bundle, tenant: tenant, time: clock().nanoseconds)
        draft.detail = CanonicalJSON(texts: detail)
        draft.policyVersion = bundle?.policyVersion
        draft.bundleDigest = bundle?.digest.description
        await trail(draft)
    }
}
