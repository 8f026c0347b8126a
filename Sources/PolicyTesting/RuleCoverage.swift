import Decisions
package import PolicyDocuments
public import RegoSyntax

/// Which rules the tests have seen at work. A rule counts as covered once it has matched in a case; one with conditions
/// is told apart that has matched in every case, since its conditions then say nothing.
public struct RuleCoverage: Sendable {
    public struct Rule: Sendable {
        public let policy: String
        public let rule: String
        public let location: SourceLocation
        /// Cases in which it matched, of those that its policy spoke about.
        public var matched = 0
        public var asked = 0

        public var isCovered: Bool { matched > 0 }
    }

    public private(set) var rules: [Rule] = []
    private var places: [String: [Int]] = [:]
    /// Budgets, rates and counts go with every permitted call: what shows one at work is that it refuses a call.
    private var limits: [Int: String] = [:]

    package init(_ catalog: PolicyCatalog) {
        for policy in catalog.policies {
            for clause in policy.clauses {
                places[policy.name, default: []].append(rules.count)
                switch clause.kind {
                case .budget, .rate, .distinct: limits[rules.count] = clause.name
                default: break
                }
                rules.append(Rule(policy: policy.name, rule: clause.name, location: clause.location))
            }
            if policy.regoFile != nil {
                places[policy.name, default: []].append(rules.count)
                rules.append(Rule(policy: policy.name, rule: "rego", location: policy.header.nameLocation))
            }
        }
    }

    /// The share of rules that were seen at work, in percent with one decimal; 100 where there are none.
    public var percent: Double {
        rules.isEmpty ? 100 : Double(rules.count(where: \.isCovered) * 1000 / rules.count) / 10
    }

    public var missed: [Rule] { rules.filter { !$0.isCovered } }

    mutating func add(_ findings: CallFindings, decision: Decision) {
        for policy in findings.selected {
            for index in places[policy] ?? [] { rules[index].asked += 1 }
        }
        var matched: Set<Int> = []
        for found in findings.found where found.kind != .unclear && found.code != "evaluation_error" {
            guard let indexes = places[found.policy], indexes.indices.contains(found.place) else { continue }
            if limits[indexes[found.place]] == nil { matched.insert(indexes[found.place]) }
        }
        for reason in [decision.reason] + decision.reason.also {
            guard let policy = reason.policy, let rule = reason.rule else { continue }
            // A count is named with what it counts: `max_distinct params.to`.
            for index in places[policy] ?? []
            where limits[index].map({ rule == $0 || rule.hasPrefix($0 + " ") }) == true {
                matched.insert(index)
            }
        }
        for index in matched { rules[index].matched += 1 }
    }
}
