public import Approvals
import Synchronization

/// The active policy of each tenant, swapped whole between decisions, and what became of its bundles.
public final class PolicyRegistry: Sendable {
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

    /// The tenant's active policy, and how long ago somebody signed that it is the latest; nil where nobody has said so yet.
    func activeAndAge(tenant: String, now: Timestamp) -> (policy: ActivePolicy, secondsSinceWord: Int64?)? {
        state.withLock { state in
            state.policies[tenant].map { ($0, state.statuses[tenant]?.lastWord.map { now.seconds - $0.seconds }) }
        }
    }

    /// All tenants that ever had a bundle here, good or bad.
    public var statuses: [String: Status] { state.withLock { $0.statuses } }

    /// Puts the policy in the place of an older one.
    /// - Parameter isRollback: whether somebody signed that it may take the place of a newer one.
    /// - Returns: false, and keeps the other, where the active one is as new; that is recorded as a failure unless both
    ///   are the same bundle.
    public func activate(_ policy: ActivePolicy, isRollback: Bool = false, now: Timestamp) -> Bool {
        // Let go of outside of the lock: freeing a large policy takes a while, and decisions wait for the lock.
        var former: ActivePolicy?
        defer { withExtendedLifetime(former) {} }
        return state.withLock { state in
            former = state.policies[policy.tenant]
            if let current = former, current.sequence >= policy.sequence {
                guard current.bundleDigest != policy.bundleDigest else { return true }
                guard isRollback, current.sequence > policy.sequence else {
                    state.statuses[policy.tenant, default: Status()].failure = Failure(
                        at: now, code: "policy.bundle-not-newer",
                        message: "\(policy.version) is not newer than the active \(current.version)")
                    return false
                }
            }
            state.policies[policy.tenant] = policy
            var status = state.statuses[policy.tenant] ?? Status()
            status.activeVersion = policy.version
            status.activatedAt = now
            status.activations += 1
            status.failure = nil
            status.doubt = nil
            state.statuses[policy.tenant] = status
            return true
        }
    }

    /// Takes the tenant's active policy out of force, so that every call is denied until another one is activated.
    /// - Parameter bundle: the digest of the one that is meant.
    /// - Returns: false, and changes nothing, where another one is active by now.
    public func withdraw(_ bundle: String, tenant: String, because failure: Failure) -> Bool {
        var former: ActivePolicy?
        defer { withExtendedLifetime(former) {} }
        return state.withLock { state in
            guard state.policies[tenant]?.bundleDigest == bundle else { return false }
            former = state.policies.removeValue(forKey: tenant)
            var status = state.statuses[tenant] ?? Status()
            status.activeVersion = nil
            status.activatedAt = nil
            status.failure = failure
            status.doubt = nil
            status.refusals[failure.code, default: 0] += 1
            state.statuses[tenant] = status
            return true
        }
    }

    /// Notes why the active bundle would not be taken today; nil where it would.
    public func noteDoubt(_ doubt: Failure?, tenant: String) {
        state.withLock { $0.statuses[tenant]?.doubt = doubt }
    }

    /// Notes that a bundle was refused. What is active stays active.
    /// - Parameter code: of a closed list, such as `bundle.path-unsafe`.
    public func noteFailure(tenant: String, code: String, message: String, now: Timestamp) {
        state.withLock { state in
            var status = state.statuses[tenant] ?? Status()
            status.failure = Failure(at: now, code: code, message: message)
            status.refusals[code, default: 0] += 1
            state.statuses[tenant] = status
        }
    }

    /// Forgets the last refusal: what is offered now is what is active.
    public func clearFailure(tenant: String) {
        state.withLock { $0.statuses[tenant]?.failure = nil }
    }

    /// Notes when somebody signed last that the active policy is the latest. It never goes back.
    public func noteWord(tenant: String, at time: Timestamp) {
        state.withLock { state in
            let before = state.statuses[tenant]?.lastWord
            state.statuses[tenant, default: Status()].lastWord = before.map { max($0, time) } ?? time
        }
    }

    /// Notes that the source of the tenant's bundles answered, or why it did not.
    public func noteSource(_ name: String, tenant: String, outage: String?, now: Timestamp) {
        state.withLock { state in
            var source = state.statuses[tenant]?.source ?? SourceStatus(name: name)
            source.name = name
            if let outage {
                source.outage = outage
                source.outageSince = source.outageSince ?? now
                source.failuresInARow += 1
                source.failures += 1
            } else {
                source.outage = nil
                source.outageSince = nil
                source.failuresInARow = 0
                source.lastAnswer = now
            }
            state.statuses[tenant, default: Status()].source = source
        }
    }
}

extension PolicyRegistry {
    /// What became of a tenant's bundles, for operators.
    public struct Status: Sendable, Hashable {
        public var activeVersion: String?
        public var activatedAt: Timestamp?
        /// Since the start of the process.
        public var activations = 0
        /// The last bundle that was refused, and why; nil once a newer one became active.
        public var failure: Failure?
        /// Why the active bundle would not be taken today, though it was when it became active; nil where it would.
        public var doubt: Failure?
        /// How many were refused since the start of the process, by code.
        public var refusals: [String: Int] = [:]
        /// When somebody signed last that the active bundle is the latest.
        public var lastWord: Timestamp?
        public var source: SourceStatus?
    }

    public struct Failure: Sendable, Hashable {
        public var at: Timestamp
        public var code: String
        public var message: String

        public init(at: Timestamp, code: String, message: String) {
            self.at = at
            self.code = code
            self.message = message
        }
    }

    /// How the place that bundles come from is doing.
    public struct SourceStatus: Sendable, Hashable {
        public var name: String
        public var lastAnswer: Timestamp?
        /// Why it does not answer; nil while it does.
        public var outage: String?
        public var outageSince: Timestamp?
        public var failuresInARow = 0
        /// Since the start of the process.
        public var failures = 0

        init(name: String) { self.name = name }
    }
}
