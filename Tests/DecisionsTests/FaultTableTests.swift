import AegisTesting
import Approvals
import AuditTrail
import Decisions
import Foundation
import MerkleLog
import RegoValues
import SignedTokens
import Testing

/// Each row of docs/reference/faults.md, provoked: the code is the table's, and nothing is let through.
@Suite struct FaultTableTests {
    let fixture: DecisionFixture
    let table: FaultTable

    init() throws {
        fixture = try DecisionFixture()
        table = try FaultTable()
    }

    @Test func `the table and the tests name the same rows`() throws {
        #expect(try Set(FaultTable.provoked()) == Set(table.rows.keys))
        for (name, row) in table.rows { #expect(row.code != nil, "`\(name)` has a code that is none") }
    }

    private func provoke(_ row: String, _ decisions: Decision...) throws {
        let expected = try #require(table.rows[row])
        for decision in decisions {
            #expect(decision.outcome == .deny)
            #expect(decision.reason.code == expected.code, "\(decision.reason.message)")
            #expect(Self.status(of: decision) == expected.status)
            #expect(decision.parameters == nil && decision.approval == nil)
        }
    }

    /// As the decision API answers: a problem, which a caller who is no agent of the tenant gets besides a recorded decision.
    private static func status(of decision: Decision) -> Int? {
        decision.problem?.status ?? (decision.reason.code == .unauthenticatedAgent ? 401 : nil)
    }

    private func send(_ body: String) async throws -> Decision {
        await fixture.point.decide(
            json: Array(body.utf8), credentials: try DecisionFixture.credentials("fin"), point: DecisionFixture.api)
    }

    private func wire(_ change: (inout WireRequest) -> Void) async throws -> Decision {
        var request = WireRequest(
            method: "POST", host: "payments.acme.example", target: "/v1/transfers", contentType: "application/json",
            body: Array(#"{"amount": 1}"#.utf8))
        change(&request)
        return try await fixture.decide(request)
    }

    @Test func `what is known of sessions and switches`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        fixture.stateFault.now = "the state store has not been read for 6 s"
        try provoke(
            "state-blind", try await fixture.decide(),
            await fixture.point.delegate(
                json: Array(#"{"to": "llm-agent"}"#.utf8), credentials: try DecisionFixture.credentials("fin"),
                point: DecisionFixture.api))
        fixture.stateFault.now = nil
        #expect(try await fixture.decide().outcome == .allow)

        let full = try DecisionFixture(sessionBounds: SessionBounds(perAgent: 1))
        try full.install(ScriptedPolicy.ruling())
        #expect(try await full.decide(more: #", "session_id": "s1""#).outcome == .allow)
        let refused = try await full.decide(more: #", "session_id": "s2""#)
        try provoke("sessions-full", refused)
        #expect(
            refused.reason.message == "too many sessions of this agent are open; one more cannot be remembered")

        // A session in which another call passes each time that this one is judged.
        let sessions = fixture.sessions
        let now = fixture.clock.now
        try fixture.install(sequence: 2) { _ in
            let key = SessionKey(tenant: "acme", agent: "finance-agent", sessionID: "busy")
            sessions.settle(
                try sessions.take(SessionStep(tool: "ehr.read"), in: key, by: "finance-agent", now: now))
            return ScriptedPolicy.ruling()
        }
        try provoke("session-busy", try await fixture.decide(more: #", "session_id": "busy""#))
    }

    @Test func `a request that is none`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        let call = #"{"tool": {"name": "payments.transfer"}, "parameters": "#
        try provoke("request-no-json", await send(""), await send("{"), await send("[]"))
        try provoke("request-duplicate-key", await send(call + #"{"a": 1, "a": 2}}"#))
        try provoke("request-unknown-field", await send(call + #"{}, "agnt": {}}"#))
        try provoke(
            "request-number", await send(call + #"{"amount": 1e400}}"#), await send(call + #"{"amount": -0}}"#),
            await send(call + #"{"amount": 9007199254740993}}"#))
        try provoke("request-null-character", await send(call + #"{"memo": "\u0000"}}"#))
        try provoke("request-surrogate", await send(call + #"{"memo": "\udc00"}}"#))
        try provoke(
            "request-line", await send(call + #"{}, "request": {"method": "GET", "host": "h", "path": "/a/../b"}}"#))
        try provoke(
            "request-too-long", await send(call + #"{"memo": ""# + String(repeating: "x", count: 1 << 20) + #""}}"#))
        try provoke(
            "request-too-deep",
            await send(
                call + #"{"memo": "# + String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "}}"))
    }

    @Test func `a request on the wire that is none`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        #expect(try await wire { _ in }.outcome == .allow)
        try provoke(
            "wire-line", await wire { $0.target = "/v1/../v1/transfers" },
            await wire { $0.host = "a@payments.acme.example" },
            await wire { $0.method = "post" }, await wire { $0.target = "/v1/transfers?a=%zz" })
        try provoke(
            "wire-body", await wire { $0.contentType = "text/plain" }, await wire { $0.contentEncoding = "gzip" },
            await wire { $0.body = Array("{".utf8) },
            await wire { $0.body = Array(#"{"amount": 1, "amount": 2}"#.utf8) })
        try provoke("wire-body-cut-off", await wire { $0.isTruncated = true })
    }

    @Test func `a caller who is not proven`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        let body = Array(#"{"tool": {"name": "payments.transfer"}}"#.utf8)
        try provoke(
            "credential-missing", await fixture.point.decide(json: body, credentials: .none, point: DecisionFixture.api)
        )
        for credentials in [Credentials(apiKey: "aegis_fin_wrong"), Credentials(bearerToken: "a.b.c")] {
            try provoke(
                "credential-wrong",
                await fixture.point.decide(json: body, credentials: credentials, point: DecisionFixture.api))
        }
        try provoke("agent-unknown", await fixture.decide(key: "stray"))
        try provoke("agent-claimed", await fixture.decide(more: #", "agent": {"id": "llm-agent"}"#))
        fixture.switches.stop("finance-agent")
        try provoke("agent-disabled", await fixture.decide())
        fixture.switches.stop()
        let other = EnforcementPoint(name: "envoy", rewritesParameters: false, tenant: "globex")
        try provoke("tenant", await fixture.decide(point: other))
        try provoke("chain", await fixture.decide(more: #", "delegation": "a.b.c""#))
        try provoke("tool-unknown", await fixture.decide(tool: "payments.burn"), await wire { $0.target = "/v1/burn" })
        try provoke("dry-run", await fixture.decide(more: #", "dry_run": true"#))
    }

    @Test func `a token that does not hold`() async throws {
        try fixture.install { input in
            input.lookup("approval").isUndefined ? ScriptedPolicy.approvalRuling() : ScriptedPolicy.ruling()
        }
        let token = try await fixture.approvedToken()
        let more = #", "override_token": "\#(token)""#
        try provoke("token", await fixture.decide(parameters: #"{"amount": 101}"#, more: more))
        fixture.clock.advance(seconds: -3600)
        try provoke("clock", await fixture.decide(more: more))
        fixture.clock.advance(seconds: 3600)
        #expect(try await fixture.decide(more: more).outcome == .allow)
        try provoke("token-used", await fixture.decide(more: more))
        fixture.clock.advance(seconds: 1800)
        try provoke("token-expired", await fixture.decide(more: more))
    }

    @Test func `policies that give no answer`() async throws {
        try provoke("bundle-missing", await fixture.decide())
        try fixture.install(sequence: 1) { _ in throw FaultTests.Broken() }
        try provoke("evaluation-error", await fixture.decide())
        try fixture.install(sequence: 2) { _ in "{}" }
        try provoke("evaluation-undefined", await fixture.decide())
        try fixture.install(sequence: 3) { _ in
            ScriptedPolicy.ruling(budgets: CompositionTests.budget(1_000_000, cost: "null"))
        }
        try provoke("cost-not-evaluated", await fixture.decide())
        try fixture.install(sequence: 4) { _ in
            ScriptedPolicy.ruling(
                rates: #"[{"policy": "p", "rule": "rps", "per": "session", "rps": 1, "burst": 1}]"#)
        }
        try provoke("session-missing", await fixture.decide())
        try fixture.install(sequence: 5) { _ in ScriptedPolicy.ruling(sanitize: CompositionTests.hideMemo) }
        try provoke(
            "rewriting", await fixture.decide(parameters: #"{"memo": "123-45-6789"}"#, point: DecisionFixture.wire))
    }

    @Test func `compiled policies that cannot be evaluated`() async throws {
        try fixture.activate(Self.policies)
        try provoke("parameters", await fixture.decide(parameters: #"{"amount": "6,000"}"#))
        try provoke("rule-not-evaluated", await fixture.decide(parameters: #"{"amount": 1, "memo": 5}"#))
        try provoke("no-permit", await fixture.decide(tool: "payments.list", parameters: "{}"))
        #expect(try await fixture.decide(parameters: #"{"amount": 1, "memo": "x"}"#).outcome == .allow)
        try provoke("evaluation-memory", await decide(heap: Heap(limit: 20_000)))
        try fixture.activate(Self.policies, version: 2, deadline: .zero)
        try provoke("evaluation-time", await decide(heap: Heap()))
    }

    /// A call with so much in it that no evaluation of it is quick or small.
    private func decide(heap: Heap) async throws -> Decision {
        let tags = heap.array((0..<20_000).map { _ in Value.string("x") })
        let parameters = heap.object([(.string("amount"), Value.integer(1)), (.string("tags"), tags)])
        return await fixture.point.decide(
            DecisionRequest(
                heap: heap, subject: .tool(name: "payments.transfer", parameters: parameters, request: nil),
                credentials: try DecisionFixture.credentials("fin"), point: DecisionFixture.api))
    }

    @Test func `state that cannot be read or written`() async throws {
        try fixture.install { input in
            input.lookup("params").lookup("amount") == .integer(1)
                ? FaultTests.charged : ScriptedPolicy.approvalRuling()
        }
        fixture.ledger.spendFault.isActive = true
        try provoke("state-write", await fixture.decide(parameters: #"{"amount": 1}"#))
        fixture.ledger.spendFault.isActive = false
        fixture.ledger.readFault.isActive = true
        try provoke("state-read", await fixture.decide(more: #", "idempotency_key": "k""#))
        fixture.ledger.readFault.isActive = false
        fixture.ledger.approvalFault.isActive = true
        try provoke("state-approval", await fixture.decide())
        fixture.ledger.approvalFault.isActive = false
        fixture.recorder.fault.isActive = true
        try provoke("audit-write", await fixture.decide(parameters: #"{"amount": 1}"#))
        fixture.recorder.fault.isActive = false
        let key = #", "idempotency_key": "k2""#
        #expect(try await fixture.decide(parameters: #"{"amount": 1}"#, more: key).outcome == .allow)
        try provoke("idempotency", await fixture.decide(parameters: #"{"amount": 1, "memo": "x"}"#, more: key))
    }

    @Test func `what is more than there is room for`() async throws {
        let busy = try DecisionFixture(waitingLimit: 0)
        try busy.install(FaultTests.charged)
        try provoke("state-overloaded", await busy.decide())

        for (isPending, setting) in [(true, "pending_approvals_per_agent"), (false, "daily_approvals_per_agent")] {
            let fixture = try DecisionFixture()
            try fixture.install(settings: #"{"\#(setting)": 1}"#) { _ in ScriptedPolicy.approvalRuling() }
            #expect(try await fixture.decide(parameters: #"{"amount": 1}"#).outcome == .approvalNeeded)
            let refused = try await fixture.decide(parameters: #"{"amount": 2}"#)
            if isPending { try provoke("approvals-pending", refused) } else { try provoke("approvals-daily", refused) }
        }

        let hasty = try DecisionFixture(attemptRate: RateLimit(milliCallsPerSecond: 1000, burst: 1))
        try hasty.install { _ in ScriptedPolicy.approvalRuling() }
        #expect(try await hasty.decide().outcome == .approvalNeeded)
        try provoke("approvals-rate", await hasty.decide())

        let folder = FileManager.default.temporaryDirectory.appending(path: "aegis-large-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let journal = try AuditJournal.open(
            directory: folder.path, configuration: .init(gateway: "gw-1"), signer: NoteSigner(name: "gw-1"))
        defer { journal.close() }
        let recorded = try DecisionFixture(trail: AuditTrailRecorder(journal: journal, inputs: nil))
        try recorded.install(ScriptedPolicy.ruling())
        #expect(try await recorded.decide().outcome == .allow)
        try recorded.install(sequence: 2) { _ in
            ScriptedPolicy.ruling(rule: String(repeating: "x", count: 70_000))
        }
        try provoke("audit-record-too-large", await recorded.decide())
    }

    @Test func `a verdict that cannot be carried out`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(
                sanitize: #"[{"policy": "p", "rule": "r", "detectors": ["no_such"], "paths": ["$.memo"]}]"#))
        try provoke("detector-unknown", await fixture.decide())
        for (sequence, value) in [(2, #", "value": null"#), (3, "")] {
            try fixture.install(sequence: sequence) { _ in
                ScriptedPolicy.ruling().replacing(
                    #""would": null"#,
                    with: #""would": null, "distinct": [{"policy": "p", "rule": "d", "limit": 3\#(value)}]"#)
            }
            try provoke("distinct-not-evaluated", await fixture.decide(more: #", "session_id": "s""#))
        }
    }

    /// An identity provider whose keys nobody has been able to fetch.
    private struct NoKeys: IssuerKeys {
        let ring: KeyRing
        func noteUnknownKey() {}
    }

    @Test func `a provider whose keys were never fetched proves nobody`() async throws {
        let key = try SigningKey(generating: .es256, name: "k1")
        let prover = TokenProver(
            issuer: "https://idp.acme.example", audience: "aegis", tenant: "acme", keys: NoKeys(ring: try KeyRing([])),
            now: { 1100 })
        let fixture = try DecisionFixture(prover: prover)
        try fixture.install(ScriptedPolicy.ruling())
        let token = try key.token(
            over: Array(
                #"{"iss": "https://idp.acme.example", "aud": "aegis", "sub": "fin", "iat": 1000, "exp": 1300}"#.utf8))
        try provoke(
            "issuer-keys-missing",
            await fixture.point.decide(
                json: Array(#"{"tool": {"name": "payments.transfer"}}"#.utf8),
                credentials: Credentials(bearerToken: token), point: DecisionFixture.api))
    }

    static let policies = """
        aegis: v1
        kind: Agent
        name: finance-agent
        identities: [{api_key: fin}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        parameters: {type: object, required: [amount], properties: {amount: {type: number}, memo: {default: ""}, tags: {type: array, items: {type: string}}}}
        ---
        aegis: v1
        kind: Tool
        name: payments.list
        ---
        aegis: v1
        kind: Policy
        name: p
        agents: ["*"]
        tools: [payments.transfer]
        rules:
          - {name: yes, effect: allow}
          - {name: words, effect: deny, when: ['count(split(params.memo, " ")) > 1000000']}

        """
}
