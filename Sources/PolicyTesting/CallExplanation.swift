package import Decisions
import PolicyDocuments
public import RegoSyntax
import RegoValues

/// Why a call got its outcome: every rule that speaks about it, condition by condition, in the order in which they are
/// looked at. Values are shown as people may see them.
public struct CallExplanation: Sendable {
    public enum State: String, Sendable {
        case matched, notMatched = "not_matched", unclear = "not_evaluated"
        /// Budgets, rates and counts: whether they refuse is for the state to say.
        case applies
    }

    public struct Condition: Sendable {
        public let text: String
        /// nil where it could not be evaluated.
        public let holds: Bool?
    }

    public struct Line: Sendable {
        /// As ``PolicyExplanation/Line/step`` names it.
        public let step: String
        public let policy: String
        public let rule: String
        public let text: String
        public let isShadow: Bool
        public let location: SourceLocation
        public let state: State
        public let conditions: [Condition]
        /// What it speaks about, with the value that the call has there: `params.amount` and `7000`.
        public let values: [(name: String, value: String)]
        /// Whether the outcome is this rule's.
        public let decides: Bool
    }

    /// What no policy can lift, and what fired of it.
    public struct Guard: Sendable {
        public let rule: String
        public let message: String
    }

    /// `deny, amount_exceeded: the amount is above 50000 (finance-payments/hard_max_amount)`
    public let sentence: String
    public let would: String?
    public let guards: [Guard]
    public let lines: [Line]

    package init(_ tried: TriedCall, on bench: PolicyWorkbench) {
        let decision = tried.result.decision
        sentence = Self.sentence(decision)
        would = decision.would.map { "\($0.outcome.rawValue), \($0.reason.code.rawValue): \($0.reason.message)" }
        guard let findings = tried.findings else {
            guards = []
            lines = []
            return
        }
        guards = findings.guards.map { Guard(rule: $0.rule, message: $0.message) }
        let shown = ShownValues(json: tried.result.shownInput ?? [])
        var deciding: Set<String> = []
        for reason in [decision.reason] + decision.reason.also {
            if let policy = reason.policy { deciding.insert("\(policy)/\(reason.rule ?? "")") }
        }
        var all: [Line] = []
        for policy in bench.catalog.policies where findings.selected.contains(policy.name) {
            for (place, clause) in policy.clauses.enumerated() {
                let probed = bench.probe.clauses.first { $0.policy == policy.name && $0.place == place }
                all += Self.lines(clause, place, of: policy, probed, findings, shown, deciding)
            }
            all += Self.custom(policy, findings, deciding)
        }
        let steps = ["guard", "deny", "approval", "permit", "sanitize", "rego", "budget", "rate", "distinct"]
        lines = steps.flatMap { step in all.filter { $0.step == step } }
    }

    private static func lines(
        _ clause: PolicyDocument.Clause, _ place: Int, of policy: PolicyDocument, _ probed: ConditionProbe.Clause?,
        _ findings: CallFindings, _ shown: ShownValues, _ deciding: Set<String>
    ) -> [Line] {
        var conditions: [Condition] = []
        for (number, condition) in (probed?.conditions ?? []).enumerated() {
            let truth = findings.truths[
                CallFindings.Place(policy: policy.name, clause: place, condition: number)]
            conditions.append(Condition(text: condition.text, holds: truth.map { $0 == .holds }))
        }
        let references = probed?.conditions.flatMap(\.references) ?? Self.references(of: clause)
        return PolicyExplanation.lines(clause, of: policy).map { line in
            Line(
                step: line.step, policy: line.policy, rule: line.rule, text: line.text, isShadow: line.isShadow,
                location: line.location, state: state(policy.name, place, line.step, findings),
                conditions: conditions, values: shown.values(of: references),
                decides: deciding.contains("\(line.policy)/\(line.rule)"))
        }
    }

    package static func sentence(_ decision: Decision) -> String {
        let reason = decision.reason
        let place = reason.policy.map { " (\($0)/\(reason.rule ?? ""))" } ?? ""
        return "\(decision.outcome.rawValue), \(reason.code.rawValue): \(reason.message)\(place)"
    }

    private static func state(_ policy: String, _ place: Int, _ step: String, _ findings: CallFindings) -> State {
        if ["budget", "rate", "distinct"].contains(step) {
            return findings.charging.contains(policy) ? .applies : .notMatched
        }
        let found = findings.found.filter { $0.policy == policy && $0.place == place }
        if found.contains(where: { $0.kind == .unclear || $0.code == "evaluation_error" }) { return .unclear }
        return found.isEmpty ? .notMatched : .matched
    }

    /// What a hand-written Rego file found; it stands behind the policy's clauses.
    private static func custom(
        _ policy: PolicyDocument, _ findings: CallFindings, _ deciding: Set<String>
    ) -> [Line] {
        guard let file = policy.regoFile else { return [] }
        let found = findings.found.filter { $0.policy == policy.name && $0.place == policy.clauses.count }
        let text =
            found.isEmpty
            ? file.value : "\(file.value): \(Set(found.map(\.kind.rawValue)).sorted().joined(separator: ", "))"
        return [
            Line(
                step: "rego", policy: policy.name, rule: "rego", text: text, isShadow: policy.isShadow,
                location: file.location, state: found.isEmpty ? .notMatched : .matched, conditions: [], values: [],
                decides: deciding.contains("\(policy.name)/rego"))
        ]
    }

    /// What guards without conditions look at.
    private static func references(of clause: PolicyDocument.Clause) -> [[String]] {
        switch clause.kind {
        case .endpoints: [["request", "method"], ["request", "path"]]
        case .domains: [["request", "host"]]
        case .require(let entries): entries.map { ["context", $0.key] }
        case .deniedCallers: [["chain"]]
        case .distinct(let counts): counts.compactMap { $0.of.string }.flatMap(ConditionReferences.paths)
        default: []
        }
    }
}

/// The values of an input, as people may see them.
struct ShownValues {
    private let document: Document?

    init(json: [UInt8]) { document = try? Document(json: json) }

    func values(of references: [[String]]) -> [(name: String, value: String)] {
        guard let document else { return [] }
        return withExtendedLifetime(document) {
            references.map { path in
                var value = document.root
                for step in path { value = value.member(step) }
                return (path.joined(separator: "."), value.isUndefined ? "not there" : Self.text(value))
            }
        }
    }

    private static func text(_ value: Value) -> String {
        let text = JSONWriter.text(value)
        return text.count <= 120 ? text : text.prefix(119) + "…"
    }
}

extension Value {
    /// The member of an object by its name; undefined where there is none.
    func member(_ name: String) -> Value {
        entries.first { $0.key.string == name }?.value ?? .undefined
    }
}
