public import Approvals
public import Redaction

/// Who is told of every decision, for traces, metrics and logs. A decision never depends on it.
///
/// Implementers MUST return at once from both: no waiting, no I/O, and only so much memory as they bound themselves.
public protocol DecisionObserver: Sendable {
    /// The span of a decision that begins: in the caller's trace, or in a new one. nil where no spans are made.
    func begin(under parent: TraceContext?) -> TraceContext?

    /// A decision has been recorded, or could not be.
    func end(_ decided: DecidedCall)
}

/// What an observer is told of a decision. Nothing in it is a parameter or a part of one.
public struct DecidedCall: Sendable {
    public enum Kind: Sendable, Hashable {
        case call
        /// What may be shown of a tool's answer.
        case result
    }

    public var kind: Kind
    public var id: DecisionID
    public var outcome: Outcome
    public var reason: DecisionReason
    public var would: Decision.Would?
    public var tenant: String?
    public var agentID: String?
    public var toolName: String?
    public var policyVersion: String?
    /// `enforce`, `shadow` or `dry_run`.
    public var mode: String
    public var approvalID: String?
    public var redactions: [RedactedPlace]
    public var budgets: [BudgetLevel]
    /// The name under which the caller would try it again: its own id of the call.
    public var callID: String?
    public var sessionID: String?
    public var point: String
    /// Its own span, and the one in which the caller stood.
    public var span: TraceContext?
    public var parent: TraceContext?
    public var begun: Timestamp
    public var ended: Timestamp
    /// Nanoseconds that the record took to become durable.
    public var recording: Int64
    /// Whether it is the answer of an earlier call with the same idempotency key.
    public var isRepeated: Bool
}

/// What is left of a budget after a call.
public struct BudgetLevel: Sendable, Hashable {
    public var budget: BudgetKey
    public var limit: MicroUnits
    public var remaining: MicroUnits
    /// When the window ends, in seconds since the epoch.
    public var endsAt: Int64
}

extension DecisionPoint {
    func begin(_ request: DecisionRequest) -> DecisionInProgress {
        let decision = DecisionInProgress(request, now: now())
        decision.span = observer?.begin(under: request.trace)
        return decision
    }

    func observe(
        _ decision: DecisionInProgress, _ answer: Decision, as kind: DecidedCall.Kind = .call, recordingSince: Timestamp
    ) {
        guard let observer else { return }
        let ended = now()
        observer.end(
            DecidedCall(
                kind: kind, id: answer.id, outcome: answer.outcome, reason: answer.reason, would: answer.would,
                tenant: decision.caller?.tenant, agentID: answer.agentID, toolName: answer.toolName,
                policyVersion: answer.policyVersion, mode: answer.isDryRun ? "dry_run" : answer.mode.rawValue,
                approvalID: answer.approval?.id ?? decision.token?.approvalID.description,
                redactions: answer.redactions, budgets: decision.budgets, callID: decision.request.idempotencyKey,
                sessionID: decision.request.sessionID, point: decision.request.point.name, span: decision.span,
                parent: decision.request.trace, begun: decision.admittedAt, ended: ended,
                recording: max(0, ended.nanoseconds - recordingSince.nanoseconds),
                isRepeated: answer.repeatedAnswer != nil))
    }
}
