import Approvals
import Crypto
import MerkleLog
import Redaction
import RegoValues

/// The call as approvals and their tokens are bound to it, and as the people see it who decide.
extension DecisionInProgress {
    /// The exact call: its agent, tool and parameters, and how it is made. Nil where it is not known yet, or where the latter
    /// has no canonical form, so that no digest names it.
    var heldCall: HeldCall? {
        guard let caller, let agent, let call, let digest, let policy, let circumstances = circumstancesDigest else {
            return nil
        }
        return HeldCall(
            tenant: caller.tenant, agent: agent.name, tool: call.tool.name, parametersDigest: digest,
            circumstancesDigest: circumstances, policyVersion: policy.version)
    }

    /// Over all that policies see of a call beside its parameters, but for state and time: these are looked at anew. A person
    /// who tries a call dry tries it as the agent's own.
    private var circumstancesDigest: String? {
        let heap = request.heap
        let asker = caller?.kind == .person ? nil : actingFor
        var members: [(Value, Value)] = [
            (.string("acting_for"), asker.map(heap.string) ?? .null),
            (.string("chain"), heap.array(chain.map(heap.string))), (.string("context"), request.context),
            (.string("request"), call?.line.map { $0.document(in: heap) } ?? .null),
        ]
        if !orchestrators.isEmpty {
            members.append((.string("orchestrators"), heap.array(orchestrators.map(heap.string))))
        }
        let circumstances = heap.object(members)
        var canonical: [UInt8] = []
        do { try JSONWriter.canonical(circumstances, to: &canonical) } catch { return nil }
        return Hex.encode(SHA256.hash(data: canonical))
    }

    /// Everybody who has a part in the call, as an agent or as the owner of one: none of them approves it.
    var participants: [String] {
        var names: [String] = []
        for party in [agent?.name].compactMap(\.self) + allOrchestrators + chain {
            for name in [party, policy?.catalog.agents[party]?.owner].compactMap(\.self) where !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    /// The request on the wire as people may see it, as JSON. The host is whole: where the call goes is what they decide about.
    func shownRequest(_ redactor: Redactor) -> String {
        guard let call, let line = call.line else { return "null" }
        var shown = line
        if case .match(let found, let captures) = policy?.catalog.route(line), found.name == call.tool.name {
            shown.path = line.path.replacing(captures, by: { show($0, $1, of: call, redactor) })
        }
        let path = redactor.view(
            request.heap.string(shown.path), sensitive: [], in: redactionScope, tellsApart: true, heap: request.heap)
        shown.path = path.string ?? ""
        return JSONWriter.text(shown.document(in: request.heap))
    }

    /// What the path gives to a parameter is named where it stands among these, and else shown like one: it may be sensitive.
    private func show(_ name: String, _ text: Substring, of call: ToolCall, _ redactor: Redactor) -> String {
        let heap = request.heap
        let parameter = call.parameters.entries.first { $0.key.string == name }?.value
        if let given = parameter?.string ?? parameter?.numberText, given == text { return "{\(name)}" }
        let alone = heap.object([(heap.string(name), heap.string(String(text)))])
        let view = redactor.view(
            alone, sensitive: call.tool.sensitive, in: redactionScope, tellsApart: true, heap: heap)
        return view.entries.first?.value.string ?? ""
    }

    /// The call's context as people may see it, as JSON.
    func shownContext(_ redactor: Redactor) -> String {
        let view = redactor.view(
            request.context, sensitive: [], in: redactionScope, tellsApart: true, heap: request.heap)
        return JSONWriter.text(view)
    }
}

extension RequestLine {
    /// What policies see as `input.request`.
    func document(in heap: Heap) -> Value {
        heap.object([
            (.string("method"), heap.string(method)), (.string("host"), heap.string(host)),
            (.string("path"), heap.string(path)),
        ])
    }
}

extension String {
    /// The path with other texts in the places of what was captured from it.
    fileprivate func replacing(
        _ captures: [(name: String, value: Substring)], by text: (String, Substring) -> String
    ) -> String {
        var replaced = ""
        var end = startIndex
        for capture in captures {
            replaced += self[end..<capture.value.startIndex] + text(capture.name, capture.value)
            end = capture.value.endIndex
        }
        return replaced + self[end...]
    }
}
