/// An approval that a decision asks for, before the ledger has created it or found an identical one.
public struct ApprovalDraft: Sendable, Hashable {
    public var id: ApprovalID
    public var call: HeldCall
    public var terms: ApprovalTerms
    /// The decision that held the call.
    public var decisionID: String
    /// Names that must never decide: whoever had a part in the call, as an agent or as the owner of one.
    public var excluded: [String]
    /// The call's parameters as JSON for the human: sensitive paths and detected personal data are never in clear.
    public var shownParameters: String
    /// The request on the wire likewise, an object with `method`, `host` and `path`; `null` where there is none.
    public var shownRequest: String
    /// What the call says of itself, likewise.
    public var shownContext: String
    public var sessionID: String?
    /// The agents before the one that calls, oldest first, proven.
    public var chain: [String]
    /// The agent that made the call in the other's name.
    public var actingFor: String?
    /// Who answers for the agent, and may take its request back.
    public var owner: String?

    public init(
        id: ApprovalID, call: HeldCall, terms: ApprovalTerms, decisionID: String, excluded: [String],
        shownParameters: String, shownRequest: String = "null", shownContext: String = "{}", sessionID: String? = nil,
        chain: [String] = [], actingFor: String? = nil,
        owner: String? = nil
    ) {
        self.id = id
        self.call = call
        self.terms = terms
        self.decisionID = decisionID
        self.excluded = excluded
        self.shownParameters = shownParameters
        self.shownRequest = shownRequest
        self.shownContext = shownContext
        self.sessionID = sessionID
        self.chain = chain
        self.actingFor = actingFor
        self.owner = owner
    }
}
