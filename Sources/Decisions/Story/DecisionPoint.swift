public import Approvals
public import Redaction
import RegoValues

/// Where every enforcement point gets its answers. One call is one story, and no path through it leads from a fault to
/// an allow.
///
/// Shaping stands before spending: whether an enforcement point can carry out the rewriting must be known before a token
/// or a budget is used.
public struct DecisionPoint: Sendable {
    let prover: any IdentityProver
    public let policies: PolicyRegistry
    let ledger: any SpendLedger
    public let sessions: SessionLedger
    let answers = AnswerMemory()
    let underWay = CallsUnderWay()
    public let strangers = StrangerRecords()
    let approvals: any ApprovalLedger
    let mint: OverrideTokenMint
    let delegations: DelegationMint
    let recorder: any DecisionRecorder
    /// What happens to budgets, on its way into the trail.
    public let scribe: BudgetScribe
    let observer: (any DecisionObserver)?
    let redactor: Redactor
    let limits: AdmissionLimits
    let attemptRate: RateLimit?
    let waiting: ApprovalWaiting
    let approvalURL: @Sendable (ApprovalID) -> String?
    let onBudgetAlert: @Sendable (_ tenant: String, _ agent: String, BudgetAlert, TraceContext?) -> Void
    let switches: @Sendable () -> AgentSwitches
    /// Why no call passes for want of state; nil while some may.
    public let stateFault: @Sendable () -> String?
    let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - observer: told of every decision, after it is recorded.
    ///   - attemptRate: how fast one agent may ask for approvals, whatever its policies say; nil: as they say.
    ///   - onBudgetAlert: told, within the trace of its call, when a budget passes 50, 80 or 100 % of its limit.
    ///   - switches: the agents that are switched off now.
    ///   - stateFault: why keys and switches are not known any more as they are now; no call passes then.
    ///   - waiting: the calls that are held open for their approvals.
    ///   - approvalURL: where a human decides an approval.
    public init(
        prover: any IdentityProver, policies: PolicyRegistry, ledger: any SpendLedger,
        sessions: SessionLedger,
        approvals: any ApprovalLedger, mint: OverrideTokenMint, delegations: DelegationMint,
        recorder: any DecisionRecorder, observer: (any DecisionObserver)? = nil, redactor: Redactor,
        limits: AdmissionLimits = .usual,
        attemptRate: RateLimit? = RateLimit(milliCallsPerSecond: 1000, burst: 20),
        onBudgetAlert: @escaping @Sendable (_ tenant: String, _ agent: String, BudgetAlert, TraceContext?) -> Void = {
            _, _, _, _ in
        },
        switches: @escaping @Sendable () -> AgentSwitches = { AgentSwitches() },
        stateFault: @escaping @Sendable () -> String? = { nil },
        waiting: ApprovalWaiting = ApprovalWaiting(),
        approvalURL: @escaping @Sendable (ApprovalID) -> String? = { _ in nil },
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.prover = prover
        self.policies = policies
        self.ledger = ledger
        self.sessions = sessions
        self.approvals = approvals
        self.mint = mint
        self.delegations = delegations
        self.recorder = recorder
        scribe = BudgetScribe(ledger: ledger, recorder: recorder, now: now)
        self.observer = observer
        self.redactor = redactor
        self.limits = limits
        self.attemptRate = attemptRate
        self.onBudgetAlert = onBudgetAlert
        self.switches = switches
        self.stateFault = stateFault
        self.waiting = waiting
        self.approvalURL = approvalURL
        self.now = now
    }

    /// Forgets the answers that are in memory for a tenant's retries, where somebody asks for what decisions said to be erased. Their calls
    /// spent nothing: a retry is decided anew.
    public func forgetAnswers(of tenant: String) { answers.forget(tenant: tenant) }

    /// Decides one call: permits it, with whatever has to be rewritten, or says why not.
    public func decide(_ request: DecisionRequest) async -> Decision {
        let decision = begin(request)
        identify(decision)
        resolve(decision)
        await recall(decision)
        judge(decision)
        await spend(decision)
        forget(decision)
        let answer = await record(decision)
        letGo(decision)
        return answer
    }

    /// Decides the body of a decision request.
    /// - Parameter time: how long the call is held open where it needs an approval.
    public func decide(
        json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext? = nil,
        holdingFor time: Duration = .zero
    ) async -> Decision {
        do throws(AdmissionError) {
            return await decide(
                try DecisionRequest.parse(json, credentials: credentials, point: point, trace: trace, limits: limits),
                holdingFor: time)
        } catch {
            return await refuse(error, credentials: credentials, point: point, trace: trace)
        }
    }

    /// Records a call that never became one, and answers it with a deny.
    public func refuse(
        _ problem: AdmissionError, credentials: Credentials = .none, point: EnforcementPoint,
        trace: TraceContext? = nil
    ) async -> Decision {
        let decision = begin(
            DecisionRequest(
                heap: Heap(), subject: .tool(name: "", parameters: .emptyObject, request: nil),
                credentials: credentials, point: point, trace: trace))
        decision.caller = prover.prove(credentials)
        decision.refuse(problem)
        return await record(decision)
    }
}
