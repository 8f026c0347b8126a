import Approvals
import Redaction
import RegoValues

/// What a retry is answered with. It stands apart: few calls are retries, and every call would make room for it.
final class EarlierAnswer {
    let decision: Decision

    init(_ decision: Decision) { self.decision = decision }
}

/// One decision on its way through the story. Each stage reads what the earlier ones left and adds its own; the first
/// one that denies closes it, and the later ones pass it on untouched.
///
/// One task has it at a time. It is a class because it is large: each stage that looks at a value would copy it.
final class DecisionInProgress {
    let request: DecisionRequest
    let id: DecisionID
    let admittedAt: Timestamp
    /// Its own, where spans are made.
    var span: TraceContext?

    /// Left by `identify`.
    var caller: Caller?
    var policy: ActivePolicy?
    var agent: AgentDefinition?
    /// Who made the call in the agent's name: an orchestrator, or a person who tries it dry.
    var actingFor: String?
    /// The agents before this one, oldest first, proven.
    var chain: [String] = []
    /// Who made calls in the name of agents in the chain, proven with it.
    var orchestrators: [String] = []
    /// Left by `resolve`.
    var call: ToolCall?
    var digest: String?
    var claim: SpendOrder.IdempotencyClaim?
    /// Whether this is the call that goes on under its idempotency key; to be let go at the end.
    var holdsKey = false
    /// Left by `recall`: what the same call was answered by other policies than those in force.
    var earlier: EarlierAnswer?
    /// Left by `evaluate`.
    var token: OverrideToken?
    /// What the policies were asked; nil where they were not. Lives in the request's heap.
    var input: Value?
    var enforced: PolicyVerdict?
    var shadow: PolicyVerdict?
    /// Where `shadow` comes from a candidate: that, and the memory that its verdict lives in.
    var candidate: (policy: ActivePolicy, heap: Heap)?
    /// Where a candidate is tried in a tenant that only shadows: what the tenant's own policies say.
    var unenforced: PolicyVerdict?
    /// Left by `shape` and `spend`.
    var parameters: [UInt8]?
    var redactions: [RedactedPlace] = []
    var approval: Decision.ApprovalState?
    var limits = Decision.Limits()
    var hasEffects = false
    /// What it has taken from rates and budgets.
    var spent = Spent()
    /// It spent nothing and has an idempotency key: its answer is kept for a retry once it is recorded.
    var isWorthRemembering = false
    /// Budgets that this call has brought past a mark.
    var alerts: [BudgetAlert] = []
    /// What is left of the budgets that it was charged to, or that refused it.
    var budgets: [BudgetLevel] = []
    /// What the policies saw of the session, out of which state of it, and what the call has done to it.
    var session = SessionFacts()
    var sessionView = SessionView()
    var ticket: SessionLedger.Ticket?
    /// The signed chain to the agent behind the tool, where there is one.
    var delegation: String?
    /// What state added to what the policies said, for re-execution.
    var facts = StateFacts()
    /// Whose answer is being awaited: what it refuses is a fact, not a ruling of the policies.
    var asking: StateFacts.Keeper?

    private(set) var outcome: Outcome?
    private(set) var reason: DecisionReason?
    var would: Decision.Would?
    private(set) var problem: AdmissionError?
    private var repeated: EarlierAnswer?

    convenience init(_ request: DecisionRequest, now: Timestamp) {
        self.init(request: request, id: DecisionID(now: now), admittedAt: now)
    }

    init(request: DecisionRequest, id: DecisionID, admittedAt: Timestamp) {
        self.request = request
        self.id = id
        self.admittedAt = admittedAt
    }

    /// Who has acted in an agent's name so far, this call counted in, each once.
    var allOrchestrators: [String] {
        guard let actingFor, !orchestrators.contains(actingFor) else { return orchestrators }
        return orchestrators + [actingFor]
    }

    var isOpen: Bool { outcome == nil && repeated == nil }
    var isShadowing: Bool { policy?.settings.mode == .shadow }

    /// The books of what is tried beside the policies in force.
    var trialBooks: StateBooks { candidate == nil ? .shadow : .candidate }

    /// What the tenant's policies say of the call, whatever is tried beside them.
    var ownVerdict: PolicyVerdict? { enforced ?? unenforced ?? shadow }

    /// Closes the decision with a deny. Where the tenant only shadows, the call is let through and the deny is noted,
    /// unless it is a fault of identity or integrity.
    func deny(_ reason: DecisionReason) {
        guard isOpen else { return }
        if let asking { facts.refusal = StateFacts.Refusal(by: asking, reason) }
        delegation = nil
        if isShadowing, !reason.code.deniesInShadow {
            would = Decision.Would(.deny, reason)
            outcome = .allow
            parameters = nil
            redactions = []
            self.reason = reason
        } else {
            outcome = .deny
            approval = nil
            parameters = nil
            redactions = []
            self.reason = reason
        }
    }

    func deny(_ code: ReasonCode, _ message: String) { deny(DecisionReason(code, message)) }

    /// Notes that the books of shadow policies would have refused the call.
    func foreseeRefusal(_ reason: DecisionReason) {
        facts.shadowRefusal = reason
        would = Decision.Would(.deny, reason)
    }

    /// Closes the decision before it is about anything.
    func refuse(_ problem: AdmissionError) {
        guard isOpen else { return }
        self.problem = problem
        outcome = .deny
        reason = DecisionReason(problem.code, problem.detail)
    }

    func settle(_ outcome: Outcome, _ reason: DecisionReason) {
        guard isOpen else { return }
        self.outcome = outcome
        self.reason = reason
    }

    func repeatAnswer(_ earlier: Decision) {
        guard isOpen else { return }
        repeated = EarlierAnswer(earlier)
    }

    /// Forgets what `evaluate` and the stages up to `spend` have left, so that the call can be judged anew.
    func beginAnew() {
        (token, input, enforced, shadow, candidate, unenforced) = (nil, nil, nil, nil, nil, nil)
        (parameters, redactions, approval, delegation) = (nil, [], nil, nil)
        (session, sessionView, facts) = (SessionFacts(), SessionView(), StateFacts())
        (outcome, reason, would) = (nil, nil, nil)
    }

    /// The decision as it stands; what was never settled is a deny.
    func decision() -> Decision {
        if let repeated { return repeated.decision }
        return decision(outcome ?? .deny, reason ?? DecisionReason(.evaluationError, "the decision was never settled"))
    }

    /// The decision that it would be, settled like this.
    func decision(_ outcome: Outcome, _ reason: DecisionReason) -> Decision {
        let isPermitted = outcome == .allow || outcome == .sanitize
        return Decision(
            id: id, outcome: outcome, reason: reason,
            policyVersion: policy?.version, mode: policy?.settings.mode ?? .enforce, would: would,
            candidateVersion: candidate?.policy.version,
            tenant: caller?.tenant, proof: caller?.method, agentID: agent?.name, toolName: call?.tool.name,
            approval: approval,
            parameters: parameters,
            mustCheckResult: isPermitted && resultIsChecked, redactions: redactions, limits: limits,
            traceID: (span ?? request.trace)?.traceID, span: span,
            isDryRun: request.isDryRun, delegation: delegation, receipt: nil, problem: problem,
            repeatedAnswer: nil)
    }

    /// By the verdict as well as by the bundle's table: older ones have no Rego files in it.
    private var resultIsChecked: Bool {
        guard let call else { return false }
        return policy?.catalog.toolsWithCheckedResults.contains(call.tool.name) == true
            || enforced?.sanitize.contains { $0.target == .result } == true
    }
}
