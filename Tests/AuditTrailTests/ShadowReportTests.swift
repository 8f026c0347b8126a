import Testing

@testable import AuditTrail

@Suite struct ShadowReportTests {
    private func record(
        _ number: Int, decision: String = "allow", would: String? = "deny", policy: String = "freeze",
        tenant: String = "acme", kind: AuditRecordKind = .decision, mode: String = "enforce",
        tool: String = "payments.transfer", isResult: Bool = false, candidate: String? = nil
    ) throws -> AuditRecordLine {
        var draft = AuditRecordDraft(
            kind: kind, tenant: tenant, time: 1_795_409_523_000_000_000 + Int64(number) * 1_000_000_000)
        draft.decisionID = "d-\(number)"
        draft.agentID = "finance-agent"
        draft.toolName = tool
        draft.mode = mode
        draft.decision = decision
        draft.wouldDecision = would
        draft.parametersShown = CanonicalJSON(texts: ["amount": "\(number)"])
        let reason = #"{"code":"policy_deny","message":"no","policy":"\#(policy)","rule":"r"}"#
        let result = isResult ? #""result":{"decision_id":"d-0","labels":[]},"# : ""
        let version = candidate.map { #","would_policy_version":"\#($0)""# } ?? ""
        draft.detail = CanonicalJSON(
            trusted: Array(#"{\#(result)"would_decision_reason":\#(reason)\#(version)}"#.utf8))
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage)
        _ = try writer.commit([try RecordFormatter.format(draft, log: "\(Fixture.gateway)/\(tenant)")])
        writer.close()
        var reader = AuditReader(storage: storage)
        return try #require(reader.next().first)
    }

    @Test func `calls that went ahead and would have been stopped are counted by policy, newest samples kept`() throws {
        var report = ShadowReport(sampleCount: 2)
        for number in 1...3 { report.add(try record(number)) }
        report.add(try record(4, decision: "sanitize", would: "approval_needed", policy: "ask"))
        #expect([report.decisions, report.shadowed, report.blocked] == [4, 4, 4])
        #expect(
            report.rows.map { "\($0.count) \($0.group.would) \($0.group.policy)/\($0.group.rule)" } == [
                "3 deny freeze/r", "1 approval_needed ask/r",
            ])
        #expect(report.rows.first?.samples.map(\.decisionID) == ["d-2", "d-3"])
        #expect(report.rows.first?.samples.first?.parameters == #"{"amount":"2"}"#)
    }

    @Test func `what was stopped anyway, would have passed, or is no decision is not counted`() throws {
        var report = ShadowReport()
        report.add(try record(1, decision: "deny"))
        report.add(try record(2, decision: "approval_needed"))
        report.add(try record(3, would: "allow"))
        report.add(try record(4, would: nil))
        report.add(try record(5, kind: .approval))
        #expect([report.decisions, report.shadowed, report.blocked] == [4, 3, 0])
        #expect(report.rows == [])
    }

    @Test(arguments: [
        ("a dry run", "dry_run", "payments.transfer", false), ("a tool's answer", "enforce", "payments.transfer", true),
        ("a tool's answer, in shadow", "shadow", "payments.transfer", true),
        ("a delegation", "shadow", "aegis.delegate", false),
    ])
    func `what is no call is not looked at`(what: String, mode: String, tool: String, isResult: Bool) throws {
        var report = ShadowReport()
        let other = try record(1, mode: mode, tool: tool, isResult: isResult)
        #expect(!other.isMadeCall, "\(what)")
        report.add(other)
        #expect([report.decisions, report.shadowed, report.blocked] == [0, 0, 0], "\(what)")
        report.add(try record(2, mode: "shadow"))
        #expect([report.decisions, report.shadowed, report.blocked] == [1, 1, 1])
    }

    @Test func `what a candidate would have stopped is told apart from what shadow policies would`() throws {
        var report = ShadowReport()
        report.add(try record(1))
        for number in 2...3 { report.add(try record(number, candidate: "acme/2@sha256:aa")) }
        report.add(try record(4, candidate: "acme/3@sha256:bb"))
        report.add(try record(5, would: "allow", candidate: "acme/3@sha256:bb"))
        #expect([report.decisions, report.shadowed, report.tried, report.blocked] == [5, 5, 4, 4])
        #expect(
            report.rows.map { "\($0.count) \($0.group.policy) \($0.group.candidate ?? "in shadow")" } == [
                "2 freeze acme/2@sha256:aa", "1 freeze in shadow", "1 freeze acme/3@sha256:bb",
            ])
    }

    @Test func `the period and the tenant bound what is looked at`() throws {
        var report = ShadowReport(since: "2026-11-23T04:52:05", tenant: "acme")
        for number in 1...3 { report.add(try record(number)) }
        report.add(try record(9, tenant: "globex"))
        #expect([report.decisions, report.blocked] == [2, 2])
    }
}
