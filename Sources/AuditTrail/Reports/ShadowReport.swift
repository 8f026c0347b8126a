/// What shadow policies, tenants that only shadow, and candidate bundles would have stopped, had they been enforced: counted
/// by candidate, policy, rule, agent and tool.
///
/// A call counts where it went ahead (`allow`, `sanitize`) and its record's `would_decision` is `deny` or
/// `approval_needed`. Dry runs, tools' answers and delegations are no calls: nothing is counted of them.
public struct ShadowReport: Sendable {
    /// What calls are counted together by.
    public struct Group: Sendable, Hashable {
        /// `deny` or `approval_needed`.
        public let would: String
        /// The version of the candidate bundle that says so; nil where shadow policies do.
        public let candidate: String?
        /// Empty where no policy is at fault, such as under `no_matching_rule`.
        public let policy: String
        public let rule: String
        public let code: String
        public let agent: String
        public let tool: String
    }

    public struct Sample: Sendable, Hashable {
        public let decisionID: String
        /// RFC 3339 in UTC.
        public let time: String
        /// The parameters as the record shows them, redacted; nil where it shows none.
        public let parameters: String?
    }

    public struct Row: Sendable, Hashable {
        public let group: Group
        public fileprivate(set) var count = 0
        /// The newest calls, oldest first.
        public fileprivate(set) var samples: [Sample] = []
    }

    /// Only records from then on: RFC 3339 in UTC; nil for all.
    public let since: String?
    public let tenant: String?
    /// Calls kept of each group.
    public let sampleCount: Int
    /// Calls that were looked at.
    public private(set) var decisions = 0
    /// Those of them that shadow policies, or a candidate in their place, had an outcome for.
    public private(set) var shadowed = 0
    /// Those of these that a candidate had it for.
    public private(set) var tried = 0
    private var found: [Group: Row] = [:]

    public init(since: String? = nil, tenant: String? = nil, sampleCount: Int = 3) {
        self.since = since
        self.tenant = tenant
        self.sampleCount = sampleCount
    }

    /// Calls that would have been stopped.
    public var blocked: Int { found.values.reduce(0) { $0 + $1.count } }

    /// The most frequent first; equals by name.
    public var rows: [Row] {
        func name(_ group: Group) -> String {
            [group.policy, group.rule, group.agent, group.tool, group.would, group.code, group.candidate ?? ""]
                .joined(separator: "\u{0}")
        }
        return found.values.sorted { $0.count != $1.count ? $0.count > $1.count : name($0.group) < name($1.group) }
    }

    /// Takes one more record into account; records come in the order of the trail.
    public mutating func add(_ record: AuditRecordLine) {
        guard tenant == nil || record["tenant"] == tenant, record.isMadeCall,
            let decision = record["decision"], let time = record["time"], time >= since ?? ""
        else { return }
        decisions += 1
        guard let would = record["would_decision"] else { return }
        let candidate = record.candidateVersion
        shadowed += 1
        if candidate != nil { tried += 1 }
        guard decision == "allow" || decision == "sanitize", would == "deny" || would == "approval_needed" else {
            return
        }
        let told = Array((record["detail", "would_decision_reason"] ?? "{}").utf8)
        func reason(_ name: String) -> String { AuditRecordLine.value(name, in: told) ?? "" }
        let group = Group(
            would: would, candidate: candidate, policy: reason("policy"), rule: reason("rule"), code: reason("code"),
            agent: record["agent_id"] ?? "", tool: record["tool_name"] ?? "")
        var row = found[group] ?? Row(group: group)
        row.count += 1
        row.samples.append(
            Sample(decisionID: record["decision_id"] ?? "", time: time, parameters: record["parameters_shown"]))
        if row.samples.count > sampleCount { row.samples.removeFirst() }
        found[group] = row
    }
}
