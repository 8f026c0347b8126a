import AegisTesting
import Decisions
import RegoValues
import Testing

/// What has to be taken out by what a session has seen: of calls, and of what tools answer.
@Suite struct SessionDutyTests {
    let fixture: DecisionFixture

    static let policies = """
        aegis: v1
        kind: Agent
        name: clerk
        identities: [{api_key: clerk}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Tool
        name: consent.record
        emits: [consent]
        ---
        aegis: v1
        kind: Tool
        name: crm.update
        parameters: {type: object, properties: {note: {type: string}}}
        ---
        aegis: v1
        kind: Tool
        name: crm.read
        emits: [personal]
        ---
        aegis: v1
        kind: Policy
        name: clerks
        agents: [clerk]
        tools: ["*"]
        effect: allow
        ---
        aegis: v1
        kind: Policy
        name: notes
        agents: [clerk]
        tools: [crm.update]
        rules:
          - {name: unasked, effect: sanitize, when: ['not "consent" in session.labels'], sanitize: [{detectors: [us_ssn]}]}
          - {name: asked, effect: sanitize, when: ['"consent" in session.labels'], sanitize: [{detectors: [email]}]}
        ---
        aegis: v1
        kind: Policy
        name: answers
        agents: [clerk]
        tools: [crm.read]
        rules:
          - name: unasked
            effect: sanitize
            when: ['not "consent" in session.labels']
            sanitize: [{detectors: [us_ssn], on: result}]
          - name: personal
            effect: sanitize
            when: ['"personal" in session.labels']
            sanitize: [{detectors: [email], on: result}]
        """

    init() throws {
        fixture = try DecisionFixture(keys: ["clerk"])
        try fixture.activate(Self.policies)
    }

    static let note = "123-45-6789 a@b.co"

    func update() async throws -> String? {
        let decision = try await fixture.decide(
            key: "clerk", tool: "crm.update", parameters: #"{"note": "\#(Self.note)"}"#, more: #", "session_id": "s-1""#
        )
        return decision.parameters.map { String(decoding: $0, as: UTF8.self) }
    }

    func result(session: String = #", "session_id": "s-1""#) async throws -> String? {
        let answer = await fixture.point.redactResult(
            json: Array(#"{"tool": {"name": "crm.read"}, "result": "\#(Self.note)"\#(session)}"#.utf8),
            credentials: try DecisionFixture.credentials("clerk"), point: DecisionFixture.api)
        return answer.result.map { String(decoding: $0, as: UTF8.self) }
    }

    func underWay(_ tool: String, _ label: String) throws -> SessionLedger.Ticket {
        try fixture.sessions.take(
            SessionStep(tool: tool, labels: [label]), in: SessionKey(tenant: "acme", agent: "clerk", sessionID: "s-1"),
            by: "clerk", now: fixture.clock.now)
    }

    @Test func `a call that may come to nothing lifts no sanitizer, and brings its own already`() async throws {
        #expect(try await update() == #"{"note":"[REDACTED:us_ssn] a@b.co"}"#)
        let asking = try underWay("consent.record", "consent")
        #expect(try await update() == #"{"note":"[REDACTED:us_ssn] [REDACTED:email]"}"#)
        fixture.sessions.undo(asking)
        #expect(try await update() == #"{"note":"[REDACTED:us_ssn] a@b.co"}"#)
        fixture.sessions.settle(try underWay("consent.record", "consent"))
        #expect(try await update() == #"{"note":"123-45-6789 [REDACTED:email]"}"#)
    }

    @Test func `results are redacted by what the session has seen, the call itself counted in`() async throws {
        #expect(try await result() == #""[REDACTED:us_ssn] a@b.co""#)
        _ = try await fixture.decide(
            key: "clerk", tool: "crm.read", parameters: "{}", more: #", "session_id": "s-1""#)
        #expect(try await result() == #""[REDACTED:us_ssn] [REDACTED:email]""#)
        #expect(try await result(session: "") == #""[REDACTED:us_ssn] a@b.co""#)
        let asking = try underWay("consent.record", "consent")
        #expect(try await result() == #""[REDACTED:us_ssn] [REDACTED:email]""#)
        fixture.sessions.settle(asking)
        #expect(try await result() == #""123-45-6789 [REDACTED:email]""#)
    }

    @Test func `where nobody sees the result, the call is judged by what would be taken out of it`() async throws {
        let session = #", "session_id": "s-1""#
        func read(_ point: EnforcementPoint) async throws -> Decision {
            try await fixture.decide(key: "clerk", tool: "crm.read", parameters: "{}", more: session, point: point)
        }
        #expect(try await read(DecisionFixture.wire).reason.rule == "unasked")
        fixture.sessions.settle(try underWay("consent.record", "consent"))
        // The call's own label is what the other rule asks for: it holds of the result alone.
        let refused = try await read(DecisionFixture.wire)
        #expect(refused.outcome == .deny)
        #expect(
            refused.reason
                == DecisionReason(
                    .sanitizeUnsupported, "the result must be redacted, which `envoy` cannot", policy: "answers",
                    rule: "personal"))
        #expect(try await read(DecisionFixture.api).mustCheckResult)
        #expect(
            try await fixture.decide(
                key: "clerk", tool: "consent.record", parameters: "{}", point: DecisionFixture.wire
            )
            .outcome == .allow)
    }

    @Test func `a candidate is asked, too, what would be taken out of a result that nobody sees`() async throws {
        // The candidate is the version that the fixture has; the one that is enforced redacts no result.
        let candidate = try #require(fixture.policies.active(tenant: "acme"))
        fixture.policies.setCandidate(candidate, tenant: "acme")
        try fixture.activate(Self.policies.replacing(", on: result", with: ""), version: 2)
        func read(_ point: EnforcementPoint) async throws -> Decision {
            try await fixture.decide(
                key: "clerk", tool: "crm.read", parameters: "{}", more: #", "session_id": "s-1""#, point: point)
        }
        let unseen = try await read(DecisionFixture.wire)
        #expect(unseen.outcome == .allow)
        #expect(
            unseen.would?.reason
                == DecisionReason(
                    .sanitizeUnsupported, "the result must be redacted, which `envoy` cannot", policy: "answers",
                    rule: "unasked"))
        #expect(unseen.wouldOutcome == .deny)
        #expect(try await read(DecisionFixture.api).wouldOutcome == .allow)
        // Only the label that the call itself brings makes the other rule speak.
        fixture.sessions.settle(try underWay("consent.record", "consent"))
        #expect(try await read(DecisionFixture.wire).would?.reason.rule == "personal")
    }

    /// What a candidate would say of a call that nobody sees the result of, beside policies that redact none.
    private func would(
        _ candidate: String, parameters: String = "{}", point: EnforcementPoint = DecisionFixture.wire
    ) async throws -> DecisionReason? {
        let other = try DecisionFixture(keys: ["clerk"])
        try other.activate(candidate)
        fixture.policies.setCandidate(other.policies.active(tenant: "acme"), tenant: "acme")
        let decision = try await fixture.decide(
            key: "clerk", tool: "crm.read", parameters: parameters, more: #", "session_id": "s-1""#, point: point)
        #expect(decision.outcome == .allow)
        return decision.would?.reason
    }

    @Test(arguments: [false, true])
    func `what shadow would deny with either session is what it would deny`(isCandidate: Bool) async throws {
        let strict =
            Self.policies + """

                ---
                aegis: v1
                kind: Policy
                name: strict
                mode: MODE
                agents: [clerk]
                tools: [consent.record]
                rules: [{name: asked, effect: deny, when: ['not "consent" in session.labels']}]
                """
        if isCandidate {
            let other = try DecisionFixture(keys: ["clerk"])
            try other.activate(strict.replacing("MODE", with: "enforce"))
            fixture.policies.setCandidate(other.policies.active(tenant: "acme"), tenant: "acme")
        } else {
            try fixture.activate(strict.replacing("MODE", with: "shadow"), version: 2)
        }
        func record() async throws -> Decision {
            try await fixture.decide(
                key: "clerk", tool: "consent.record", parameters: "{}", more: #", "session_id": "s-1""#)
        }
        // The other call may come to nothing.
        let asking = try underWay("consent.record", "consent")
        let decision = try await record()
        #expect(decision.outcome == .allow)
        #expect(decision.would?.reason.rule == "asked")
        fixture.sessions.settle(asking)
        #expect(try await record().wouldOutcome == .allow)
    }

    @Test func `a candidate sees the labels that its own catalog says a tool brings`() async throws {
        try fixture.activate(Self.policies.replacing(", on: result", with: ""), version: 2)
        fixture.sessions.settle(try underWay("consent.record", "consent"))
        let fresh = Self.policies.replacing("emits: [personal]", with: "emits: [fresh]")
        #expect(try await would(fresh)?.code == .policyAllow)
        let asking = fresh.replacing(#"'"personal" in session.labels'"#, with: #"'"fresh" in session.labels'"#)
        #expect(try await would(asking)?.code == .sanitizeUnsupported)
    }

    @Test func `a candidate is asked with either session where two may be the one`() async throws {
        try fixture.activate(Self.policies.replacing(", on: result", with: ""), version: 2)
        let asking = try underWay("consent.record", "consent")
        let unasked = Self.policies.replacing(#"'"personal" in session.labels'"#, with: #"'"none" in session.labels'"#)
        #expect(try await would(unasked)?.rule == "unasked")
        fixture.sessions.settle(asking)
        #expect(try await would(unasked)?.code == .policyAllow)
    }

    @Test func `a call that a candidate would deny takes nothing from its budgets`() async throws {
        try fixture.activate(Self.policies.replacing(", on: result", with: ""), version: 2)
        let spending =
            Self.policies.replacing(
                "emits: [personal]",
                with:
                    "parameters: {type: object, required: [cost], properties: {cost: {type: number}}}\nemits: [personal]"
            ) + """

                ---
                aegis: v1
                kind: Policy
                name: spending
                agents: [clerk]
                tools: [crm.read]
                daily_budget: $1
                cost: params.cost
                effect: allow
                """
        for _ in 0..<3 {
            #expect(try await would(spending, parameters: #"{"cost": 0.6}"#)?.code == .sanitizeUnsupported)
        }
        // Where the result is seen, it would permit the call, and pay for it.
        let api = DecisionFixture.api
        #expect(try await would(spending, parameters: #"{"cost": 0.6}"#, point: api)?.code == .policyAllow)
        #expect(try await would(spending, parameters: #"{"cost": 0.6}"#, point: api)?.code == .budgetExceeded)
    }

    @Test func `a call that may come to nothing lifts no duty of a result that nobody will see`() async throws {
        fixture.sessions.settle(try underWay("crm.read", "personal"))
        let asking = try underWay("consent.record", "consent")
        let refused = try await fixture.decide(
            key: "clerk", tool: "crm.read", parameters: "{}", more: #", "session_id": "s-1""#,
            point: DecisionFixture.wire)
        #expect(refused.reason.code == .sanitizeUnsupported)
        fixture.sessions.undo(asking)
    }

    @Test func `where a tenant shadows, what would be done is told of both sessions`() async throws {
        try fixture.activate(
            Self.policies.replacing("[{detectors: [email]}]", with: "[{detectors: [phone]}]")
                + "\n---\naegis: v1\nkind: Tenant\nname: acme\nmode: shadow\n", version: 2)
        _ = try underWay("consent.record", "consent")
        let decision = try await fixture.decide(
            key: "clerk", tool: "crm.update", parameters: #"{"note": "\#(Self.note)"}"#, more: #", "session_id": "s-1""#
        )
        #expect(decision.outcome == .allow)
        #expect(decision.wouldOutcome == .sanitize)
    }
}
