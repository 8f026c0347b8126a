import Approvals
import RegoRuntime
import RegoValues

/// What the tenant's policies say: pure and synchronous, over one version from beginning to end.
extension DecisionPoint {
    func evaluate(_ decision: DecisionInProgress) {
        guard decision.isOpen, let policy = decision.policy, decision.digest != nil else { return }
        let evaluatedAt = decision.admittedAt
        if let token = decision.request.overrideToken {
            guard let held = decision.heldCall else {
                return decision.deny(.tokenInvalid, "the call has no canonical form, so no override token is for it")
            }
            do throws(ApprovalError) {
                decision.token = try mint.verify(token, for: held, now: evaluatedAt)
            } catch {
                decision.deny(error.reason)
                return
            }
        }
        if let key = decision.sessionKey { decision.sessionView = sessions.view(key, now: evaluatedAt) }
        guard let input = decision.ask(policy) else { return }
        decision.foreseeResult(policy)
        weigh(candidateOf: decision, input)
        ParameterShaping(redactor: redactor).foresee(decision)
        decision.enforceDeny()
    }

    /// The document that policies see as `input`.
    /// - Parameter phase: what is asked for, where it is not a decision about a call.
    static func input(_ decision: DecisionInProgress, phase: StaticString? = nil) -> Value? {
        guard let caller = decision.caller, let agent = decision.agent, let call = decision.call else { return nil }
        let heap = decision.request.heap
        var members: [(Value, Value)] = [
            (.string("tenant"), heap.string(caller.tenant)),
            (.string("agent"), heap.object([(.string("id"), heap.string(agent.name))])),
            (.string("tool"), heap.object([(.string("name"), heap.string(call.tool.name))])),
            (.string("params"), call.parameters),
            (.string("chain"), heap.array(decision.chain.map(heap.string))),
            (.string("session"), decision.session.document(id: decision.request.sessionID, in: heap)),
            (.string("context"), decision.request.context),
            (.string("now"), .integer(decision.admittedAt.nanoseconds)),
        ]
        if let line = call.line {
            members.append((.string("request"), line.document(in: heap)))
        }
        if let phase { members.append((.string("phase"), .string(phase))) }
        if let token = decision.token {
            members.append((.string("approval"), token.document(in: heap)))
        }
        return heap.object(members)
    }
}

extension DecisionInProgress {
    /// Puts the call before the policies, with what is certain of its session. Where calls are under way in it that may yet come
    /// to nothing, the call must be permitted with them, too, and what either obliges to is done.
    /// - Returns: the input that decided; nil where the decision is closed.
    fileprivate func ask(_ policy: ActivePolicy) -> Value? {
        session = sessionView.settled
        guard let input = DecisionPoint.input(self), ask(input, of: policy) else { return nil }
        guard SessionView.differ(session, sessionView.expected, for: policy.sessionInterest), ruling != .deny else {
            return input
        }
        let certain = (input: input, session: session, said: said)
        session = sessionView.expected
        guard let later = DecisionPoint.input(self), ask(later, of: policy) else { return nil }
        guard ruling == .allow else { return later }
        guard certain.said.ruling == .allow else {
            (self.input, session, said) = certain
            return input
        }
        if addDuties(of: certain.said) { facts.certainSession = JSONWriter.text(input.lookup("session")) }
        return later
    }

    /// Takes over what the policies oblige to by another verdict about the same call, and, of those in shadow, what stands against it.
    /// - Returns: whether anything came of it.
    func addDuties(of other: Verdicts) -> Bool {
        let more = enforced?.adding(other.enforced?.sanitize ?? [])
        let moreInShadow = shadow.flatMap { shadow in other.shadow.flatMap { shadow.joining($0) } }
        if let more { enforced = more }
        if let moreInShadow { shadow = moreInShadow }
        return more != nil || moreInShadow != nil
    }

    /// What the policies said when they were asked.
    struct Verdicts {
        var enforced: PolicyVerdict?
        var shadow: PolicyVerdict?

        var ruling: PolicyVerdict.Ruling? { enforced?.ruling ?? shadow?.ruling }
    }

    var said: Verdicts {
        get { Verdicts(enforced: enforced, shadow: shadow) }
        set { (enforced, shadow) = (newValue.enforced, newValue.shadow) }
    }

    var ruling: PolicyVerdict.Ruling? { enforced?.ruling ?? shadow?.ruling }

    /// Puts `input` before the policies.
    /// - Returns: whether they gave a ruling; else the decision is closed.
    func ask(_ input: Value, of policy: ActivePolicy) -> Bool {
        let heap = request.heap
        self.input = input
        do {
            let result = try policy.evaluation(input, heap, admittedAt)
            guard !heap.isExhausted else {
                deny(.evaluationError, "the policies need more memory than a decision may use")
                return false
            }
            let (enforced, would) = try PolicyVerdict.read(result)
            if would?.isShadowFault == true { facts.isShadowFaulted = true }
            if isShadowing {
                shadow = would ?? enforced
            } else {
                self.enforced = enforced
                shadow = would
            }
        } catch let malformed as PolicyVerdict.Malformed {
            deny(.evaluationError, "the policies gave no usable `\(malformed.field)`")
            return false
        } catch {
            // What the engine says may quote parameters, so it does not get into the answer or the record.
            noteInterruption(error)
            deny(.evaluationError, "the policies could not be evaluated")
            return false
        }
        return true
    }

    /// Closes the decision where its policies deny it.
    func enforceDeny() {
        guard let own = ownVerdict, own.ruling == .deny else { return }
        if enforced != nil { return deny(own.reason) }
        // Guards of identity hold where a tenant only shadows, too. They are no policy's.
        if let guarded = ([own.reason] + own.reason.also).first(where: { $0.policy == nil && $0.code.deniesInShadow }) {
            deny(guarded)
        }
    }

    /// Whether the engine ran out of time, which it may not do the next time.
    func noteInterruption(_ error: any Error) {
        facts.isInterrupted = (error as? EvaluationError)?.code == .deadline
    }
}

extension OverrideToken {
    /// What policies see as `input.approval`: the rules that it releases, by their names.
    func document(in heap: Heap) -> Value {
        let rules = releases.map { heap.array($0.names.map(heap.string)) }
        return heap.object([
            (.string("id"), heap.string(approvalID.description)), (.string("releases"), heap.array(rules)),
        ])
    }
}

extension ApprovalError {
    /// How a decision tells of a token that does not hold.
    var reason: DecisionReason {
        switch code {
        case .alreadyRedeemed: DecisionReason(.tokenUsed, message)
        case .expired: DecisionReason(.approvalExpired, message)
        default: DecisionReason(.tokenInvalid, message)
        }
    }
}
