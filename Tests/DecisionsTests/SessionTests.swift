import AegisTesting
import Approvals
import Crypto
import Decisions
import RegoValues
import Synchronization
import Testing

/// What a session has seen decides what may follow.
@Suite struct SessionTests {
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
        name: web.read
        emits: [untrusted]
        ---
        aegis: v1
        kind: Tool
        name: kyc.check
        ---
        aegis: v1
        kind: Tool
        name: account.open
        ---
        aegis: v1
        kind: Tool
        name: mail.send
        parameters: {type: object, required: [to], properties: {to: {type: string}}}
        ---
        aegis: v1
        kind: Policy
        name: reading
        agents: [clerk]
        tools: [web.read, kyc.check]
        effect: allow
        ---
        aegis: v1
        kind: Policy
        name: mailing
        agents: [clerk]
        tools: [mail.send]
        max_distinct: [{of: params.to, limit: 3}]
        rules:
          - {name: clean, effect: allow, when: ['not "untrusted" in session.labels']}
          - {name: tainted, effect: approval_needed, when: ['"untrusted" in session.labels'], approval: {approvers: ["role:treasurer"]}}
        ---
        aegis: v1
        kind: Policy
        name: opening
        agents: [clerk]
        tools: [account.open]
        rules: [{name: checked, effect: allow, when: ['"kyc.check" in object.keys(session.tools)', session.calls < 10]}]
        ---
        aegis: v1
        kind: Tool
        name: account.close
        ---
        aegis: v1
        kind: Tool
        name: account.move
        ---
        aegis: v1
        kind: Policy
        name: closing
        agents: [clerk]
        tools: [account.close]
        rules: [{name: right-after, effect: allow, when: [session.last == "kyc.check"]}]
        ---
        aegis: v1
        kind: Policy
        name: moving
        agents: [clerk]
        tools: [account.move]
        rules:
          - name: checked-since
            effect: allow
            when: ['object.get(session.latest, "kyc.check", 0) > object.get(session.latest, "web.read", 0)']
        ---
        aegis: v1
        kind: Tool
        name: feed.read
        emits: [untrusted]
        ---
        aegis: v1
        kind: Policy
        name: feed
        agents: [clerk]
        tools: [feed.read]
        effect: allow
        rps: 1
        burst: 1
        """

    init() throws {
        fixture = try DecisionFixture(keys: ["clerk"])
        try fixture.activate(Self.policies)
    }

    func call(_ tool: String, to: String? = nil, session: String? = "s-1", more: String = "") async throws -> Decision {
        let session = session.map { #", "session_id": "\#($0)""# } ?? ""
        return try await fixture.decide(
            key: "clerk", tool: tool, parameters: to.map { #"{"to": "\#($0)"}"# } ?? "{}", more: session + more)
    }

    @Test func `after something untrusted was read, sending waits for a person`() async throws {
        #expect(try await call("mail.send", to: "a").outcome == .allow)
        #expect(try await call("web.read").outcome == .allow)
        #expect(try await call("mail.send", to: "a").outcome == .approvalNeeded)
        #expect(try await call("mail.send", to: "a", session: "s-2").outcome == .allow)
    }

    @Test func `a call that names no session belongs to its agent's own`() async throws {
        #expect(try await call("web.read", session: nil).outcome == .allow)
        #expect(try await call("mail.send", to: "a", session: nil).outcome == .approvalNeeded)
        #expect(try await call("mail.send", to: "a", session: "clerk").outcome == .allow)
    }

    @Test func `no more than three different recipients, the same ones again as often as you like`() async throws {
        for to in ["a", "b", "c", "a", "b", "c"] { #expect(try await call("mail.send", to: to).outcome == .allow) }
        let fourth = try await call("mail.send", to: "d")
        #expect(
            fourth.reason
                == DecisionReason(
                    .distinctExceeded, "the session would have more than 3 different values here", policy: "mailing",
                    rule: "max_distinct params.to"))
        #expect(try await call("mail.send", to: "c").outcome == .allow)
        #expect(try await call("mail.send", to: "d", session: "s-2").outcome == .allow)
    }

    @Test func `this tool only after that one`() async throws {
        #expect(try await call("account.open").reason.code == .noMatchingRule)
        #expect(try await call("kyc.check").outcome == .allow)
        #expect(try await call("account.open").outcome == .allow)
        for _ in 0..<8 { _ = try await call("kyc.check") }
        #expect(try await call("account.open").reason.code == .noMatchingRule)
    }

    @Test func `what came last, and what came since, is known`() async throws {
        #expect(try await call("account.close").reason.code == .noMatchingRule)
        #expect(try await call("account.move").reason.code == .noMatchingRule)
        #expect(try await call("kyc.check").outcome == .allow)
        #expect(try await call("account.close").outcome == .allow)
        #expect(try await call("account.close").reason.code == .noMatchingRule)
        #expect(try await call("account.move").outcome == .allow)
        #expect(try await call("web.read").outcome == .allow)
        #expect(try await call("account.move").reason.code == .noMatchingRule)
        #expect(try await call("kyc.check").outcome == .allow)
        #expect(try await call("account.move").outcome == .allow)
    }

    @Test func `of sixty-four callers at once no more pass than a count of calls lets through`() async throws {
        #expect(try await call("kyc.check").outcome == .allow)
        let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { try await call("account.open").outcome == .allow } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 9)
    }

    @Test func `a label stays when one of the calls that brought it is refused`() async throws {
        let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { try await call("feed.read").outcome == .allow } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 1)
        #expect(try await call("mail.send", to: "a").outcome == .approvalNeeded)
    }

    @Test func `a call that is under way forbids already, and permits nothing yet`() async throws {
        let key = SessionKey(tenant: "acme", agent: "clerk", sessionID: "s-1")
        func take(_ tool: String, _ labels: [String] = []) throws -> SessionLedger.Ticket {
            try fixture.sessions.take(
                SessionStep(tool: tool, labels: labels), in: key, by: "clerk", now: fixture.clock.now)
        }
        let checking = try take("kyc.check")
        #expect(try await call("account.open").reason.code == .noMatchingRule)
        fixture.sessions.settle(checking)
        #expect(try await call("account.open").outcome == .allow)
        let reading = try take("web.read", ["untrusted"])
        #expect(try await call("mail.send", to: "a").outcome == .approvalNeeded)
        fixture.sessions.undo(reading)
        #expect(try await call("mail.send", to: "a").outcome == .allow)
    }

    private static func plain(_ condition: String) -> String {
        """
        aegis: v1
        kind: Agent
        name: clerk
        identities: [{api_key: clerk}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Tool
        name: kyc.check
        ---
        aegis: v1
        kind: Policy
        name: checking
        agents: [clerk]
        tools: [kyc.check]
        rules: [{name: fresh, effect: allow, when: ['\(condition)']}]
        """
    }

    /// Each time that the policies are asked costs the half of a decision.
    @Test(arguments: [
        ("true", 1), (#"not "untrusted" in session.labels"#, 1), ("session.calls < 10", 2),
        (#"session.last != "web.read""#, 2),
    ])
    func `policies are asked twice beside a call that is under way only where they look at calls`(
        condition: String, asked: Int
    ) async throws {
        let evaluations = Mutex(0)
        try fixture.activate(Self.plain(condition), version: 2) { evaluation in
            { input, heap, now in
                evaluations.withLock { $0 += 1 }
                return try evaluation(input, heap, now)
            }
        }
        _ = try fixture.sessions.take(
            SessionStep(tool: "kyc.check"), in: SessionKey(tenant: "acme", agent: "clerk", sessionID: "s-1"),
            by: "clerk", now: fixture.clock.now)
        #expect(try await call("kyc.check").outcome == .allow)
        #expect(evaluations.withLock { $0 } == asked)
    }

    @Test func `a call that does not come to pass leaves nothing behind`() async throws {
        #expect(try await call("web.read", more: #", "dry_run": true"#).reason.code == .dryRunNotGranted)
        fixture.recorder.fault.isActive = true
        #expect(try await call("web.read").reason.code == .auditUnavailable)
        fixture.recorder.fault.isActive = false
        #expect(try await call("mail.send", to: "a").outcome == .allow)
        fixture.recorder.fault.isActive = true
        #expect(try await call("mail.send", to: "b").reason.code == .auditUnavailable)
        fixture.recorder.fault.isActive = false
        for to in ["c", "d"] { #expect(try await call("mail.send", to: to).outcome == .allow) }
        #expect(try await call("mail.send", to: "b").reason.code == .distinctExceeded)
    }

    @Test func `where a tenant says so, each agent has one session, whatever it names`() async throws {
        try fixture.activate(
            Self.policies + "\n---\naegis: v1\nkind: Tenant\nname: acme\nsessions: agent\n", version: 2)
        #expect(try await call("web.read", session: "s-1").outcome == .allow)
        #expect(try await call("mail.send", to: "a", session: "s-2").outcome == .approvalNeeded)
        #expect(try await call("mail.send", to: "a", session: nil).outcome == .approvalNeeded)
    }

    @Test func `a session that was quiet for a day is over`() async throws {
        _ = try await call("web.read")
        fixture.clock.advance(seconds: SessionLedger.life + 1)
        #expect(try await call("mail.send", to: "a").outcome == .allow)
    }

    @Test func `of sixty-four callers at once three get their own recipient through`() async throws {
        let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for caller in 0..<64 {
                group.addTask { try await call("mail.send", to: "r-\(caller)").outcome == .allow }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 3)
    }

    @Test func `one tenant's session says nothing to another's`() throws {
        let ledger = SessionLedger(markKey: SymmetricKey(size: .bits256))
        let now = Timestamp(seconds: 1000)
        _ = try ledger.take(
            SessionStep(tool: "t", labels: ["x"]), in: SessionKey(tenant: "acme", agent: "a", sessionID: "s"), by: "a",
            now: now)
        #expect(ledger.facts(SessionKey(tenant: "globex", agent: "a", sessionID: "s"), now: now) == SessionFacts())
        #expect(ledger.facts(SessionKey(tenant: "acme", agent: "s", sessionID: nil), now: now) == SessionFacts())
    }
}
