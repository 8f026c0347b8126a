import Approvals

extension CarriedSession {
    /// What of a session fits into a record beside all else that it says: a record has 65 535 bytes, and one that cannot be written
    /// denies its call. Labels and the counts of values always fit in; then come the tools, last used first, then values.
    init(_ settled: SessionFacts, values: [Session.MarkGroup: Session.Values], open: [Int]) {
        var facts = settled
        facts.tools = [:]
        var room = Self.mostBytes
        room -= facts.labels.reduce(0) { $0 + $1.utf8.count + 3 }
        room -= facts.recent.reduce(0) { $0 + $1.tool.utf8.count + 48 }
        room -= open.count * 21
        for group in values.keys { room -= group.policy.utf8.count + group.rule.utf8.count + 96 }
        for (tool, use) in settled.tools.sorted(by: { $0.value.latest > $1.value.latest }).prefix(Self.mostTools) {
            room -= tool.utf8.count + 64
            guard room >= 0 else { break }
            facts.tools[tool] = use
        }
        var left = min(Self.mostValues, max(0, room) / Self.bytesOfValue)
        let groups = values.map { group, values in
            let told = Array(values.known.prefix(left)).sorted()
            left -= told.count
            return Group(
                books: group.books, policy: group.policy, rule: group.rule, count: values.known.count + values.lost,
                values: told)
        }
        self.init(facts: facts, groups: groups, open: open)
    }

    /// How many bytes of a record it may take.
    static let mostBytes = 40_000
    private static let bytesOfValue = 35
}
