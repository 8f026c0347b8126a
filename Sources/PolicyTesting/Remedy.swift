import Approvals
import Decisions
import PolicyDocuments
import RegoSyntax
import RegoValues

/// The one change of a call that would let it pass: looked for among what policies name, and said only after it was
/// tried and did pass.
package struct Remedy: Sendable {
    /// `params.amount were 5000`
    package let words: String

    /// Nil where the call passes already, and where no single change that can be tried lets it pass.
    package static func find(for tried: TriedCall, on bench: PolicyWorkbench) async -> Remedy? {
        let decision = tried.result.decision
        guard !decision.isPermitted else { return nil }
        let later = decision.limits.retryAfterSeconds.map { Remedy(words: "it came \($0) s later") }
        if decision.reason.code == .rateExceeded, let later { return later }
        for change in changes(of: tried, on: bench).prefix(200) {
            guard let outcome = try? await bench.tries(change.call), outcome.result.decision.isPermitted else {
                continue
            }
            return Remedy(words: change.words)
        }
        return later
    }

    private typealias Change = (words: String, call: GivenCall)

    private static func changes(of tried: TriedCall, on bench: PolicyWorkbench) -> [Change] {
        let given = tried.given
        var changes: [Change] = []
        for policy in bench.catalog.policies where tried.findings?.selected.contains(policy.name) == true {
            for (place, clause) in policy.clauses.enumerated() {
                let isFound = tried.findings?.found.contains { $0.policy == policy.name && $0.place == place } ?? false
                let isPermit = clause.isPermit
                guard isFound != isPermit || clause.isLimit else { continue }
                changes += of(clause, in: policy, wantsMatch: isPermit, tried, bench, place)
            }
        }
        if !given.chain.isEmpty {
            var call = given
            call.chain = []
            changes.append(("no caller stood before the agent", call))
        }
        if !given.session.labels.isEmpty {
            for label in given.session.labels {
                var call = given
                call.session.labels.removeAll { $0 == label }
                changes.append(("the session had not the label `\(label)`", call))
            }
        }
        if tried.result.decision.outcome == .approvalNeeded, !given.isApproved {
            var call = given
            call.isApproved = true
            var consents: [String] = []
            for asked in tried.result.approval?.requirements ?? [] {
                let who = "\(asked.quorum > 1 ? "\(asked.quorum) of " : "")\(asked.approvers.joined(separator: ", "))"
                if !consents.contains(who) { consents.append(who) }
            }
            let who = consents.isEmpty ? "" : " by \(consents.joined(separator: " and by "))"
            changes.insert(("it came with an approval\(who)", call), at: 0)
        }
        return changes
    }

    private static func of(
        _ clause: PolicyDocument.Clause, in policy: PolicyDocument, wantsMatch: Bool, _ tried: TriedCall,
        _ bench: PolicyWorkbench, _ place: Int
    ) -> [Change] {
        let given = tried.given
        switch clause.kind {
        case .require(let entries):
            return entries.flatMap { entry -> [Change] in
                let values = if case .list(let list) = entry.value.kind { list } else { [entry.value] }
                return values.compactMap { value -> Change? in
                    let json = RegoText.literal(value)
                    guard let context = JSONPlace.set([entry.key], to: json, in: given.context) else { return nil }
                    var call = given
                    call.context = context
                    return ("the context said \(entry.key): \(value.string ?? json)", call)
                }
            }
        case .domains(let domains):
            return domains.compactMap { domain -> Change? in
                guard case .exact(let host) = domain.kind, given.request != nil else { return nil }
                var call = given
                call.request?.host = host
                return ("it went to the host \(host)", call)
            }
        case .endpoints(let endpoints):
            return endpoints.compactMap { endpoint -> Change? in
                guard case .exact(let path) = endpoint.path.kind, given.request != nil else { return nil }
                var call = given
                call.request?.path = path
                if endpoint.method != "*" { call.request?.method = endpoint.method }
                return ("it were \(endpoint.method == "*" ? "" : endpoint.method + " ")\(path)", call)
            }
        case .budget(_, let money):
            guard let cost = policy.cost?.string, let path = ConditionReferences.paths(in: cost).first,
                path.first == "params", path.joined(separator: ".") == cost
            else { return [] }
            let spent = given.spent.filter { $0.policy == policy.name && $0.budget == clause.name }
                .reduce(0) { $0 + $1.micros }
            guard spent < money.micros else { return [] }
            let left = Micros.text(money.micros - spent)
            return parameter(path.dropFirst(), left, "\(cost) were at most \(left)", given)
        default:
            let conditions =
                bench.probe.clauses.first { $0.policy == policy.name && $0.place == place }?.conditions ?? []
            return conditions.flatMap { condition in
                ConditionTurn.values(turning: condition.text, to: wantsMatch).flatMap { turn in
                    parameter(turn.path[...], turn.value, turn.words, given)
                }
            }
        }
    }

    private static func parameter(
        _ path: ArraySlice<String>, _ value: String, _ words: String, _ given: GivenCall
    ) -> [Change] {
        guard !path.isEmpty, let parameters = JSONPlace.set(Array(path), to: value, in: given.parameters) else {
            return []
        }
        var call = given
        call.parameters = parameters
        return [(words, call)]
    }
}

extension PolicyDocument.Clause {
    fileprivate var isPermit: Bool {
        switch kind {
        case .effect(.allow): true
        case .rule(let rule): rule.effect == .allow
        default: false
        }
    }

    fileprivate var isLimit: Bool {
        if case .budget = kind { true } else { false }
    }
}
