import AegisTesting
import Approvals
import Decisions
import RegoValues
import SignedTokens
import Testing

/// planner → finance → ledger: who stands before an agent is proven by signed delegations, and narrows what it may do.
@Suite struct ChainTests {
    let fixture: DecisionFixture

    static let policies = """
        aegis: v1
        kind: Agent
        name: planner
        identities: [{api_key: planner}]
        scopes: ["payments.read", "agents.*", "ledger.*"]
        ---
        aegis: v1
        kind: Agent
        name: finance
        identities: [{api_key: finance}]
        scopes: ["*"]
        accepts_from: [planner, ledger]
        ---
        aegis: v1
        kind: Agent
        name: ledger
        identities: [{api_key: ledger}]
        scopes: ["ledger.*"]
        accepts_from: [finance]
        ---
        aegis: v1
        kind: Agent
        name: orchestrator
        identities: [{api_key: orchestrator}]
        scopes: ["*"]
        may_act_as: ["fin*"]
        ---
        aegis: v1
        kind: Tool
        name: payments.read
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        ---
        aegis: v1
        kind: Tool
        name: ledger.read
        ---
        aegis: v1
        kind: Tool
        name: agents.finance
        agent: finance
        ---
        aegis: v1
        kind: Policy
        name: everything
        agents: ["*"]
        tools: ["*"]
        effect: allow
        """

    init() throws {
        fixture = try DecisionFixture(keys: ["planner", "finance", "ledger", "orchestrator"])
        try fixture.activate(Self.policies)
    }

    func delegation(
        from key: String, to delegate: String, with chain: String? = nil, session: String? = nil, more: String = ""
    ) async throws -> Decision {
        let carried = chain.map { #", "delegation": "\#($0)""# } ?? ""
        let session = session.map { #", "session_id": "\#($0)""# } ?? ""
        return await fixture.point.delegate(
            json: Array(#"{"to": "\#(delegate)"\#(carried)\#(session)\#(more)}"#.utf8),
            credentials: try DecisionFixture.credentials(key), point: DecisionFixture.api)
    }

    func call(_ key: String, _ tool: String, with chain: String?, session: String? = nil, more: String = "")
        async throws -> Decision
    {
        let carried = chain.map { #", "delegation": "\#($0)""# } ?? ""
        let session = session.map { #", "session_id": "\#($0)""# } ?? ""
        return try await fixture.decide(key: key, tool: tool, parameters: "{}", more: carried + session + more)
    }

    @Test func `a delegation is minted for an agent that accepts the caller, and recorded`() async throws {
        let minted = try await delegation(from: "planner", to: "finance")
        #expect(minted.outcome == .allow)
        #expect(minted.reason == DecisionReason(.policyAllow, "`finance` accepts calls from `planner`"))
        let entry = try #require(fixture.recorder.entries.last)
        #expect(entry.answer.toolName == "aegis.delegate")
        #expect(entry.answer.agentID == "planner")
        let refused = try await delegation(from: "planner", to: "ledger")
        #expect(refused.outcome == .deny)
        #expect(
            refused.reason
                == DecisionReason(.callerNotAllowed, "the agent `ledger` accepts no calls from `planner`"))
        #expect(refused.delegation == nil)
    }

    @Test func `policies and the record see the proven chain`() async throws {
        let first = try #require(try await delegation(from: "planner", to: "finance").delegation)
        #expect(try await call("finance", "payments.read", with: first).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["planner"])
        let second = try #require(try await delegation(from: "finance", to: "ledger", with: first).delegation)
        #expect(try await call("ledger", "ledger.read", with: second).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["planner", "finance"])
    }

    @Test func `authority never grows along a chain`() async throws {
        #expect(try await call("finance", "payments.transfer", with: nil).outcome == .allow)
        let chain = try #require(try await delegation(from: "planner", to: "finance").delegation)
        let denied = try await call("finance", "payments.transfer", with: chain)
        #expect(denied.outcome == .deny)
        #expect(
            denied.reason
                == DecisionReason(
                    .scopeExceeded, "the tool is outside of the scopes of a caller in the chain", rule: "scopes"))
    }

    @Test func `a permitted call of an agent behind a tool carries the chain to it`() async throws {
        let permitted = try await call("planner", "agents.finance", with: nil)
        #expect(permitted.outcome == .allow)
        let chain = try #require(permitted.delegation)
        #expect(try await call("finance", "payments.read", with: chain).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["planner"])
        let refused = try await call("orchestrator", "agents.finance", with: nil)
        #expect(refused.reason.code == .callerNotAllowed)
        #expect(refused.delegation == nil)
    }

    @Test func `a delegation that is not exactly this one is not believed`() async throws {
        let chain = try #require(
            try await delegation(from: "planner", to: "finance", session: "s-1").delegation)
        let parts = chain.split(separator: ".").map(String.init)
        let flipped = parts[0] + "." + parts[1] + "." + String(repeating: "A", count: parts[2].count)
        let cases: [(String, String, String?, String)] = [
            (chain, "ledger", "s-1", "the delegation was made for another agent"),
            (chain, "finance", "s-2", "the delegation was made for another session"),
            (chain, "finance", nil, "the delegation was made for another session"),
            (
                "nonsense", "finance", nil,
                "the delegation is not one of ours: the token is not three parts with dots between"
            ),
            (
                flipped, "finance", "s-1",
                "the delegation is not one of ours: the signature is not by the key `tokens-1` over this content"
            ),
        ]
        for (text, key, session, message) in cases {
            let denied = try await call(key, "ledger.read", with: text, session: session)
            #expect(denied.outcome == .deny)
            #expect(denied.reason == DecisionReason(.chainInvalid, message))
        }
    }

    @Test func `a delegation expires, and is no override token`() async throws {
        let chain = try #require(
            try await delegation(from: "planner", to: "finance", more: #", "expires_in": 10"#).delegation)
        fixture.clock.advance(seconds: 9)
        #expect(try await call("finance", "payments.read", with: chain).outcome == .allow)
        let confused = try await call(
            "finance", "payments.read", with: nil, more: #", "override_token": "\#(chain)""#)
        #expect(confused.reason.code == .tokenInvalid)
        fixture.clock.advance(seconds: 1)
        let late = try await call("finance", "payments.read", with: chain)
        #expect(late.reason.code == .chainInvalid)
        #expect(late.reason.message.hasPrefix("the delegation expired at "))
    }

    @Test func `a chain has an end`() async throws {
        var chain = try #require(try await delegation(from: "planner", to: "finance").delegation)
        var agent = "finance"
        for _ in 2...DelegationMint.deepestChain {
            let next = agent == "finance" ? "ledger" : "finance"
            chain = try #require(try await delegation(from: agent, to: next, with: chain).delegation)
            agent = next
        }
        let denied = try await delegation(from: agent, to: agent == "finance" ? "ledger" : "finance", with: chain)
        #expect(denied.reason == DecisionReason(.chainInvalid, "the call chain would be longer than 8 agents"))
    }

    @Test func `an orchestrator calls for the agents it may act as, and the record names both`() async throws {
        let call = try await call(
            "orchestrator", "payments.transfer", with: nil, more: #", "agent": {"id": "finance"}"#)
        #expect(call.outcome == .allow)
        #expect(call.agentID == "finance")
        let entry = try #require(fixture.recorder.entries.last)
        #expect(entry.actingFor == "orchestrator")
        #expect(entry.callerIdentity == "api_key:orchestrator")
        let refused = try await self.call(
            "orchestrator", "ledger.read", with: nil, more: #", "agent": {"id": "planner"}"#)
        #expect(
            refused.reason
                == DecisionReason(
                    .unauthenticatedAgent, "the call claims another agent than its credential proves"))
    }

    @Test(arguments: ["planner", "finance", "orchestrator"])
    func `a switched-off agent stops its calls, those made for it, and those it stands behind`(agent: String)
        async throws
    {
        let chain = try #require(try await delegation(from: "planner", to: "finance").delegation)
        fixture.switches.stop(agent)
        let reason = DecisionReason(.agentDisabled, "the agent `\(agent)` is switched off: it misbehaves")
        let chained = try await call("finance", "payments.read", with: chain)
        #expect(chained.reason == (agent == "orchestrator" ? chained.reason : reason))
        #expect(chained.outcome == (agent == "orchestrator" ? .allow : .deny))
        let handed = try await delegation(from: "planner", to: "finance")
        #expect(handed.outcome == (agent == "orchestrator" ? .allow : .deny))
        let acted = try await call("orchestrator", "payments.read", with: nil, more: #", "agent": {"id": "finance"}"#)
        #expect(acted.outcome == (agent == "planner" ? .allow : .deny))
        fixture.switches.stop()
        #expect(try await call("finance", "payments.read", with: chain).outcome == .allow)
    }
}
