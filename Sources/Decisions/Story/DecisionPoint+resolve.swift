import Crypto
import MerkleLog
import RegoValues

/// What is called: the tool's name and all its parameters, and the digest that stands for exactly these.
extension DecisionPoint {
    func resolve(_ decision: DecisionInProgress) {
        guard decision.isOpen, let policy = decision.policy, let agent = decision.agent else { return }
        let request = decision.request
        switch policy.catalog.resolve(request.subject, heap: request.heap, limits: limits) {
        case .refused(let reason): decision.deny(reason)
        case .call(let call):
            decision.call = call
            var canonical: [UInt8] = []
            do {
                try JSONWriter.canonical(call.parameters, to: &canonical)
            } catch {
                decision.deny(.parameterInvalid, "the parameters have no canonical form, so no digest names them")
                return
            }
            decision.digest = Hex.encode(SHA256.hash(data: canonical))
            guard let key = request.idempotencyKey, !request.isDryRun else { return }
            decision.claim = SpendOrder.IdempotencyClaim(
                key: key, fingerprint: DecisionPoint.fingerprint(decision, agent, call, canonical))
        }
    }

    /// What the request asks, without the override token: a retry may bring the token that the first try lacked.
    private static func fingerprint(
        _ decision: DecisionInProgress, _ agent: AgentDefinition, _ call: ToolCall, _ parameters: [UInt8]
    ) -> [UInt8] {
        let request = decision.request
        var hash = SHA256()
        func add(_ part: [UInt8]) {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        for text in [
            agent.name, call.tool.name, request.sessionID ?? "", call.line?.method ?? "", call.line?.host ?? "",
            call.line?.path ?? "", decision.chain.joined(separator: " "),
        ] { add(Array(text.utf8)) }
        add(parameters)
        var context: [UInt8] = []
        JSONWriter.write(request.context, to: &context)
        add(context)
        // Keys are the agent's, and several may call in its name: each has answers of its own.
        if let orchestrator = decision.actingFor { add(Array(orchestrator.utf8)) }
        return Array(hash.finalize())
    }
}
