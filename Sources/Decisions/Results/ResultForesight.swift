import RegoValues

/// What has to be taken out of a call's result, where the enforcement point will never see the result: asked for before the call, since
/// afterwards nobody asks.
extension DecisionInProgress {
    /// Puts the call before the policies once more, as its result would be, with either session where two may be the one, and takes over
    /// what they say has to be taken out of it. Where they cannot be asked, the decision is closed.
    func foreseeResult(_ policy: ActivePolicy) {
        guard isOpen, mustForeseeResult(policy, ruling) else { return }
        facts.isResultForeseen = true
        let certain = self.input(with: sessionView.settled, for: policy)
        if addDutiesOfResult(policy, certain: certain), let certain {
            facts.certainSession = JSONWriter.text(certain.lookup("session"))
        }
    }

    /// What policies see with another view of the session; nil where to these it is what has been shown.
    private func input(with other: SessionFacts, for policy: ActivePolicy) -> Value? {
        guard SessionView.differ(session, other, for: policy.sessionInterest) else { return nil }
        let seen = session
        defer { session = seen }
        session = other
        return DecisionPoint.input(self)
    }

    /// With the other of the two sessions that may be the one.
    func otherInput(for policy: ActivePolicy) -> Value? {
        input(with: sessionView.settled, for: policy) ?? input(with: sessionView.expected, for: policy)
    }

    /// Whether nobody will ask about the result of this call, and some of the policies may have something to say of it.
    /// - Parameter ruling: theirs about the call.
    func mustForeseeResult(_ policy: ActivePolicy, _ ruling: PolicyVerdict.Ruling?) -> Bool {
        guard !request.point.rewritesParameters, let call, let ruling, ruling != .deny else { return false }
        return policy.catalog.toolsWithCheckedResults.contains(call.tool.name)
    }

    /// - Parameter certain: the input with the other session.
    /// - Returns: whether that obliges to more.
    @discardableResult
    func addDutiesOfResult(_ policy: ActivePolicy, certain: Value? = nil) -> Bool {
        guard let input, let duties = dutiesOfResult(input, policy) else { return false }
        _ = addDuties(of: duties)
        guard let certain, let more = dutiesOfResult(certain, policy) else { return false }
        return addDuties(of: more)
    }

    /// nil where the decision is closed.
    private func dutiesOfResult(_ given: Value, _ policy: ActivePolicy) -> Verdicts? {
        guard let call else { return nil }
        let asked = (input: input, said: said)
        // The decision is about the call, whatever was asked besides.
        defer { (input, said) = asked }
        guard ask(DecisionInProgress.input(given, afterCallOf: call.tool, in: request.heap), of: policy) else {
            return nil
        }
        return Verdicts(
            enforced: enforced?.aboutResults, shadow: isShadowing ? shadow?.aboutResults : nil)
    }

    /// What policies see as `input` when the result of a call is handed in and nothing else has happened meanwhile.
    static func input(_ input: Value, afterCallOf tool: ToolDefinition, in heap: Heap) -> Value {
        var session = SessionFacts(document: input.lookup("session"))
        session.add(SessionFacts.Call(place: session.nextPlace, tool: tool.name), labels: tool.emits)
        let id = input.lookup("session").lookup("id").string
        var members = input.entries.filter { $0.key != .string("session") }.map { ($0.key, $0.value) }
        members.append((.string("session"), session.document(id: id, in: heap)))
        members.append((.string("phase"), .string("result")))
        return heap.object(members)
    }
}
