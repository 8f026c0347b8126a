import AuditTrail
import Decisions

/// Which recorded calls a candidate would decide otherwise: counted by what changes, where, and for whom.
public struct ReplayReport: Sendable {
    /// What calls are counted together by.
    public struct Group: Sendable, Hashable {
        /// Whether only what shadow policies would have done changes.
        public let isShadow: Bool
        public let before: String
        public let after: String
        /// The rule that decided then, as `POLICY/RULE`, or the reason code where no policy did.
        public let ruleBefore: String
        public let ruleAfter: String
        public let agent: String
        public let tool: String

        /// Whether a call passes, or passes with less in its way, that did not.
        public var loosens: Bool { Self.rank(after) < Self.rank(before) }

        private static func rank(_ outcome: String) -> Int {
            ["allow": 0, "sanitize": 1, "approval_needed": 2, "deny": 3][outcome] ?? 3
        }
    }

    public struct Sample: Sendable, Hashable {
        public let decisionID: String
        /// RFC 3339 in UTC.
        public let time: String
        /// As the record shows them, redacted; nil where it shows none.
        public let parameters: String?
        /// What the candidate says.
        public let message: String
    }

    public struct Row: Sendable, Hashable {
        public let group: Group
        public fileprivate(set) var count = 0
        /// The newest calls, oldest first.
        public fileprivate(set) var samples: [Sample] = []
    }

    /// Why a decision cannot be evaluated again.
    public enum Obstacle: String, Sendable, CaseIterable {
        /// No input was kept of it, or not yet.
        case missing
        case erased
        /// Its time was over, as the trail says.
        case expired
        /// It was answered before any policy was asked, for who called or for what the request was.
        case notEvaluated = "not_evaluated"
        case damaged
    }

    public let sampleCount: Int
    /// Decisions that were looked at.
    public private(set) var decisions = 0
    /// Those of them that the candidate decided.
    public private(set) var replayed = 0
    public private(set) var obstacles: [Obstacle: Int] = [:]
    private var found: [Group: Row] = [:]

    public init(sampleCount: Int = 3) { self.sampleCount = sampleCount }

    /// Calls whose outcome would change; what only shadow policies would have done is not among them.
    public var changed: Int { found.values.reduce(0) { $0 + ($1.group.isShadow ? 0 : $1.count) } }

    /// The most frequent first; equals by name.
    public var rows: [Row] {
        func name(_ group: Group) -> String {
            [group.before, group.after, group.ruleBefore, group.ruleAfter, group.agent, group.tool]
                .joined(separator: "\u{0}")
        }
        return found.values.sorted { a, b in
            if a.group.isShadow != b.group.isShadow { return b.group.isShadow }
            return a.count != b.count ? a.count > b.count : name(a.group) < name(b.group)
        }
    }

    mutating func add(_ obstacle: Obstacle) {
        decisions += 1
        obstacles[obstacle, default: 0] += 1
    }

    mutating func add(_ record: AuditRecordLine, _ replay: ReplayedDecision) {
        decisions += 1
        replayed += 1
        let before = record["decision"] ?? ""
        let after = replay.outcome.rawValue
        if before != after {
            count(record, before, after, Self.rule(of: replay.reason), replay.reason.message, isShadow: false)
        } else {
            // What a candidate said stands in the place of what shadow policies would have: there is nothing to compare with.
            guard record.candidateVersion == nil else { return }
            let was = record["would_decision"] ?? before
            let now = replay.would?.outcome.rawValue ?? after
            guard was != now else { return }
            let reason = replay.would?.reason ?? replay.reason
            count(record, was, now, Self.rule(of: reason), reason.message, isShadow: true)
        }
    }

    private mutating func count(
        _ record: AuditRecordLine, _ before: String, _ after: String, _ rule: String, _ message: String, isShadow: Bool
    ) {
        let policy = record["decision_reason", "policy"] ?? ""
        let group = Group(
            isShadow: isShadow, before: before, after: after,
            ruleBefore: policy.isEmpty
                ? record["decision_reason", "code"] ?? "" : "\(policy)/\(record["decision_reason", "rule"] ?? "")",
            ruleAfter: rule, agent: record["agent_id"] ?? "", tool: record["tool_name"] ?? "")
        var row = found[group] ?? Row(group: group)
        row.count += 1
        row.samples.append(
            Sample(
                decisionID: record["decision_id"] ?? "", time: record["time"] ?? "",
                parameters: record["parameters_shown"], message: message))
        trim(&row)
        found[group] = row
    }

    private static func rule(of reason: DecisionReason) -> String {
        reason.policy.map { "\($0)/\(reason.rule ?? "")" } ?? reason.code.rawValue
    }

    /// Workers read batches out of turn, so what is newest is for the times to say.
    private func trim(_ row: inout Row) {
        guard row.samples.count > sampleCount else { return }
        row.samples.sort { ($0.time, $0.decisionID) < ($1.time, $1.decisionID) }
        row.samples.removeFirst(row.samples.count - sampleCount)
    }

    /// Adds what another worker found.
    mutating func merge(_ other: ReplayReport) {
        decisions += other.decisions
        replayed += other.replayed
        obstacles.merge(other.obstacles, uniquingKeysWith: +)
        for (group, row) in other.found {
            guard var mine = found[group] else {
                found[group] = row
                continue
            }
            mine.count += row.count
            mine.samples = (mine.samples + row.samples).sorted { ($0.time, $0.decisionID) < ($1.time, $1.decisionID) }
            trim(&mine)
            found[group] = mine
        }
    }
}
