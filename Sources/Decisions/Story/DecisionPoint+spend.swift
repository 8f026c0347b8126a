import Approvals
import Redaction
import RegoValues

/// What needs state, in one atomic step: the token, the rates, the budgets. Calls that spend nothing touch no store.
extension DecisionPoint {
    func spend(_ decision: DecisionInProgress) async {
        guard decision.isOpen else { return }
        decision.asking = .spending
        defer { decision.asking = nil }
        switch decision.enforced?.ruling {
        case .approvalNeeded: await hold(decision)
        case .allow: await take(decision)
        case nil where decision.isShadowing: await take(decision)
        case .deny, nil: decision.deny(.evaluationError, "the policies gave no ruling")
        }
    }

    private func take(_ decision: DecisionInProgress) async {
        guard let caller = decision.caller, let agent = decision.agent else { return }
        var order = SpendOrder(
            decisionID: decision.id, tenant: caller.tenant, agent: agent.name, now: decision.admittedAt)
        order.idempotency = decision.claim
        if let token = decision.token {
            order.token = SpendOrder.TokenRedemption(approvalID: token.approvalID, tokenID: token.tokenID)
        }
        if let enforced = decision.enforced {
            switch draws(of: enforced, in: .enforced, decision) {
            case .refused(let reason):
                decision.deny(reason)
                return
            case .taken(let rates, let charges): (order.rates, order.charges) = (rates, charges)
            }
        }
        let shadow = decision.shadow
        // What stands against the call already would cost it nothing.
        if let shadow, shadow.ruling == .allow, decision.would?.outcome != .deny {
            switch draws(of: shadow, in: decision.trialBooks, decision) {
            case .refused(let reason): decision.foreseeRefusal(reason)
            case .taken(let rates, let charges): (order.shadowRates, order.shadowCharges) = (rates, charges)
            }
        }
        guard order.touchesState || order.idempotency != nil, !decision.request.isDryRun else {
            return decision.permit()
        }
        if let earlier = decision.earlier {
            return decision.repeatIfItHolds(earlier.decision, decision.permitted)
        }
        var isLong = false
        if order.idempotency != nil {
            let answered = decision.permitted
            // Only what rewrites can have a long answer.
            isLong = answered.parameters != nil && !answers.hasRoom(for: answered.json)
            guard order.touchesState || isLong else {
                decision.permit()
                decision.isWorthRemembering = true
                return
            }
            let charges = order.charges
            order.answer = { receipt, shadowRefusal in
                var answered = answered
                answered.limits.budgetRemaining = DecisionPoint.tightest(receipt, charges)
                if let shadowRefusal { answered.would = Decision.Would(.deny, shadowRefusal.reason) }
                return answered.json
            }
        }
        let charges = order.charges
        if !charges.isEmpty {
            let (id, tenant, agent, version) = (decision.id, caller.tenant, agent.name, decision.policy?.version)
            order.telling = { receipt in
                BudgetAlert.passed(by: charges, remaining: receipt.remaining).enumerated().map { number, alert in
                    alert.event("\(number)", of: id, tenant: tenant, agent: agent, policyVersion: version)
                }
            }
        }
        do {
            let result = try await ledger.spend(order)
            decision.spent = order.spent(result)
            if let refusal = result.shadowRefusal {
                decision.foreseeRefusal(refusal.reason)
            }
            switch result.outcome {
            case .committed(let receipt):
                decision.permit()
                decision.hasEffects = true
                decision.facts.isTokenRedeemed = decision.token != nil
                decision.limits.budgetRemaining = DecisionPoint.tightest(receipt, charges)
                decision.alerts = BudgetAlert.passed(by: order.charges, remaining: receipt.remaining)
                if observer != nil {
                    decision.budgets = zip(order.charges, receipt.remaining).compactMap { charge, rest in
                        level(of: charge.key, limit: charge.limit, remaining: rest, decision)
                    }
                }
            case .refused(let refusal):
                // The shadow's books stand apart: what they took is confirmed with the record, or given back without it.
                decision.hasEffects = result.shadowRefusal == nil && !order.shadowCharges.isEmpty
                decision.limits = limits(of: refusal, decision)
                if case .budget(let key, let limit, let charged, _, let closed) = refusal, observer != nil {
                    let rest = closed ? .zero : MicroUnits(limit.value - charged.value) ?? .zero
                    decision.budgets = level(of: key, limit: limit, remaining: rest, decision).map { [$0] } ?? []
                }
                decision.deny(refusal.reason)
            case .repeated(let answer):
                if let earlier = decision.read(answer) { decision.repeatIfItHolds(earlier, decision.permitted) }
            }
        } catch {
            let reason = DecisionReason(.stateUnavailable, "the state store cannot be written")
            // What is only tried must not be why a call is denied; a tenant that only shadows is told that state is missing.
            guard !order.isEnforced, !isLong, !decision.isShadowing else { return decision.deny(reason) }
            decision.foreseeRefusal(reason)
            decision.permit()
            decision.isWorthRemembering = order.idempotency != nil
        }
    }

    /// Puts the call before a human, or finds the identical one that is there already. Attempts have rates of their own.
    private func hold(_ decision: DecisionInProgress) async {
        guard let call = decision.call, let agent = decision.agent, let policy = decision.policy,
            let verdict = decision.enforced, let terms = verdict.approval
        else {
            decision.deny(.evaluationError, "the policies ask for an approval without saying whose")
            return
        }
        guard let held = decision.heldCall else {
            decision.deny(.parameterInvalid, "the call's context has no canonical form, so no approval can name it")
            return
        }
        guard !decision.request.isDryRun else {
            decision.settle(.approvalNeeded, verdict.reason)
            return
        }
        var order = SpendOrder(
            decisionID: decision.id, tenant: held.tenant, agent: held.agent, now: decision.admittedAt)
        guard case .taken(let rates, _) = draws(of: verdict, in: .attempts, decision) else {
            decision.deny(.evaluationError, "a rate of the policies cannot be counted")
            return
        }
        order.rates = rates
        if let attemptRate {
            order.rates.append(
                SpendOrder.RateDraw(
                    key: CounterKey(
                        tenant: held.tenant, books: .attempts, policy: "", rule: "approval_attempts", scope: .agent,
                        subject: held.agent), limit: attemptRate))
        }
        let view = redactor.view(
            call.parameters, sensitive: call.tool.sensitive, in: decision.redactionScope, tellsApart: true,
            heap: decision.request.heap)
        let draft = ApprovalDraft(
            id: .random(), call: held, terms: terms, decisionID: decision.id.description,
            excluded: decision.participants, shownParameters: JSONWriter.text(view),
            shownRequest: decision.shownRequest(redactor), shownContext: decision.shownContext(redactor),
            sessionID: decision.request.sessionID, chain: decision.chain, actingFor: decision.actingFor,
            owner: agent.owner)
        guard let day = policy.calendar.window(.day, at: decision.admittedAt) else {
            return decision.deny(.evaluationError, "the calendar knows no such day")
        }
        let caps = policy.approvalLimits.caps(
            risk: call.tool.risk, dayStart: Timestamp(seconds: day.lowerBound))
        do {
            if order.touchesState {
                let result = try await ledger.spend(order)
                decision.spent = order.spent(result)
                if case .refused(let refusal) = result.outcome {
                    decision.limits = limits(of: refusal, decision)
                    decision.deny(refusal.reason)
                    return
                }
            }
            switch try await approvals.request(draft, caps: caps, now: decision.admittedAt) {
            case .tooManyPending(let count):
                decision.deny(.rateExceeded, "the agent has \(count) approvals pending already")
            case .tooManyToday(let count):
                decision.limits.retryAfterSeconds = max(1, day.upperBound - decision.admittedAt.seconds)
                decision.deny(.rateExceeded, "the agent has asked for \(count) approvals today already")
            case .created(let approval), .attached(let approval):
                let state = approval.state(at: decision.admittedAt)
                guard state == .pending || state == .approved else {
                    decision.deny(
                        DecisionReason(
                            .approvalDenied,
                            "\(approval.id) was \(state.rawValue); it stands until \(approval.expiresAt)",
                            policy: terms.policy, rule: terms.rule))
                    return
                }
                decision.approval = Decision.ApprovalState(
                    id: approval.id.description, status: state.rawValue, url: approvalURL(approval.id),
                    expiresAt: approval.expiresAt)
                decision.settle(.approvalNeeded, verdict.reason)
            }
        } catch {
            decision.deny(.stateUnavailable, "the approval cannot be stored")
        }
    }

    private enum Draws {
        case taken([SpendOrder.RateDraw], [SpendOrder.BudgetCharge])
        case refused(DecisionReason)
    }

    /// What a verdict's rates and budgets mean for this call, on the given books.
    private func draws(of verdict: PolicyVerdict, in books: StateBooks, _ decision: DecisionInProgress) -> Draws {
        let version = books == .candidate ? decision.candidate?.policy : decision.policy
        func key(_ policy: String, _ rule: String, _ scope: SpendScope) -> CounterKey? {
            guard let tenant = decision.caller?.tenant, let agent = decision.agent?.name,
                let tool = decision.call?.tool.name
            else { return nil }
            let subject: String? =
                switch scope {
                case .agent: agent
                case .tool: tool
                case .session: version?.settings.sessions == .agent ? agent : decision.request.sessionID
                case .tenant: tenant
                }
            return subject.map {
                CounterKey(tenant: tenant, books: books, policy: policy, rule: rule, scope: scope, subject: $0)
            }
        }
        func uncountable(_ policy: String, _ rule: String, _ why: String) -> Draws {
            .refused(DecisionReason(.evaluationError, why, policy: policy, rule: rule))
        }
        var rates: [SpendOrder.RateDraw] = []
        rates.reserveCapacity(verdict.rates.count)
        for rate in verdict.rates {
            guard let key = key(rate.policy, rate.rule, rate.scope) else {
                return uncountable(rate.policy, rate.rule, "the rate counts by session, and the call names none")
            }
            rates.append(SpendOrder.RateDraw(key: key, limit: rate.limit))
        }
        var charges: [SpendOrder.BudgetCharge] = []
        charges.reserveCapacity(verdict.budgets.count)
        guard books != .attempts else { return .taken(rates, charges) }
        for budget in verdict.budgets {
            guard let cost = budget.cost else {
                return uncountable(budget.policy, budget.rule, "the cost of the call could not be evaluated")
            }
            guard let key = key(budget.policy, budget.rule, budget.scope) else {
                return uncountable(budget.policy, budget.rule, "the budget counts by session, and the call names none")
            }
            guard let window = version?.calendar.window(budget.window, at: decision.admittedAt) else {
                return uncountable(budget.policy, budget.rule, "the calendar knows no such window")
            }
            charges.append(
                SpendOrder.BudgetCharge(
                    key: BudgetKey(
                        counter: key, window: budget.window, windowStart: window.lowerBound,
                        currency: budget.currency), limit: budget.limit, amount: cost, isRefundable: budget.isRefundable
                ))
        }
        return .taken(rates, charges)
    }

    /// What is left, and when to come again where waiting helps: until a rate has refilled or a budget's window ends. A call that
    /// costs more than the whole budget never fits.
    private func limits(of refusal: SpendRefusal, _ decision: DecisionInProgress) -> Decision.Limits {
        switch refusal {
        case .rate(_, _, let seconds): return Decision.Limits(retryAfterSeconds: seconds)
        case .budget(let key, let limit, let charged, let asked, _):
            let rest = MicroUnits(max(0, limit.value - charged.value)) ?? .zero
            let isHopeless = key.window == .total || asked > limit
            let window = isHopeless ? nil : decision.policy?.calendar.window(key.window, at: decision.admittedAt)
            return Decision.Limits(
                budgetRemaining: DecisionPoint.text(rest, key.currency),
                retryAfterSeconds: window.map { max(1, $0.upperBound - decision.admittedAt.seconds) })
        case .token, .idempotencyConflict, .idempotencyInFlight: return Decision.Limits()
        }
    }

    private func level(
        of key: BudgetKey, limit: MicroUnits, remaining: MicroUnits, _ decision: DecisionInProgress
    ) -> BudgetLevel? {
        decision.policy?.calendar.window(key.window, at: decision.admittedAt).map {
            BudgetLevel(budget: key, limit: limit, remaining: remaining, endsAt: $0.upperBound)
        }
    }

    /// What is left of the budget with the least left; of several currencies, that of the smallest share of its limit.
    static func tightest(_ receipt: SpendReceipt, _ charges: [SpendOrder.BudgetCharge]) -> String? {
        zip(receipt.remaining, charges).min { one, other in
            guard one.1.key.currency != other.1.key.currency else { return one.0 < other.0 }
            // Shares are compared crosswise, in 128 bits.
            return Int128(one.0.value) * Int128(other.1.limit.value) < Int128(other.0.value) * Int128(one.1.limit.value)
        }.map { rest, charge in text(rest, charge.key.currency) }
    }

    private static func text(_ amount: MicroUnits, _ currency: String) -> String {
        currency.isEmpty ? amount.decimalText : "\(amount.decimalText) \(currency)"
    }
}

extension DecisionInProgress {
    /// Settles a call that nothing stands against.
    func permit() {
        if let (outcome, reason) = permission { settle(outcome, reason) }
    }

    /// What the decision is once it is settled so.
    var permitted: Decision { permission.map { decision($0, $1) } ?? decision() }

    private var permission: (Outcome, DecisionReason)? {
        ownVerdict.map { (isShadowing || redactions.isEmpty ? .allow : .sanitize, $0.reason) }
    }
}

extension SpendRefusal {
    var reason: DecisionReason {
        switch self {
        case .token(let error): return error.reason
        case .rate(let key, let limit, let seconds):
            let when = seconds.map { "; try again in \($0) s" } ?? ""
            return DecisionReason(
                .rateExceeded, "calls come faster than \(limit.text) per \(key.scope.rawValue)\(when)",
                policy: key.policy.isEmpty ? nil : key.policy, rule: key.rule)
        case .budget(let key, let limit, let charged, let asked, let closed):
            let currency = key.currency.isEmpty ? "" : " \(key.currency)"
            let message =
                closed
                ? "the \(key.window.rawValue) budget is closed: a call cost more than it had reserved"
                : "the call may cost \(asked.decimalText)\(currency), and \(charged.decimalText) of "
                    + "\(limit.decimalText)\(currency) are spent in this \(key.window.rawValue)"
            return DecisionReason(.budgetExceeded, message, policy: key.counter.policy, rule: key.counter.rule)
        case .idempotencyConflict:
            return DecisionReason(.idempotencyConflict, "the idempotency key was used for another call")
        case .idempotencyInFlight:
            return DecisionReason(.idempotencyInFlight, "the first call with this idempotency key is being decided")
        }
    }
}
