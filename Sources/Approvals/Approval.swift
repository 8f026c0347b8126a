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
    public let sessionID: String?
    public let createdAt: Timestamp
    public let expiresAt: Timestamp
    public internal(set) var state: State
    public internal(set) var votes: [Vote]
    /// When the state was last changed.
    public internal(set) var changedAt: Timestamp
    /// The override token's unique name, fixed on approval.
    public internal(set) var tokenID: String?
    /// The decision that used the approval up.
    public internal(set) var redeemedBy: String?

    public init(_ draft: ApprovalDraft, now: Timestamp) {
        id = draft.id
        call = draft.call
        terms = draft.terms
        decisionIDs = [draft.decisionID]
        excluded = draft.excluded
        shownParameters = draft.shownParameters
        sessionID = draft.sessionID
        createdAt = now
        expiresAt = now.advanced(bySeconds: draft.terms.expiresAfterSeconds)
        state = .pending
        votes = []
        changedAt = now
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

    public var approvals: Int { votes.count { $0.verdict == .approve } }
}
