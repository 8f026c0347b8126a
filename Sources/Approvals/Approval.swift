/// One held call on its way to a human verdict.
///
/// `pending → approved | denied | expired | withdrawn`, and `approved → redeemed` once. Every change goes through the
/// transitions in `Approval+transitions.swift`; a ledger runs them inside one atomic update.
public struct Approval: Sendable, Hashable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        case pending, approved, denied, expired, withdrawn, redeemed
    }

    public struct Vote: Sendable, Hashable, Codable {
        public enum Verdict: String, Sendable, Codable { case approve, deny }

        public var approver: String
        /// What the person was when deciding.
        public var roles: [String]
        public var verdict: Verdict
        public var comment: String?
        public var at: Timestamp
    }

    public let id: ApprovalID
    public let call: HeldCall
    public let terms: ApprovalTerms
    /// The decision that created it, and those that found it pending and attached.
    public private(set) var decisionIDs: [String]
    public let excluded: [String]
    public let shownParameters: String
    /// What every approver is shown, and its digest.
    public let shown: ShownCall
    public let sessionID: String?
    public let createdAt: Timestamp
    public let expiresAt: Timestamp
    /// Who answers for the agent.
    public let owner: String?
    /// The agent that made the call in the other's name; nil where that was its own.
    public let actingFor: String?
    /// The agents before the one that calls, oldest first.
    public let chain: [String]
    public internal(set) var state: State
    public internal(set) var votes: [Vote]
    /// When the state was last changed.
    public internal(set) var changedAt: Timestamp
    /// The override token's unique name, fixed on approval.
    public internal(set) var tokenID: String?
    /// The decision that used the approval up.
    public internal(set) var redeemedBy: String?
    /// When more people were last let decide.
    public internal(set) var escalatedAt: Timestamp?
    /// All that happened, oldest first: at most one for each vote and escalation, and three more.
    public internal(set) var events: [ApprovalEvent]
    /// Channels that should have been told and were not: there is no way to them, or they took no message.
    public internal(set) var undelivered: [String]
    /// The review links whose one use is gone.
    public internal(set) var usedLinks: [String]

    public init(_ draft: ApprovalDraft, now: Timestamp) {
        id = draft.id
        call = draft.call
        terms = draft.terms
        decisionIDs = [draft.decisionID]
        excluded = draft.excluded
        shownParameters = draft.shownParameters
        shown = ShownCall(draft)
        owner = draft.owner
        actingFor = draft.actingFor
        chain = draft.chain
        events = []
        usedLinks = []
        undelivered = []
        sessionID = draft.sessionID
        createdAt = now
        expiresAt = now.advanced(bySeconds: draft.terms.expiresAfterSeconds)
        state = .pending
        votes = []
        changedAt = now
        note(.asked, at: now, by: draft.actingFor ?? draft.call.agent)
    }

    /// How many decisions are remembered by name; an agent that asks on and on does not make the approval grow.
    static let rememberedDecisions = 16

    /// Notes that another identical call is waiting for the same verdict.
    public mutating func attach(decisionID: String) {
        guard decisionIDs.count < Approval.rememberedDecisions, !decisionIDs.contains(decisionID) else { return }
        decisionIDs.append(decisionID)
    }

    /// The state at `now`: an undecided or unused approval expires by the clock alone, whether or not anyone noted it.
    public func state(at now: Timestamp) -> State {
        switch state {
        case .pending, .approved: now >= expiresAt ? .expired : state
        case .denied, .expired, .withdrawn, .redeemed: state
        }
    }

    /// Who asked, collects the token, and makes the call with it.
    public var requester: String { actingFor ?? call.agent }

    public var approvals: Int { votes.count { $0.verdict == .approve } }
}
