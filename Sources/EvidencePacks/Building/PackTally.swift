/// What a report tells of the period in numbers.
struct PackTally: Sendable {
    /// Names counted, the first `limit` distinct ones each for itself and all others together.
    struct Names: Sendable {
        private(set) var counts: [String: Int] = [:]
        private(set) var others = 0
        static let limit = 10_000

        mutating func add(_ name: String) {
            if counts[name] == nil, counts.count >= Self.limit { others += 1 } else { counts[name, default: 0] += 1 }
        }

        /// The most frequent first; equals by name.
        func top(_ count: Int) -> [(name: String, count: Int)] {
            counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(count)
                .map { (name: $0.key, count: $0.value) }
        }
    }

    /// How agents fared: outcomes by agent.
    private(set) var agents: [String: [String: Int]] = [:]
    /// Outcomes by day, `2026-10-01`.
    private(set) var days: [String: [String: Int]] = [:]
    private(set) var outcomes: [String: Int] = [:]
    private(set) var kinds: [String: Int] = [:]
    private(set) var approvals: [String: Int] = [:]
    private(set) var tools = Names()
    private(set) var reasons = Names()
    private(set) var policies = Names()
    private(set) var records = 0
    private(set) var decisions = 0
    private(set) var firstTime: String?
    private(set) var lastTime: String?
    /// What happened to policies, the newest last.
    private(set) var policyEvents: [PolicyEvent] = []

    struct PolicyEvent: Sendable {
        let index: UInt64
        let time: String
        let event: String
        let version: String?
    }

    mutating func add(_ facts: RecordFacts) {
        records += 1
        firstTime = firstTime ?? facts.time
        lastTime = facts.time
        kinds[facts.kind, default: 0] += 1
        switch facts.kind {
        case "decision": addDecision(facts)
        case "approval": approvals[facts.event, default: 0] += 1
        case "bundle", "policy_review":
            guard policyEvents.count < 1000 else { break }
            policyEvents.append(
                PolicyEvent(index: facts.index, time: facts.time, event: facts.event, version: facts.policyVersion))
        default: break
        }
    }

    private mutating func addDecision(_ facts: RecordFacts) {
        decisions += 1
        outcomes[facts.decision, default: 0] += 1
        days[String(facts.time.prefix(10)), default: [:]][facts.decision, default: 0] += 1
        let agent = facts.agent.isEmpty ? "(not proven)" : facts.agent
        if agents[agent] != nil || agents.count < Names.limit {
            agents[agent, default: [:]][facts.decision, default: 0] += 1
        }
        if !facts.tool.isEmpty { tools.add(facts.tool) }
        if !facts.code.isEmpty { reasons.add(facts.code) }
        if let policy = facts.policies.first { policies.add(policy) }
    }
}
