import RegoValues

/// What a call does to its session: the labels that its tool emits, and the different values that policies count. Taken
/// before anything is spent, so that what it refuses costs nothing, and undone where the call does not come to pass.
extension DecisionPoint {
    /// - Returns: whether the session still was what the policies saw of it.
    func remember(_ decision: DecisionInProgress) -> Bool {
        guard decision.isOpen, let key = decision.sessionKey, let tool = decision.call?.tool,
            let agent = decision.agent?.name, let policy = decision.policy, !decision.request.isDryRun,
            decision.enforced?.ruling == .allow || decision.isShadowing
        else { return true }
        decision.asking = .session
        defer { decision.asking = nil }
        var step = SessionStep(tool: tool.name, labels: tool.emits)
        switch counts(decision.enforced, .enforced, key) {
        case .success(let counts): step.counts = counts
        case .failure(let uncountable):
            decision.deny(uncountable.reason)
            return true
        }
        // Shadow policies count on books of their own, and refuse nothing.
        if let shadow = decision.shadow, shadow.ruling == .allow, decision.would?.outcome != .deny {
            switch counts(shadow, decision.trialBooks, key) {
            case .success(let counts): step.shadowCounts = counts
            case .failure(let uncountable): decision.foreseeRefusal(uncountable.reason)
            }
        }
        do throws(SessionLedger.Refusal) {
            let ticket = try sessions.take(
                step, in: key, by: agent, now: decision.admittedAt,
                seen: (decision.sessionView, policy.sessionInterest))
            decision.ticket = ticket
            if let refusal = ticket.shadowRefusal { decision.foreseeRefusal(refusal.reason) }
        } catch {
            guard error != .changed else { return false }
            decision.deny(error.reason)
        }
        return true
    }

    /// Undoes the step of a call that was not permitted in the end.
    func forget(_ decision: DecisionInProgress) {
        guard let ticket = decision.ticket, !decision.isPermitted else { return }
        sessions.undo(ticket)
        decision.ticket = nil
    }

    private struct Uncountable: Error {
        var reason: DecisionReason
    }

    private func counts(
        _ verdict: PolicyVerdict?, _ books: StateBooks, _ key: SessionKey
    ) -> Result<[SessionStep.Count], Uncountable> {
        var counts: [SessionStep.Count] = []
        for distinct in verdict?.distinct ?? [] {
            var text: [UInt8] = []
            guard !distinct.value.isUndefined, distinct.value.kind != .null,
                (try? JSONWriter.canonical(distinct.value, to: &text)) != nil
            else {
                return .failure(
                    Uncountable(
                        reason: DecisionReason(
                            .evaluationError, "the value that is counted per session could not be evaluated",
                            policy: distinct.policy, rule: distinct.rule)))
            }
            counts.append(
                SessionStep.Count(
                    mark: sessions.mark(text, books: books, policy: distinct.policy, rule: distinct.rule, in: key),
                    limit: distinct.limit))
        }
        return .success(counts)
    }
}

extension DecisionInProgress {
    var sessionKey: SessionKey? {
        guard let tenant = caller?.tenant, let agent = agent?.name else { return nil }
        return SessionKey(
            tenant: tenant, agent: agent, sessionID: policy?.settings.sessions == .agent ? nil : request.sessionID)
    }

    var isPermitted: Bool { outcome == .allow || outcome == .sanitize }
}

extension SessionLedger.Refusal {
    var reason: DecisionReason {
        switch self {
        case .tooManyDistinct(let count):
            DecisionReason(
                .distinctExceeded, "the session would have more than \(count.limit) different values here",
                policy: count.mark.policy, rule: count.mark.rule)
        case .tooManySessions(let holder):
            DecisionReason(
                .stateUnavailable,
                "too many sessions of this \(holder.rawValue) are open; one more cannot be remembered")
        case .tooManyValues(let holder):
            DecisionReason(
                .stateUnavailable,
                "the sessions of this \(holder.rawValue) count too many values; one more cannot be remembered")
        case .changed:
            DecisionReason(.stateUnavailable, "the session has changed meanwhile")
        }
    }
}
