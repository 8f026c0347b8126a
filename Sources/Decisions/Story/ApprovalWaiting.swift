import Approvals
import Synchronization

/// The calls that are held open while people decide. Bounded: a call beyond the limit is answered at once.
public final class ApprovalWaiting: Sendable {
    private let limit: Int
    private let interval: Duration
    private let held = Mutex(0)
    private let isEnded = Atomic<Bool>(false)

    /// - Parameters:
    ///   - limit: calls held at once.
    ///   - interval: how often the state of an approval is looked at.
    public init(limit: Int = 256, interval: Duration = .milliseconds(200)) {
        self.limit = limit
        self.interval = interval
    }

    /// Lets all go that are held, and holds no more: each is answered as one that was not held, and asks again elsewhere.
    public func end() { isEnded.store(true, ordering: .relaxed) }

    /// The approval once it is not pending any more, when the time is up or holding has ended, or when `isInForce` says that its policies are not those
    /// of today; nil where no room is left, or the state cannot be read.
    func state(
        of id: ApprovalID, tenant: String, in ledger: any ApprovalLedger, until end: ContinuousClock.Instant,
        isInForce: @Sendable (Approval) -> Bool = { _ in true }, now: @Sendable () -> Timestamp
    ) async -> Approval? {
        guard
            held.withLock({ count in
                guard count < limit else { return false }
                count += 1
                return true
            })
        else { return nil }
        defer { held.withLock { $0 -= 1 } }
        while true {
            guard let approval = try? await ledger.approval(id, tenant: tenant) else { return nil }
            guard approval.state(at: now()) == .pending, ContinuousClock.now < end, isInForce(approval),
                !isEnded.load(ordering: .relaxed)
            else { return approval }
            do { try await Task.sleep(for: interval) } catch { return approval }
        }
    }
}

extension DecisionPoint {
    /// Decides one call and, where it needs an approval, holds it open: approved in time it goes on, with the token that is
    /// for exactly this call; denied in time it is denied. Else the answer is that of a call that was not held.
    ///
    /// Both decisions are recorded. Nothing is reserved while the call is held, and everything is decided anew afterwards. Where
    /// other policies come into force meanwhile, the approval is worth nothing any more: they are asked, and may hold the call
    /// for the rest of the time.
    public func decide(_ request: DecisionRequest, holdingFor time: Duration) async -> Decision {
        var decision = await decide(request)
        guard time > .zero else { return decision }
        let end = ContinuousClock.now.advanced(by: time)
        var isLast = false
        while !isLast { (decision, isLast) = await follow(decision, of: request, until: end) }
        return decision
    }

    /// Waits for the people whom a call needs.
    /// - Returns: the decision that follows, and whether there is nothing more to wait for.
    private func follow(
        _ first: Decision, of request: DecisionRequest, until end: ContinuousClock.Instant
    ) async -> (Decision, isLast: Bool) {
        let isInForce: @Sendable (Approval) -> Bool = { [policies] approval in
            policies.active(tenant: approval.call.tenant)?.version == approval.call.policyVersion
        }
        guard first.outcome == .approvalNeeded, !first.isDryRun, let tenant = first.tenant, let agent = first.agentID,
            let id = first.approval.flatMap({ ApprovalID(parsing: $0.id) }),
            let approval = await waiting.state(
                of: id, tenant: tenant, in: approvals, until: end, isInForce: isInForce, now: now)
        else { return (first, true) }
        let isOver = ContinuousClock.now >= end
        guard isInForce(approval) else { return (await decide(request), isOver) }
        switch approval.state(at: now()) {
        case .approved:
            guard approval.call.agent == agent, let token = try? mint.mint(approval, now: now()) else {
                return (first, true)
            }
            let decision = await decide(DecisionRequest(request, overrideToken: token))
            // What was answered under its key before stands, whatever the policies were then.
            if decision.repeatedAnswer != nil { return (decision, true) }
            // The token is the gateway's, and no fault of the agent's: an identical call may have been quicker, or time.
            if let status = decision.lostToken {
                var ended = first
                ended.approval?.status = status.rawValue
                return (ended, true)
            }
            // Nor is it that the policies have changed in between.
            guard decision.policyVersion == approval.call.policyVersion else { return (await decide(request), isOver) }
            return (decision, true)
        case .denied: return (await decide(request), true)
        case .pending: return (first, true)
        case .expired, .withdrawn, .redeemed:
            var ended = first
            ended.approval?.status = approval.state(at: now()).rawValue
            return (ended, true)
        }
    }
}

extension Decision {
    /// What has become of the approval whose token was refused; nil where none was.
    fileprivate var lostToken: Approval.State? {
        switch reason.code {
        case .tokenUsed: .redeemed
        case .approvalExpired: .expired
        default: nil
        }
    }
}

extension DecisionRequest {
    /// The same call with the token of its approval.
    convenience init(_ request: DecisionRequest, overrideToken: String) {
        self.init(
            heap: request.heap, subject: request.subject, claimedAgent: request.claimedAgent,
            sessionID: request.sessionID, context: request.context, delegation: request.delegation,
            overrideToken: overrideToken, idempotencyKey: request.idempotencyKey, isDryRun: request.isDryRun,
            credentials: request.credentials, point: request.point, trace: request.trace)
    }
}
