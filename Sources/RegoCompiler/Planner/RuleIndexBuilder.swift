internal import RegoSyntax
internal import RegoValues

/// Builds the index of rules that stand side by side: a tree that asks one question after the other, each about a
/// part of the input (or an argument) that many of the rules compare with constants.
struct RuleIndexBuilder {
    /// Fewer rules are tried one by one.
    static let threshold = 6

    private let planner: Planner
    private var guards: [[Question]] = []

    /// A guard with its constants as values, so that `1` and `1.0` are the same.
    private struct Question {
        var subject: RuleGuard.Subject
        var values: [Value]
        var kind: Kind

        /// What is asked of a value: to be one of them, or to start or end with it.
        enum Kind { case equal, prefix, suffix }
    }
    /// The leaves' numbers in the plan, with the rules that each holds.
    private(set) var leaves: [(index: Int, members: [Int])] = []

    init(_ planner: Planner) {
        self.planner = planner
    }

    /// The root's number; nil when an index would not help.
    mutating func build(_ rules: [CoreRule]) -> Int32? {
        guard rules.count >= Self.threshold else { return nil }
        guards = rules.map { rule in
            RuleGuards(rule) { planner.replaceableIndex(.builtin($0)) != nil }.found.map(question)
        }
        let all = Array(rules.indices)
        guard bestSubject(all, []) != nil else { return nil }
        return node(all, [])
    }

    private func question(_ found: RuleGuard) -> Question {
        switch found.test {
        case .prefix(let start):
            Question(subject: found.subject, values: [planner.constants.value(Term(.string(start)))], kind: .prefix)
        case .suffix(let end):
            Question(subject: found.subject, values: [planner.constants.value(Term(.string(end)))], kind: .suffix)
        case .oneOf(let terms):
            Question(
                subject: found.subject, values: Array(Set(terms.map { planner.constants.value($0) })), kind: .equal)
        }
    }

    private mutating func node(_ members: [Int], _ asked: Set<RuleGuard.Subject>) -> Int32 {
        let number = planner.indexes.count
        planner.indexes.append(Plan.Index())
        guard members.count >= Self.threshold, let subject = bestSubject(members, asked) else {
            planner.indexes[number].isLeaf = true
            leaves.append((number, members))
            return Int32(number)
        }
        var equal: [Value: [Int]] = [:]
        var prefixes: [Value: [Int]] = [:]
        var suffixes: [Value: [Int]] = [:]
        var rest: [Int] = []
        for member in members {
            guard let question = guards[member].first(where: { $0.subject == subject }) else {
                rest.append(member)
                continue
            }
            for value in question.values {
                switch question.kind {
                case .equal: equal[value, default: []].append(member)
                case .prefix: prefixes[value, default: []].append(member)
                case .suffix: suffixes[value, default: []].append(member)
                }
            }
        }
        let next = asked.union([subject])
        var index = Plan.Index()
        switch subject {
        case .argument(let argument): index.argument = Int32(argument)
        case .input(let path): index.path = path.map { planner.constants.value($0.term) }
        }
        index.equal = nodes(equal.sorted { $0.key < $1.key }, next)
        index.prefixes = affixes(prefixes, next)
        index.suffixes = affixes(suffixes, next)
        if !rest.isEmpty { index.rest = node(rest, next) }
        planner.indexes[number] = index
        return Int32(number)
    }

    private mutating func affixes(
        _ members: [Value: [Int]], _ asked: Set<RuleGuard.Subject>
    ) -> [Plan.Affixes] {
        let byLength = Dictionary(grouping: members.sorted { $0.key < $1.key }, by: \.key.count)
        return byLength.sorted { $0.key < $1.key }.map { length, group in
            Plan.Affixes(length: length, nodes: nodes(group, asked))
        }
    }

    /// An object from each value to the number of the node for its rules.
    private mutating func nodes(
        _ members: [(key: Value, value: [Int])], _ asked: Set<RuleGuard.Subject>
    ) -> Value {
        let pairs = members.map { (key, members) in (key, Value.integer(Int(node(members, asked)))) }
        return planner.constants.memory.heap.object(pairs)
    }

    /// The question after which the fewest rules are left in the worst case; nil when none helps much.
    private func bestSubject(_ members: [Int], _ asked: Set<RuleGuard.Subject>) -> RuleGuard.Subject? {
        var tallies: [RuleGuard.Subject: Tally] = [:]
        for member in members {
            var seen: Set<RuleGuard.Subject> = []
            for test in guards[member] where !asked.contains(test.subject) {
                guard seen.insert(test.subject).inserted else { continue }
                tallies[test.subject, default: Tally()].add(test.values)
            }
        }
        let ranked = tallies.map { subject, tally in
            (subject: subject, left: members.count - tally.guarded + tally.largest, name: String(describing: subject))
        }
        guard let best = ranked.min(by: { ($0.left, $0.name) < ($1.left, $1.name) }) else { return nil }
        return best.left * 4 <= members.count * 3 ? best.subject : nil
    }

    private struct Tally {
        var guarded = 0
        var largest = 0
        private var counts: [Value: Int] = [:]

        mutating func add(_ values: [Value]) {
            guarded += 1
            for value in values {
                counts[value, default: 0] += 1
                largest = max(largest, counts[value] ?? 0)
            }
        }
    }
}
