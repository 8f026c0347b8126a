import PolicyBundles
import SignedTokens

@testable import PolicyLifecycle

/// What somebody with the files, but without the keys, can put together.
extension LifecycleEvent {
    init(moving event: LifecycleEvent, index: Int, previous: String, id: String) {
        self.init(
            tenant: event.tenant, index: index, id: id, previous: previous, time: event.time, person: event.person,
            key: event.key, body: event.body)
    }

    init(moving event: LifecycleEvent, body: EventBody) {
        self.init(
            tenant: event.tenant, index: event.index, id: event.id, previous: event.previous, time: event.time,
            person: event.person, key: event.key, body: body)
    }
}

extension Verdict {
    init(moving verdict: Verdict, to proposal: String) {
        self.init(
            proposal: proposal, version: verdict.version, contentDigest: verdict.contentDigest, role: verdict.role,
            comment: verdict.comment)
    }
}

extension Remark {
    init(moving remark: Remark, comment: String) {
        self.init(proposal: remark.proposal, contentDigest: remark.contentDigest, comment: comment)
    }
}
