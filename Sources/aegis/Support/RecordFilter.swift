import Approvals
import ArgumentParser
import AuditTrail
import Decisions
import RegoSyntax

/// Which records a command is about: all conditions must hold.
struct RecordFilter: ParsableArguments {
    @Option(help: "Records from then on, RFC 3339 in UTC.")
    var from: String?

    @Option(help: "Records before then, RFC 3339 in UTC.")
    var until: String?

    @Option(help: "Records of the last while, such as 30m, 24h or 7d.")
    var since: String?

    @Option(help: "decision, approval, token, bundle, policy_review, budget, config, key, retention or heartbeat.")
    var kind: String?

    @Option(help: "Records of a tenant.")
    var tenant: String?
    @Option(help: "Records of an agent.")
    var agent: String?
    @Option(help: "Records of a tool.")
    var tool: String?

    @Option(help: "allow, deny, sanitize or approval_needed.")
    var decision: String?

    @Option(help: "The policy that the reason names.")
    var policy: String?

    @Option(help: "The policy version, or its beginning, such as acme/42.")
    var policyVersion: String?

    @Option(help: "A reason code, such as budget_exceeded.")
    var code: String?

    @Option(help: "An approval's id.")
    var approval: String?

    @Option(help: "A decision's id.")
    var id: String?

    @Option(help: "Records of a session.")
    var session: String?

    @Option(help: "A trace's id.")
    var trace: String?

    func validate() throws {
        guard since == nil || from == nil else { throw ValidationError("--since and --from exclude each other") }
        guard kind.map({ AuditRecordKind(rawValue: $0) != nil }) ?? true else {
            throw ValidationError(
                "`\(kind ?? "")` is no kind of record; there are "
                    + AuditRecordKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try Self.check(decision: decision)
        if let code, ReasonCode(rawValue: code) == nil {
            let near = NearMiss.fix(code, among: ReasonCode.allCases.map(\.rawValue)).map { "\($0) " } ?? ""
            throw ValidationError(
                "`\(code)` is no reason code; \(near)all of them are in docs/reference/decisions.md, such as policy_deny"
            )
        }
    }

    /// What no record can say would find nothing, and read as if nothing had happened.
    /// - Throws: `ValidationError` naming those that there are.
    static func check(decision: String?) throws {
        guard let decision, Outcome(rawValue: decision) == nil else { return }
        throw ValidationError(
            "`\(decision)` is no decision; there are "
                + Outcome.allCases.map(\.rawValue).joined(separator: ", "))
    }

    /// - Throws: ``CommandFailure`` for a time that is none.
    func query() throws -> AuditQuery {
        var query = AuditQuery()
        query.from = try from.map(instant)
        query.until = try until.map(instant)
        if let since {
            query.from = try Timestamp.current().advanced(bySeconds: -TimeSpan.seconds(since, "--since")).nanoseconds
        }
        query.kind = kind
        query.tenant = tenant
        query.agent = agent
        query.tool = tool
        query.decision = decision
        query.policy = policy
        query.policyVersion = policyVersion
        query.code = code
        query.approval = approval
        query.decisionID = id
        query.session = session
        query.trace = trace
        return query
    }

    private func instant(_ text: String) throws -> Int64 {
        guard let time = Timestamp(parsing: text) else {
            throw CommandFailure("`\(text)` is no time", fix: "write it as 2026-11-23T15:20:25Z", exitCode: 2)
        }
        return time.nanoseconds
    }
}
