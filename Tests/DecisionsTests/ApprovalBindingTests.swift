import AegisTesting
import Approvals
import RegoValues
import Testing

@testable import Decisions

/// An approval is of one call, made in one way, and of the rules that held it: nothing else is released by it.
@Suite struct ApprovalBindingTests {
    let fixture: DecisionFixture

    static let policies = """
        aegis: v1
        kind: Agent
        name: planner
        owner: paul@acme.example
        identities: [{api_key: planner}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Agent
        name: finance
        owner: tess@acme.example
        identities: [{api_key: finance}]
        scopes: ["*"]
        accepts_from: [planner]
        ---
        aegis: v1
        kind: Agent
        name: orchestrator
        owner: olga
        identities: [{api_key: orchestrator}]
        scopes: ["*"]
        may_act_as: [finance, planner]
        ---
        aegis: v1
        kind: Tool
        name: web.get
        match: [{http: {method: "*", host: "*", path: "/**"}}]
        ---
        aegis: v1
        kind: Tool
        name: files.read
        match: [{http: {method: GET, host: files.acme.example, path: "/v1/{customer}/**"}}]
        parameters: {type: object, properties: {customer: {type: string}}}
        sensitive: ["$.customer"]
        ---
        aegis: v1
        kind: Policy
        name: ask
        agents: ["*"]
        tools: [web.get, files.read]
        approval_needed: true
        approval: {approvers: ["role:treasurer"]}
        ---
        aegis: v1
        kind: Policy
        name: tainted
        agents: ["*"]
        tools: [web.get]
        rules:
          - name: untrusted
            effect: approval_needed
            when: ['"untrusted" in session.labels']
            approval: {approvers: ["role:cfo"]}
        """

    static let harmless = #", "request": {"method": "GET", "host": "harmless.example", "path": "/a"}"#
    static let care = #", "context": {"purpose": "care", "ticket": 7}"#

    init() throws {
        fixture = try DecisionFixture(keys: ["planner", "finance", "orchestrator"])
        try fixture.activate(Self.policies)
    }

    private func call(_ more: String, as key: String = "finance", token: String? = nil) async throws -> Decision {
        let token = token.map { #", "override_token": "\#($0)""# } ?? ""
        return try await fixture.decide(key: key, tool: "web.get", parameters: "{}", more: more + token)
    }

    private func approval(_ decision: Decision) throws -> ApprovalID {
        try #require(decision.approval.flatMap { ApprovalID(parsing: $0.id) }, "\(decision.reason)")
    }

    private func delegation(by key: String = "planner", more: String = "") async throws -> String {
        let minted = await fixture.point.delegate(
            json: Array(#"{"to": "finance", "session_id": "s-1"\#(more)}"#.utf8),
            credentials: try DecisionFixture.credentials(key),
            point: DecisionFixture.api)
        return try #require(minted.delegation)
    }

    /// The token of the harmless call.
    private func token() async throws -> String {
        let id = try approval(try await call(Self.harmless + Self.care))
        _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        return try await fixture.desk.collectToken(id, byAgent: "finance", tenant: "acme")
    }

    @Test(arguments: [
        #", "request": {"method": "GET", "host": "evil.example", "path": "/a"}"# + care,
        #", "request": {"method": "DELETE", "host": "harmless.example", "path": "/a"}"# + care,
        #", "request": {"method": "GET", "host": "harmless.example", "path": "/b"}"# + care, care, harmless,
        harmless + #", "context": {"purpose": "care", "ticket": 8}"#,
        harmless + #", "context": {"purpose": "marketing", "ticket": 7}"#,
    ])
    func `a token is for no other request or context, and neither waits for the other's verdict`(
        more: String
    ) async throws {
        let token = try await token()
        let refused = try await call(more, token: token)
        #expect(refused.outcome == .deny)
        #expect(
            refused.reason
                == DecisionReason(
                    .tokenInvalid, "the override token was given for another request, chain or context"))
        let asked = try await call(more)
        #expect(asked.outcome == .approvalNeeded)
        #expect(asked.approval?.status == "pending")
        #expect(try await call(Self.harmless + Self.care, token: token).outcome == .allow)
    }

    @Test func `the same request and context written otherwise are the same call`() async throws {
        let token = try await token()
        let again = try await call(
            #", "request": {"path": "/%61", "host": "HARMLESS.example.:443", "method": "GET"}"#
                + #", "context": {"ticket": 7.0, "purpose": "care"}"#, token: token)
        #expect(again.outcome == .allow, "\(again.reason)")
    }

    @Test func `another chain is another call`() async throws {
        let token = try await token()
        let carried = #", "session_id": "s-1", "delegation": "\#(try await delegation())""#
        let refused = try await call(Self.harmless + Self.care + carried, token: token)
        #expect(refused.reason.code == .tokenInvalid)
        let held = try await call(Self.harmless + Self.care + carried)
        #expect(held.approval?.status == "pending")
        let id = try approval(held)
        _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        let own = try await fixture.desk.collectToken(id, byAgent: "finance", tenant: "acme")
        #expect(try await call(Self.harmless + Self.care, token: own).reason.code == .tokenInvalid)
        #expect(try await call(Self.harmless + Self.care + carried, token: own).outcome == .allow)
    }

    @Test func `an orchestrator follows, withdraws and redeems what it asked for, and nobody else does`() async throws {
        let acting = #", "agent": {"id": "finance"}"# + Self.harmless
        let held = try await call(acting, as: "orchestrator")
        let id = try approval(held)
        let approval = try await fixture.desk.show(id, tenant: "acme")
        #expect(approval.call.agent == "finance")
        #expect(approval.requester == "orchestrator")
        #expect(approval.shown.json.contains(#""acting_for":"orchestrator""#))
        #expect(try self.approval(try await call(Self.harmless)) != id, "the agent's own call is another")
        _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        for agent in ["finance", "planner"] {
            let error = await #expect(throws: ApprovalError.self) {
                try await fixture.desk.collectToken(id, byAgent: agent, tenant: "acme")
            }
            #expect(error?.code == .notRequester)
        }
        let token = try await fixture.desk.collectToken(id, byAgent: "orchestrator", tenant: "acme")
        #expect(try await call(Self.harmless, token: token).reason.code == .tokenInvalid)
        #expect(try await call(acting, as: "orchestrator", token: token).outcome == .allow)

        let other = try self.approval(
            try await call(#", "agent": {"id": "finance"}"# + Self.care, as: "orchestrator"))
        let error = await #expect(throws: ApprovalError.self) {
            try await fixture.desk.withdraw(other, by: .agent("planner"), tenant: "acme")
        }
        #expect(error?.code == .notRequester)
        let withdrawn = try await fixture.desk.withdraw(other, by: .agent("orchestrator"), tenant: "acme")
        #expect(withdrawn.state == .withdrawn)
    }

    @Test func `an orchestrator's call that is held open goes on when it is approved`() async throws {
        let fixture = fixture
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    let waiting = try await fixture.ledger.approvals(tenant: "acme", states: [.pending], limit: 1)
                    if let approval = waiting.first {
                        _ = try await fixture.desk.approve(approval.id, by: DecisionFixture.jane)
                        return
                    }
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            let decision = await fixture.point.decide(
                json: Array(#"{"tool": {"name": "web.get"}, "parameters": {}, "agent": {"id": "finance"}}"#.utf8),
                credentials: try DecisionFixture.credentials("orchestrator"), point: DecisionFixture.api,
                holdingFor: .seconds(60))
            #expect(decision.outcome == .allow, "\(decision.reason)")
            try await group.waitForAll()
        }
    }

    @Test func `nobody approves who has a part in the call, as an agent or as the owner of one`() async throws {
        let chained = try approval(
            try await call(Self.harmless + #", "session_id": "s-1", "delegation": "\#(try await delegation())""#))
        let acting = try approval(
            try await call(#", "agent": {"id": "finance"}"# + Self.harmless, as: "orchestrator"))
        let behind = try await delegation(by: "orchestrator", more: #", "agent": {"id": "planner"}"#)
        let setOff = try approval(
            try await call(Self.harmless + #", "session_id": "s-1", "delegation": "\#(behind)""#))
        #expect(setOff != chained, "who set the call off is a part of how it is made")
        for (id, names) in [
            (setOff, ["finance", "tess", "planner", "paul", "orchestrator", "olga", "Olga@acme.example"]),
            (chained, ["finance", "tess@acme.example", "tess", "planner", "paul@acme.example", "Paul"]),
            (acting, ["finance", "Tess", "orchestrator", "olga", "Olga@acme.example"]),
        ] {
            for name in names {
                let error = await #expect(throws: ApprovalError.self) {
                    try await fixture.desk.approve(id, by: Approver(tenant: "acme", name: name, roles: ["treasurer"]))
                }
                #expect(error?.code == .selfApproval, "\(name)")
            }
            #expect(try await fixture.desk.approve(id, by: DecisionFixture.jane).state == .approved)
        }
    }

    @Test func `a rule that holds the call only by now is not released by an earlier approval`() async throws {
        let session = Self.harmless + #", "session_id": "s-1""#
        let first = try approval(try await call(session))
        _ = try await fixture.desk.approve(first, by: DecisionFixture.jane)
        let token = try await fixture.desk.collectToken(first, byAgent: "finance", tenant: "acme")
        let read = try fixture.sessions.take(
            SessionStep(tool: "web.get", labels: ["untrusted"]),
            in: SessionKey(tenant: "acme", agent: "finance", sessionID: "s-1"), by: "finance", now: fixture.clock.now)
        fixture.sessions.settle(read)
        let held = try await call(session, token: token)
        #expect(held.outcome == .approvalNeeded)
        let second = try approval(held)
        #expect(second != first)
        #expect(
            try await fixture.desk.show(second, tenant: "acme").terms.rules
                == [
                    HoldingRule(policy: "ask", rule: "approval_needed"),
                    HoldingRule(policy: "tainted", rule: "untrusted"),
                ])
        #expect(try await fixture.desk.approve(second, by: DecisionFixture.jane).state == .pending)
        let cleo = Approver(tenant: "acme", name: "cleo", roles: ["cfo"])
        #expect(try await fixture.desk.approve(second, by: cleo).state == .approved)
        let whole = try await fixture.desk.collectToken(second, byAgent: "finance", tenant: "acme")
        let decision = try await call(session, token: whole)
        #expect(decision.outcome == .allow)
        #expect(decision.reason.code == .approvalGranted)
    }

    @Test func `people see where the call goes, and nothing that is sensitive`() async throws {
        let held = try await fixture.decide(
            key: "finance",
            WireRequest(
                method: "GET", host: "Files.acme.example", target: "/v1/C-4711/for/jane.doe@example.com",
                contentType: nil, body: []))
        let shown = try await fixture.desk.show(try approval(held), tenant: "acme").shown.json
        #expect(
            shown.contains(
                try Regex(
                    #""request":\{"host":"files.acme.example","method":"GET","path":"/v1/\{customer\}/for/\[email:[a-z]{16}\]"\}"#
                )),
            "\(shown)")
        #expect(shown.contains(try Regex(#""parameters":\{"customer":"\[sensitive:[a-z]{16}\]"\}"#)), "\(shown)")
        let other = try await fixture.decide(
            key: "finance", tool: "files.read", parameters: #"{"customer": "C-1"}"#,
            more: #", "request": {"method": "GET", "host": "files.acme.example", "path": "/v1/C-2/x"}"#
                + #", "context": {"contact": "jane.doe@example.com"}"#)
        let told = try await fixture.desk.show(try approval(other), tenant: "acme").shown.json
        #expect(told.contains(try Regex(#""path":"/v1/\[sensitive:[a-z]{16}\]/x""#)), "\(told)")
        #expect(told.contains(try Regex(#""context":\{"contact":"\[email:[a-z]{16}\]"\}"#)), "\(told)")
    }
}
