import AegisTesting
import Decisions
import Redaction
import RegoValues
import Testing

/// A tool's answer on its way to the agent.
@Suite struct ResultTests {
    let fixture: DecisionFixture

    init() throws { fixture = try DecisionFixture() }

    static let hide = #"""
        [{"policy": "p", "rule": "hide", "detectors": ["us_ssn", "email"], "paths": ["$"], "on": "result"},
         {"policy": "p", "rule": "memo", "detectors": ["phone"], "paths": ["$.memo"], "action": "drop"}]
        """#

    func answer(
        _ result: String, key: String = "fin", tool: String = "ehr.read", more: String = ""
    ) async throws -> ResultAnswer {
        await fixture.point.redactResult(
            json: Array(#"{"tool": {"name": "\#(tool)"}, "result": \#(result)\#(more)}"#.utf8),
            credentials: try DecisionFixture.credentials(key), point: DecisionFixture.api)
    }

    @Test(arguments: [
        (#"{"rows":[{"note":"ssn 123-45-6789"}]}"#, "sanitize", #"{"rows":[{"note":"ssn [REDACTED:us_ssn]"}]}"#),
        (#""write to a@b.co""#, "sanitize", #""write to [REDACTED:email]""#), ("[1,null]", "allow", "[1,null]"),
        (#"{"memo":"+49 30 1234567"}"#, "allow", #"{"memo":"+49 30 1234567"}"#),
    ])
    func `sanitizers about results are carried out, those about parameters are not`(
        result: String, outcome: String, expected: String
    ) async throws {
        try fixture.install { input in
            guard input.lookup("phase").string == "result" else { throw DecisionFixtureError() }
            return ScriptedPolicy.ruling(sanitize: Self.hide)
        }
        let answer = try await answer(result)
        #expect(answer.decision.outcome.rawValue == outcome)
        #expect(answer.result.map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(answer.labels == ["phi"])
    }

    struct DecisionFixtureError: Error {}

    @Test func `a decision that is none is refused`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        let refused = try await answer("1", more: #", "decision_id": "ssn 123-45-6789""#)
        #expect(refused.decision.problem?.detail == "`decision_id` is not the id of a decision")
        #expect(refused.result == nil)
    }

    @Test func `the record says what was taken out and shows nothing of it`() async throws {
        try fixture.install(ScriptedPolicy.ruling(sanitize: Self.hide))
        let answer = try await answer(
            #"{"a":"123-45-6789"}"#,
            more: #", "decision_id": "01940f5e-7c1a-7cc3-98a2-6f1f0c5d2a11", "session_id": "s-1""#)
        #expect(answer.decision.redactions == [RedactedPlace(path: "/a", detector: "us_ssn", count: 1)])
        let entry = try #require(fixture.recorder.entries.last)
        #expect(entry.answer.redactions == answer.decision.redactions)
        #expect(entry.parametersShown == nil)
        #expect(String(decoding: answer.json, as: UTF8.self).contains(#""result":{"a":"[REDACTED:us_ssn]"}"#))
        #expect(answer.decision.receipt != nil)
    }

    @Test(arguments: [
        ("fin", "no.such.tool", "unknown_tool"), ("stray", "ehr.read", "unauthenticated_agent"),
        ("jane", "ehr.read", "unauthenticated_agent"),
    ])
    func `whose result it is must be known`(key: String, tool: String, code: String) async throws {
        try fixture.install(ScriptedPolicy.ruling())
        let answer = try await answer("1", key: key, tool: tool)
        #expect(answer.decision.outcome == .deny)
        #expect(answer.decision.reason.code.rawValue == code)
        #expect(answer.result == nil)
        #expect(answer.labels.isEmpty)
    }

    @Test(arguments: [
        #"{"outcome": "allow"}"#, ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"),
        ScriptedPolicy.ruling(
            sanitize: #"[{"policy": "p", "detectors": ["no_such"], "paths": ["$"], "on": "result"}]"#),
        ScriptedPolicy.ruling(sanitize: #"[{"policy": "p", "detectors": ["email"], "paths": ["$"], "on": "both"}]"#),
        ScriptedPolicy.ruling(
            sanitize: #"[{"policy": "p", "detectors": ["email"], "paths": ["$"], "on": "result", "action": "blur"}]"#),
    ])
    func `where it cannot be told what has to be taken out, nothing is shown`(ruling: String) async throws {
        try fixture.install(ruling)
        let answer = try await answer(#"{"a":"a@b.co"}"#)
        #expect(answer.decision.outcome == .deny)
        #expect(answer.result == nil)
        #expect(!String(decoding: answer.json, as: UTF8.self).contains("a@b.co"))
    }

    @Test func `what cannot be recorded is not shown`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        fixture.recorder.fault.isActive = true
        let answer = try await answer("1")
        #expect(answer.decision.reason.code == .auditUnavailable)
        #expect(answer.result == nil)
    }

    @Test func `a tenant in shadow sees results as they are, and the record says what would be taken out`() async throws
    {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in ScriptedPolicy.ruling(sanitize: Self.hide) }
        let answer = try await answer(#""a@b.co""#)
        #expect(answer.decision.outcome == .allow)
        #expect(answer.decision.wouldOutcome == .sanitize)
        #expect(answer.result.map { String(decoding: $0, as: UTF8.self) } == #""a@b.co""#)
    }

    @Test(arguments: [
        (ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"), "ehr.read"),
        (#"{"outcome": "allow"}"#, "ehr.read"),
        (ScriptedPolicy.ruling(), "no.such.tool"),
    ])
    func `a tenant in shadow gets its results back whatever goes wrong`(ruling: String, tool: String) async throws {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in ruling }
        let answer = try await answer(#"{"a": "a@b.co"}"#, tool: tool)
        #expect(answer.decision.outcome == .allow)
        #expect(answer.decision.wouldOutcome == .deny)
        #expect(answer.result.map { String(decoding: $0, as: UTF8.self) } == #"{"a":"a@b.co"}"#)
    }

    @Test func `detectors of the tenant's own come with its bundle`() async throws {
        let catalog = ScriptedPolicy.catalog.replacing(
            #""tenant": "acme","#,
            with: #""tenant": "acme", "detectors": {"badge": {"pattern": "B-([0-9]{4})", "action": "keep_last_four"}},"#
        )
        let policy = try ScriptedPolicy.policy(catalog: catalog) { _ in
            ScriptedPolicy.ruling(
                sanitize: #"[{"policy": "p", "detectors": ["badge"], "paths": ["$"], "on": "result"}]"#)
        }
        #expect(fixture.policies.activate(policy, now: fixture.clock.now))
        #expect(
            try await answer(#""B-1234""#).result.map { String(decoding: $0, as: UTF8.self) }
                == #""B-[REDACTED:badge]""#)
        for detectors in [
            "[]", #"{"x": {}}"#, #"{"x": {"pattern": "("}}"#, #"{"x": {"pattern": "a", "validators": ["y"]}}"#,
            #"{"x": {"pattern": "a", "action": "blur"}}"#, #"{"email": {"pattern": "a"}}"#,
        ] {
            let catalog = ScriptedPolicy.catalog.replacing(
                #""tenant": "acme","#, with: #""tenant": "acme", "detectors": \#(detectors),"#)
            #expect(throws: CatalogError.self) { try ScriptedPolicy.policy(catalog: catalog) { _ in "" } }
        }
    }
}
