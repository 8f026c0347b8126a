/// The state machine: each transition either applies whole or throws and leaves the approval as it was.
extension Approval {
    /// Counts one person's approval; the last one that is asked for approves the call and fixes the token's name.
    public mutating func approve(by approver: Approver, comment: String?, now: Timestamp) throws(ApprovalError) {
        try requireVerdict(from: approver, now: now)
        vote(.approve, by: approver, comment, now)
        guard isMet else { return note(.voted, by: approver, comment, now) }
        settleApproved(now)
        note(.approved, by: approver, comment, now)
    }

    /// One person's refusal is enough, whatever the quorum.
    public mutating func deny(by approver: Approver, comment: String?, now: Timestamp) throws(ApprovalError) {
        try requireVerdict(from: approver, now: now)
        vote(.deny, by: approver, comment, now)
        state = .denied
        changedAt = now
        note(.denied, by: approver, comment, now)
    }

    /// The agent that asked, the one in whose name it did, or the person who answers for that takes the request back.
    public mutating func withdraw(
        by requester: Requester, tenant: String, comment: String? = nil, now: Timestamp
    ) throws(ApprovalError) {
        switch requester {
        case .agent(let agent): try requireParty(agent: agent, tenant: tenant)
        case .person(let person):
            guard tenant == call.tenant else { throw ApprovalError(.notFound, "there is no approval \(id)") }
            guard person == owner else {
                throw ApprovalError(.notRequester, "`\(person)` does not own the agent that asked for \(id)")
            }
        }
        try requirePending(now: now)
        state = .withdrawn
        changedAt = now
        note(.withdrawn, at: now, by: requester.name, via: "api", comment: comment)
    }

    /// Lets more people decide, once the call has waited as long as its terms say. The consent that some of them have given
    /// already, for another rule, may then be all that was missing.
    /// - Returns: whether it did.
    public mutating func escalate(now: Timestamp) -> Bool {
        guard state(at: now) == .pending, let time = escalatesAt, now >= time else { return false }
        escalatedAt = now
        note(.escalated, at: now)
        if isMet {
            settleApproved(now)
            note(.approved, at: now)
        }
        return true
    }

    /// Notes channels that could not be told. Whoever looks at the approval sees them.
    public mutating func noteUndelivered(_ channels: [String]) {
        for channel in channels where !undelivered.contains(channel) { undelivered.append(channel) }
    }

    /// Takes the one use of a review link. Runs in the same update as the verdict: where that is refused, the use is kept.
    public mutating func use(link: String) throws(ApprovalError) {
        guard !usedLinks.contains(link) else {
            throw ApprovalError(.linkUsed, "this link has been used already; each works once")
        }
        usedLinks.append(link)
    }

    /// Notes that the time is up. Does nothing to an approval that is decided or still in time.
    /// - Returns: whether the state changed.
    public mutating func expire(now: Timestamp) -> Bool {
        guard state(at: now) == .expired, state != .expired else { return false }
        state = .expired
        changedAt = now
        note(.expired, at: now)
        return true
    }

    /// Uses the approval up for one decision. The caller has verified the token; this is the compare-and-set.
    public mutating func redeem(tokenID: String, decisionID: String, now: Timestamp) throws(ApprovalError) {
        switch state(at: now) {
        case .approved: break
        case .redeemed: throw ApprovalError(.alreadyRedeemed, "the override token of \(id) has been used already")
        case .expired: throw ApprovalError(.expired, "\(id) expired at \(expiresAt); ask again by repeating the call")
        case .pending: throw ApprovalError(.notApproved, "\(id) is not approved yet")
        case .denied, .withdrawn: throw ApprovalError(.notApproved, "\(id) was \(state.rawValue)")
        }
        guard self.tokenID == tokenID else {
            throw ApprovalError(.invalidToken, "the token does not belong to \(id)")
        }
        state = .redeemed
        changedAt = now
        redeemedBy = decisionID
    }

    /// Gives the approval back when the decision that redeemed it left no durable record, so its answer never left.
    public mutating func release(decisionID: String, now: Timestamp) {
        guard state == .redeemed, redeemedBy == decisionID else { return }
        state = .approved
        changedAt = now
        redeemedBy = nil
    }

    /// The agent that asked may collect the token: nobody else's call is the one that was approved.
    /// - Throws: `.notFound` for another tenant: that an approval exists is nobody else's business.
    public func requireRequester(agent: String, tenant: String) throws(ApprovalError) {
        guard tenant == call.tenant else { throw ApprovalError(.notFound, "there is no approval \(id)") }
        guard agent == requester else {
            throw ApprovalError(.notRequester, "\(id) was asked for by another agent than `\(agent)`")
        }
    }

    /// Whether the agent asked, or was asked for.
    public func isParty(agent: String) -> Bool { agent == requester || agent == call.agent }

    private func requireParty(agent: String, tenant: String) throws(ApprovalError) {
        guard tenant == call.tenant else { throw ApprovalError(.notFound, "there is no approval \(id)") }
        guard isParty(agent: agent) else {
            throw ApprovalError(.notRequester, "\(id) was asked for by another agent than `\(agent)`")
        }
    }

    private mutating func note(
        _ kind: ApprovalEvent.Kind, by approver: Approver, _ comment: String?, _ now: Timestamp
    ) {
        note(
            kind, at: now, by: approver.name, roles: approver.roles, via: approver.via,
            comment: comment)
    }

    private mutating func settleApproved(_ now: Timestamp) {
        state = .approved
        changedAt = now
        tokenID = RandomName.base32(count: 26)
    }

    private mutating func vote(
        _ verdict: Vote.Verdict, by approver: Approver, _ comment: String?, _ now: Timestamp
    ) {
        votes.append(
            Vote(approver: approver.name, roles: approver.roles, verdict: verdict, comment: comment, at: now))
    }

    private func requirePending(now: Timestamp) throws(ApprovalError) {
        switch state(at: now) {
        case .pending: return
        case .expired: throw ApprovalError(.expired, "\(id) expired at \(expiresAt)")
        case .approved, .denied, .withdrawn, .redeemed:
            throw ApprovalError(.notPending, "\(id) is \(state.rawValue) already")
        }
    }

    private func requireVerdict(from approver: Approver, now: Timestamp) throws(ApprovalError) {
        guard approver.tenant == call.tenant else { throw ApprovalError(.notFound, "there is no approval \(id)") }
        let person = PersonName(approver.name)
        guard !(excluded + [call.agent]).contains(where: { PersonName($0) == person }) else {
            throw ApprovalError(
                .selfApproval,
                "`\(approver.name)` asked for this call or owns an agent that did; somebody else must decide")
        }
        guard approver.isNamed(in: entitled) else {
            let names = entitled.isEmpty ? "nobody" : entitled.joined(separator: ", ")
            throw ApprovalError(.notEntitled, "`\(approver.name)` may not decide \(id); it takes \(names)")
        }
        try requirePending(now: now)
        guard let earlier = votes.first(where: { PersonName($0.approver) == person }) else { return }
        let alias = earlier.approver == approver.name ? "" : ", as `\(earlier.approver)`"
        throw ApprovalError(.alreadyVoted, "`\(approver.name)` has decided \(id) already\(alias)")
    }
}

/// Who may take a request back.
public enum Requester: Sendable, Hashable {
    case agent(String)
    /// The agent's owner.
    case person(String)

    var name: String {
        switch self {
        case .agent(let name), .person(let name): name
        }
    }
}
