public import Approvals
import Synchronization

/// The active policy of each tenant, swapped whole between decisions.
public final class PolicyRegistry: Sendable {
    /// What became of a tenant's bundles, for operators.
    public struct Status: Sendable, Hashable {
        public var activeVersion: String?
        public var activatedAt: Timestamp?
        /// The last bundle that was refused, and why; nil once a newer one became active.
        public var failure: Failure?
    }

    public struct Failure: Sendable, Hashable {
        public var at: Timestamp
        public var message: String
    }

    private struct State {
        var policies: [String: ActivePolicy] = [:]
        var candidates: [String: ActivePolicy] = [:]
        var statuses: [String: Status] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public func active(tenant: String) -> ActivePolicy? { state.withLock { $0.policies[tenant] } }

    /// What the tenant tries beside its active policy: evaluated on every call, noted, never enforced.
    public func candidate(tenant: String) -> ActivePolicy? { state.withLock { $0.candidates[tenant] } }

    /// Tries the policy beside the active one, in the place of any other candidate; nil ends the trial.
    public func setCandidate(_ policy: ActivePolicy?, tenant: String) {
        state.withLock { $0.candidates[tenant] = policy }
    }

    /// All tenants that ever had a bundle here, good or bad.
    public var statuses: [String: Status] { state.withLock { $0.statuses } }

    /// Puts the policy in the place of an older one.
    /// - Returns: false, and keeps the other, where the active one is as new; that is recorded as a failure unless both
    ///   are the same bundle.
    public func activate(_ policy: ActivePolicy, now: Timestamp) -> Bool {
        state.withLock { state in
            if let current = state.policies[policy.tenant], current.sequence >= policy.sequence {
                guard current.bundleDigest != policy.bundleDigest else { return true }
                state.statuses[policy.tenant, default: Status()].failure = Failure(
                    at: now, message: "\(policy.version) is not newer than the active \(current.version)")
                return false
            }
            state.policies[policy.tenant] = policy
            state.statuses[policy.tenant] = Status(activeVersion: policy.version, activatedAt: now, failure: nil)
            return true
        }
    }

    /// Notes that a bundle was refused. What is active stays active.
    public func noteFailure(tenant: String, message: String, now: Timestamp) {
        state.withLock { state in
            state.statuses[tenant, default: Status()].failure = Failure(at: now, message: message)
        }
    }

    /// Forgets the last refusal: what is offered now is what is active.
    public func clearFailure(tenant: String) {
        state.withLock { $0.statuses[tenant]?.failure = nil }
    }
}
