import RegoValues

/// What evidence is counted by, taken out of one record.
struct RecordFacts: Sendable {
    let index: UInt64
    let time: String
    /// The record's `hash`.
    let hash: String
    let previous: String
    let log: String
    let tenant: String
    let kind: String
    /// Empty where the record is no decision; so are `code`, `agent` and `tool` where it names none.
    let decision: String
    /// What shadowed policies would have answered; empty where nothing shadows, and where a candidate bundle spoke in their
    /// place: that was never in force.
    let wouldDecision: String
    let code: String
    let agent: String
    let tool: String
    let mode: String
    /// Whether it is the decision on a call that an agent made: no dry run, no tool's answer, and no delegation.
    let isMadeCall: Bool
    let decisionID: String
    /// The policies that the reason names, the deciding one first.
    let policies: [String]
    let policyVersion: String?
    let bundleDigest: String?
    /// `detail.event`, for records that are no decisions.
    let event: String
    /// `detail.vkey` and `detail.from`: the key that a record of kind `key` is about, and the one before it.
    let vkey: String?
    let formerKey: String?
    /// `detail.interval_s` of a heartbeat: seconds.
    let interval: Int?
    let message: String

    /// - Throws: ``JSONError`` for a line that is no JSON, ``PackError`` for one that is no record.
    init(line: [UInt8]) throws {
        let document = try Document(json: line)
        let record = document.root
        defer { withExtendedLifetime(document) {} }
        func text(_ name: StaticString) -> String { record.lookup(name).string ?? "" }
        guard let index = record.lookup("index").int64, index >= 0, let time = record.lookup("time").string,
            let hash = record.lookup("hash").string, let kind = record.lookup("kind").string
        else { throw PackError(.record, "the line is not a record") }
        self.index = UInt64(index)
        self.time = time
        self.hash = hash
        self.kind = kind
        previous = text("prev_hash")
        log = text("log")
        tenant = text("tenant")
        decision = text("decision")
        agent = text("agent_id")
        tool = text("tool_name")
        mode = text("mode")
        decisionID = text("decision_id")
        policyVersion = record.lookup("policy_version").string
        bundleDigest = record.lookup("bundle_digest").string
        let detail = record.lookup("detail")
        wouldDecision = detail.lookup("would_policy_version").string == nil ? text("would_decision") : ""
        event = detail.lookup("event").string ?? ""
        vkey = kind == "key" ? detail.lookup("vkey").string : nil
        formerKey = kind == "key" ? detail.lookup("from").string : nil
        // A year is no interval any more, and what a pack says may be any number.
        interval =
            kind == "heartbeat"
            ? detail.lookup("interval_s").string.flatMap { Int($0) }.map { min(max($0, 0), 366 * 86_400) } : nil
        isMadeCall =
            kind == "decision" && mode != "dry_run" && tool != "aegis.delegate" && detail.lookup("result").isUndefined
        let reason = record.lookup("decision_reason")
        code = reason.lookup("code").string ?? ""
        message = reason.lookup("message").string ?? ""
        var policies: [String] = []
        let also = reason.lookup("also")
        let reasons = [reason] + (also.kind == .array ? Array(also.elements) : [])
        for name in reasons.compactMap({ $0.lookup("policy").string }) where !policies.contains(name) {
            policies.append(name)
        }
        self.policies = policies
    }
}

extension RecordFacts {
    /// Whether a call went ahead that a policy would have stopped, if it were enforced.
    var isUnenforced: Bool {
        isMadeCall && ["allow", "sanitize"].contains(decision) && ["deny", "approval_needed"].contains(wouldDecision)
    }
}
