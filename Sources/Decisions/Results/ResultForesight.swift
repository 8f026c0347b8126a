import RegoValues

/// What has to be taken out of a call's result, where the enforcement point will never see the result: asked for before the call, since
/// afterwards nobody asks.
extension DecisionInProgress {
    /// Puts the call before the policies once more, as its result would be, and takes over what they say has to be taken out of it. Where
    /// they cannot be asked, the decision is closed.
    func addDutiesOfResult(_ policy: ActivePolicy) {
        guard isOpen, !request.point.rewritesParameters, let call, let input, let ruling, ruling != .deny,
            policy.catalog.toolsWithCheckedResults.contains(call.tool.name)
        else { return }
        let asked = (input: input, said: said)
        guard ask(DecisionInProgress.input(input, afterCallOf: call.tool, in: request.heap), of: policy) else { return }
        let duties = { (verdict: PolicyVerdict?) in verdict?.sanitize.filter { $0.target == .result } ?? [] }
        let ofResult = (enforced: duties(enforced), shadow: duties(shadow))
        (self.input, said) = asked
        if let more = enforced?.adding(ofResult.enforced) { enforced = more }
        if isShadowing, let more = shadow?.adding(ofResult.shadow) { shadow = more }
    }

    /// What policies see as `input` when the result of a call is handed in and nothing else has happened meanwhile.
    private static func input(_ input: Value, afterCallOf tool: ToolDefinition, in heap: Heap) -> Value {
        var session = SessionFacts(document: input.lookup("session"))
        session.add(SessionFacts.Call(place: session.nextPlace, tool: tool.name), labels: tool.emits)
        let id = input.lookup("session").lookup("id").string
        var members = input.entries.filter { $0.key != .string("session") }.map { ($0.key, $0.value) }
        members.append((.string("session"), session.document(id: id, in: heap)))
        members.append((.string("phase"), .string("result")))
        return heap.object(members)
    }
}
