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
        from key: String, to delegate: String, with chain: String? = nil, session: String? = "s-1", more: String = ""
    ) async throws -> Decision {
        let carried = chain.map { #", "delegation": "\#($0)""# } ?? ""
        let session = session.map { #", "session_id": "\#($0)""# } ?? ""
        return await fixture.point.delegate(
            json: Array(#"{"to": "\#(delegate)"\#(carried)\#(session)\#(more)}"#.utf8),
            credentials: try DecisionFixture.credentials(key), point: DecisionFixture.api)
    }

    func call(_ key: String, _ tool: String, with chain: String?, session: String? = "s-1", more: String = "")
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

    static let shadowing = policies + "\n---\naegis: v1\nkind: Tenant\nname: acme\nmode: shadow\n"

    @Test func `a tenant that only shadows hands on what it would not, and says so`() async throws {
        try fixture.activate(Self.shadowing, version: 2)
        let refusal = DecisionReason(.callerNotAllowed, "the agent `ledger` accepts no calls from `planner`")
        let minted = try await delegation(from: "planner", to: "ledger")
        #expect(minted.outcome == .allow && minted.reason == refusal)
        #expect(minted.would?.reason == refusal && minted.wouldOutcome == .deny)
        #expect(try await call("ledger", "ledger.read", with: try #require(minted.delegation)).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["planner"])
        let called = try await call("orchestrator", "agents.finance", with: nil)
        #expect(called.outcome == .allow && called.delegation != nil)
        #expect(called.would?.reason.code == .callerNotAllowed)
        // There is no chain to an agent that there is not.
        let nobody = try await delegation(from: "planner", to: "nobody")
        #expect(nobody.outcome == .deny && nobody.delegation == nil)
    }

    @Test func `what is wrong with a chain denies where a tenant only shadows, too`() async throws {
        let chain = try #require(try await delegation(from: "planner", to: "finance").delegation)
        try fixture.activate(Self.shadowing, version: 2)
        #expect(try await call("finance", "payments.read", with: chain).outcome == .allow)
        try fixture.activate(Self.shadowing.replacing("planner", with: "gone"), version: 3)
        let denied = try await call("finance", "payments.read", with: chain)
        #expect(denied.outcome == .deny && denied.reason.code == .chainInvalid)
    }

    @Test func `policies and the record see the proven chain`() async throws {
        let first = try #require(try await delegation(from: "planner", to: "finance").delegation)
        #expect(try await call("finance", "payments.read", with: first).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["planner"])
        let second = try #require(try await delegation(from: "finance", to: "ledger", with: first).delegation)
        #expect(try await call("ledger", "ledger.read", with: second).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["planner", "finance"])
    }

    @Test func `who acts in an agent's name stands behind the chain that it hands on, whoever carries it`() async throws
    {
        let acting = #", "agent": {"id": "finance"}"#
        let first = try #require(
            try await delegation(from: "orchestrator", to: "ledger", more: acting).delegation)
        let token = try UnverifiedToken(compact: first).verified(
            by: KeyRing([TrustedKey(fixture.signingKey.verificationKey)]), type: DelegationToken.type)
        let claims = try token.claims()
        withExtendedLifetime(claims) {
            #expect(claims.root.lookup("orchestrators").elements.map(\.string) == ["orchestrator"])
        }
        #expect(try await call("ledger", "ledger.read", with: first).outcome == .allow)
        #expect(fixture.recorder.entries.last?.chain == ["finance"], "policies and records see agents only")
        let second = try #require(try await delegation(from: "ledger", to: "finance", with: first).delegation)
        #expect(try await call("finance", "ledger.read", with: second).outcome == .allow)
        fixture.switches.stop("orchestrator")
        #expect(try await call("ledger", "ledger.read", with: first).reason.code == .agentDisabled)
        #expect(try await call("finance", "ledger.read", with: second).reason.code == .agentDisabled)
        let own = try #require(try await delegation(from: "finance", to: "ledger").delegation)
        #expect(try await call("ledger", "ledger.read", with: own).outcome == .allow)
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
        let flipped = "\(parts[0]).\(parts[1]).\(parts[2].hasPrefix("A") ? "B" : "A")\(parts[2].dropFirst())"
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

    @Test func `there is no delegation without a session, so none is replayed in another`() async throws {
        let message = "a delegation belongs to a session, and the call names none; send its `session_id`"
        let unbound = try await delegation(from: "planner", to: "finance", session: nil)
        #expect(unbound.reason == DecisionReason(.chainInvalid, message))
        #expect(unbound.delegation == nil)
        // A tool behind which an agent stands is not called without the chain that narrows it.
        let handed = try await call("planner", "agents.finance", with: nil, session: nil)
        #expect(handed.reason == DecisionReason(.chainInvalid, message))
    }

    /// What a key of ours could have signed, and still is no chain for finance in the session s-1.
    static let signed: [(changed: String, claims: String, type: String, message: String)] = [
        ("nothing", "", DelegationToken.type, ""),
        ("gateway", #""aud": "another""#, DelegationToken.type, "the delegation was made for another gateway"),
        ("tenant", #""tenant": "globex""#, DelegationToken.type, "the delegation was made for another tenant"),
        ("agent", #""may_act": {"sub": "ledger"}"#, DelegationToken.type, "the delegation was made for another agent"),
        ("session", #""session_id": "s-2""#, DelegationToken.type, "the delegation was made for another session"),
        ("no session", #""session_id": null"#, DelegationToken.type, "the delegation lacks `session_id`"),
        ("future", #""iat": LATER"#, DelegationToken.type, "the delegation is not valid yet"),
        ("no identifier", #""jti": """#, DelegationToken.type, "the delegation lacks `jti`"),
        (
            "subject", #""sub": "ledger""#, DelegationToken.type,
            "the delegation's chain does not begin with its subject"
        ),
        (
            "order", #""act": {"sub": "planner", "act": {"sub": "orchestrator"}}"#, DelegationToken.type,
            "the delegation's chain does not begin with its subject"
        ),
        (
            "nameless actor", #""act": {"sub": "planner", "act": {}}"#, DelegationToken.type,
            "the delegation lacks `act`"
        ),
        ("no chain", #""act": null"#, DelegationToken.type, "the delegation lacks `act`"),
        (
            "depth", "\"act\": \(ChainTests.nested(9))", DelegationToken.type, "the call chain is longer than 8 agents"
        ),
        (
            "type", "", "aegis-override+jwt",
            "the delegation is not one of ours: the token's type is not `aegis-delegation+jwt`"
        ),
    ]

    /// `act` within `act`, of as many planners.
    static func nested(_ depth: Int) -> String {
        String(repeating: #"{"sub": "planner", "act": "#, count: depth - 1) + #"{"sub": "planner"}"#
            + String(repeating: "}", count: depth - 1)
    }

    @Test(arguments: signed.indices)
    func `a delegation that our key signed is still checked in everything`(row: Int) async throws {
        let (_, changed, type, message) = Self.signed[row]
        let issuedAt = fixture.clock.now.seconds
        var claims = [
            "iss": #""test""#, "aud": #""test""#, "jti": #""dlg_1""#, "iat": "\(issuedAt)", "exp": "\(issuedAt + 300)",
            "tenant": #""acme""#, "sub": #""planner""#, "act": #"{"sub": "planner"}"#,
            "may_act": #"{"sub": "finance"}"#,
            "session_id": #""s-1""#,
        ]
        if let colon = changed.firstIndex(of: ":") {
            claims[String(changed[..<colon]).replacing("\"", with: "")] =
                String(changed[changed.index(after: colon)...]).replacing("LATER", with: "\(issuedAt + 120)")
        }
        let text = "{" + claims.map { "\"\($0.key)\": \($0.value)" }.sorted().joined(separator: ", ") + "}"
        let token = try fixture.signingKey.token(over: Array(text.utf8), type: type)
        let decision = try await call("finance", "payments.read", with: token)
        #expect(decision.outcome == (message.isEmpty ? .allow : .deny))
        #expect(message.isEmpty ? decision.reason.code == .policyAllow : decision.reason.code == .chainInvalid)
        #expect(message.isEmpty || decision.reason.message == message)
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

    @Test func `an answer under an idempotency key is for who called, not for others in the same agent's name`()
        async throws
    {
        func transfer(_ key: String) async throws -> Decision {
            let claim = key == "finance" ? "" : #", "agent": {"id": "finance"}"#
            return try await call(
                key, "payments.transfer", with: nil, more: #", "idempotency_key": "k-1"\#(claim)"#)
        }
        let first = try await transfer("orchestrator")
        #expect(first.outcome == .allow)
        #expect(try await transfer("orchestrator").id == first.id)
        #expect(try await transfer("finance").reason.code == .idempotencyConflict)
        #expect(fixture.recorder.entries.count == 2)
    }

    @Test func `a call that is repeated hands on a chain that holds, and none to who is switched off`() async throws {
        func ask() async throws -> Decision {
            try await call("planner", "agents.finance", with: nil, more: #", "idempotency_key": "k-1""#)
        }
        let first = try await ask()
        let chain = try #require(first.delegation)
        fixture.clock.advance(seconds: 600)
        #expect(try await call("finance", "payments.read", with: chain).reason.code == .chainInvalid)
        for version in 1...2 {
            if version > 1 { try fixture.activate(Self.policies, version: version) }
            let again = try await ask()
            #expect(again.id == first.id)
            let fresh = try #require(again.delegation)
            #expect(
                String(decoding: again.json, as: UTF8.self)
                    == String(decoding: first.json, as: UTF8.self).replacing(chain, with: fresh))
            #expect(try await call("finance", "payments.read", with: fresh).outcome == .allow)
        }
        fixture.switches.stop("finance")
        let stopped = try await ask()
        #expect(stopped.reason.code == .agentDisabled)
        #expect(stopped.delegation == nil)
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

/// What the policies about an agent in the chain say of a call that another makes for it.
@Suite struct NarrowedChainTests {
    let fixture: DecisionFixture

    static let policies = """
        aegis: v1
        kind: Agent
        name: planner
        identities: [{api_key: planner}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Agent
        name: finance
        identities: [{api_key: finance}]
        scopes: ["*"]
        accepts_from: [planner]
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        parameters:
          type: object
          properties: {amount: {type: integer, default: 0}, memo: {type: string}}
        ---
        aegis: v1
        kind: Tool
        name: payments.close
        ---
        aegis: v1
        kind: Tool
        name: ledger.read
        ---
        aegis: v1
        kind: Policy
        name: finance-pays
        agents: [finance]
        tools: ["payments.*"]
        effect: allow
        ---
        aegis: v1
        kind: Policy
        name: planner-pays-little
        agents: [planner]
        tools: [payments.transfer]
        effect: allow
        sanitize: [{detectors: [email], paths: ["$.memo"]}]
        daily_budget: 1 USD
        cost: "1000"
        rules:
          - {name: much, effect: deny, when: [params.amount > 100], reason: planners move 100 at most}
          - {name: some, effect: approval_needed, when: [params.amount > 50], approval: {approvers: ["role:treasurer"]}}
        ---
        aegis: v1
        kind: Policy
        name: planner-closes-nothing
        agents: [planner]
        tools: [payments.close]
        rules:
          - {name: never, effect: deny, reason: planners close nothing}
        ---
        aegis: v1
        kind: Policy
        name: planner-reads
        agents: [planner]
        tools: [ledger.read]
        effect: allow
        """

    init() throws {
        fixture = try DecisionFixture(keys: ["planner", "finance"])
        try fixture.activate(Self.policies)
    }

    func transfer(_ parameters: String, tool: String = "payments.transfer", through planner: Bool) async throws
        -> Decision
    {
        var more = #", "session_id": "s-1""#
        if planner {
            let minted = await fixture.point.delegate(
                json: Array(#"{"to": "finance", "session_id": "s-1"}"#.utf8),
                credentials: try DecisionFixture.credentials("planner"), point: DecisionFixture.api)
            let chain = try #require(minted.delegation)
            more += #", "delegation": "\#(chain)""#
        }
        return try await fixture.decide(key: "finance", tool: tool, parameters: parameters, more: more)
    }

    @Test(
        arguments: [
            (#"{"amount": 40}"#, Outcome.allow, "finance-pays", nil),
            (#"{"amount": 60}"#, .approvalNeeded, "planner-pays-little", "some"),
            (#"{"amount": 101}"#, .deny, "planner-pays-little", "much"),
            (#"{"amount": 5, "memo": "to a@b.co"}"#, .sanitize, "finance-pays", nil),
        ] as [(String, Outcome, String, String?)])
    func `denials, approvals and sanitizers of the chain's agents hold`(
        parameters: String, outcome: Outcome, policy: String, rule: String?
    ) async throws {
        let chained = try await transfer(parameters, through: true)
        #expect(chained.outcome == outcome)
        #expect(chained.reason.policy == policy)
        if let rule { #expect(chained.reason.rule == rule) }
        let alone = try await transfer(parameters, through: false)
        #expect(alone.outcome == .allow)
    }

    @Test(arguments: [0, 299, 3600])
    func `what the chain's agents take out of results is taken out, also when the chain has expired since`(
        seconds: Int64
    ) async throws {
        try fixture.activate(
            Self.policies.replacing(
                "sanitize: [{detectors: [email], paths: [\"$.memo\"]}]",
                with: "sanitize: [{detectors: [email], on: result}]"),
            version: 2)
        let minted = await fixture.point.delegate(
            json: Array(#"{"to": "finance", "session_id": "s-1"}"#.utf8),
            credentials: try DecisionFixture.credentials("planner"), point: DecisionFixture.api)
        let chain = try #require(minted.delegation)
        fixture.clock.advance(seconds: seconds)
        func result(_ more: String) async throws -> ResultAnswer {
            await fixture.point.redactResult(
                json: Array(
                    #"{"tool": {"name": "payments.transfer"}, "session_id": "s-1", "result": "to a@b.co"\#(more)}"#.utf8
                ),
                credentials: try DecisionFixture.credentials("finance"), point: DecisionFixture.api)
        }
        let chained = try await result(#", "delegation": "\#(chain)""#)
        #expect(chained.result.map { String(decoding: $0, as: UTF8.self) } == #""to [REDACTED:email]""#)
        #expect(fixture.recorder.entries.last?.chain == ["planner"])
        let alone = try await result("")
        #expect(alone.decision.outcome == .allow)
        let forged = try await result(#", "delegation": "e30.e30.c2ln""#)
        #expect(forged.decision.reason.code == .chainInvalid)
        #expect(forged.result == nil)
    }

    @Test func `a tool that the chain's agents may never call is not called for them`() async throws {
        let chained = try await transfer("{}", tool: "payments.close", through: true)
        #expect(
            chained.reason
                == DecisionReason(
                    .policyDeny, "planners close nothing", policy: "planner-closes-nothing", rule: "never"))
        #expect(try await transfer("{}", tool: "payments.close", through: false).outcome == .allow)
    }

    @Test func `the chain's policies permit nothing`() async throws {
        #expect(try await transfer("{}", tool: "ledger.read", through: true).reason.code == .noMatchingRule)
    }
}
