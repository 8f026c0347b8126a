import AegisTesting
import Approvals
import Decisions
import RegoValues
import Testing

@Suite struct IdentityTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture()
        try fixture.install { input in
            ScriptedPolicy.ruling(rule: input.lookup("agent").lookup("id").string ?? "")
        }
    }

    @Test(arguments: [
        "", "x", "aegis_fin", "aegis_fin_short", "aegis__" + String(repeating: "x", count: 43),
        "aegis_nobody_" + String(repeating: "x", count: 43), "aegis_fin_" + String(repeating: "y", count: 43),
        "AEGIS_fin_" + String(repeating: "x", count: 43),
    ])
    func `a key that proves nothing is nobody`(text: String) async throws {
        let decision = await fixture.point.decide(
            json: Array(#"{"tool": {"name": "payments.transfer"}}"#.utf8), credentials: Credentials(apiKey: text),
            point: DecisionFixture.api)
        #expect(decision.outcome == .deny)
        #expect(decision.problem?.status == 401)
        #expect(decision.reason.code == .unauthenticatedAgent)
        #expect(decision.tenant == nil)
    }

    @Test func `the agent is the one that the credential proves`() async throws {
        #expect(try await fixture.decide().reason.rule == "finance-agent")
        #expect(try await fixture.decide(more: #", "agent": {"id": "finance-agent"}"#).outcome == .allow)
        let claimed = try await fixture.decide(more: #", "agent": {"id": "llm-agent"}"#)
        #expect(
            claimed.reason
                == DecisionReason(
                    .unauthenticatedAgent, "the call claims another agent than its credential proves"))
        #expect(claimed.problem == nil)
        #expect(fixture.recorder.entries.last?.callerIdentity == "api_key:fin")
    }

    @Test func `a key of no agent, and a person, cannot call`() async throws {
        #expect(try await fixture.decide(key: "stray").reason.code == .unauthenticatedAgent)
        #expect(try await fixture.decide(key: "jane").reason.code == .unauthenticatedAgent)
        #expect(
            try await fixture.decide(key: "jane", more: #", "agent": {"id": "finance-agent"}"#).reason.code
                == .unauthenticatedAgent)
    }

    @Test func `a dry run takes a grant and has no effects`() async throws {
        try fixture.install(sequence: 2) { _ in FaultTests.charged }
        #expect(try await fixture.decide(more: #", "dry_run": true"#).reason.code == .dryRunNotGranted)
        for _ in 0..<2 {
            let dry = try await fixture.decide(
                key: "jane", more: #", "dry_run": true, "agent": {"id": "finance-agent"}"#)
            #expect(dry.outcome == .allow)
            #expect(dry.isDryRun)
        }
        #expect(fixture.ledger.calls == 0)
        try fixture.install(sequence: 3) { _ in ScriptedPolicy.approvalRuling() }
        let held = try await fixture.decide(key: "jane", more: #", "dry_run": true, "agent": {"id": "finance-agent"}"#)
        #expect(held.outcome == .approvalNeeded)
        #expect(held.approval == nil)
        #expect(try await fixture.desk.list(for: DecisionFixture.jane) == [])
    }

    @Test func `the listener's tenant and the credential's must be one`() async throws {
        let point = EnforcementPoint(name: "envoy", rewritesParameters: false, tenant: "globex")
        #expect(try await fixture.decide(point: point).reason.code == .tenantMismatch)
    }

    @Test func `one tenant sees, spends and approves nothing of another`() async throws {
        let ruling = ScriptedPolicy.ruling(budgets: CompositionTests.budget(1_000_000, cost: "1", per: "tenant"))
        try fixture.install(sequence: 2) { _ in ruling }
        #expect(try await fixture.decide(key: "globex").reason.code == .bundleUnavailable)
        try fixture.install(tenant: "globex") { _ in ruling }
        #expect(try await fixture.decide().outcome == .allow)
        #expect(try await fixture.decide(key: "globex").outcome == .allow)
        #expect(try await fixture.decide().reason.code == .budgetExceeded)
        try fixture.install(sequence: 3) { _ in ScriptedPolicy.approvalRuling() }
        let held = try await fixture.decide()
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        let stranger = Approver(tenant: "globex", name: "gina", roles: ["treasurer"])
        #expect(try await fixture.desk.list(for: stranger) == [])
        await #expect(throws: ApprovalError(.notFound, "there is no approval \(id)")) {
            try await fixture.desk.approve(id, by: stranger)
        }
    }

    @Test func `a key id that stands twice proves nobody`() throws {
        let key = try DecisionFixture.key("k")
        let caller = Caller(tenant: "acme", kind: .agent, name: nil, keyID: "k", method: .apiKey)
        let entry = APIKeyEntry(keyID: "k", digest: key.digest, caller: caller)
        var revoked = entry
        revoked.isRevoked = true
        #expect(APIKeyProver([entry]).prove(Credentials(apiKey: key.text)) == caller)
        #expect(APIKeyProver([entry, entry]).prove(Credentials(apiKey: key.text)) == nil)
        #expect(APIKeyProver([revoked]).prove(Credentials(apiKey: key.text)) == nil)
        let other = try #require(APIKey.generate(keyID: "k"))
        let twin = APIKeyEntry(keyID: "k", digest: other.digest, caller: caller)
        for text in [key.text, other.text] {
            #expect(APIKeyProver([entry, twin]).prove(Credentials(apiKey: text)) == nil)
        }
    }

    @Test func `two tenants may use one key id, and each key proves its own tenant's caller`() throws {
        let entries = try ["acme", "globex"].map { tenant in
            let key = try #require(APIKey.generate(keyID: "shop-1"))
            return (
                key,
                APIKeyEntry(
                    keyID: "shop-1", digest: key.digest,
                    caller: Caller(tenant: tenant, kind: .agent, name: nil, keyID: "shop-1", method: .apiKey))
            )
        }
        let prover = APIKeyProver(entries.map(\.1))
        for (key, entry) in entries {
            #expect(prover.prove(Credentials(apiKey: key.text)) == entry.caller)
        }
    }

    @Test func `a key proves nobody from the instant at which it expires, nor where there is no clock`() throws {
        let key = try DecisionFixture.key("k")
        let caller = Caller(tenant: "acme", kind: .agent, name: nil, keyID: "k", method: .apiKey)
        let end = Timestamp(seconds: 1_795_000_000)
        let entry = APIKeyEntry(keyID: "k", digest: key.digest, caller: caller, expiresAt: end)
        let credentials = Credentials(apiKey: key.text)
        #expect(
            APIKeyProver([entry], now: { Timestamp(nanoseconds: end.nanoseconds - 1) }).prove(credentials) == caller)
        #expect(APIKeyProver([entry], now: { end }).prove(credentials) == nil)
        #expect(APIKeyProver([entry]).prove(credentials) == nil)
    }

    @Test func `a rotated key holds until its time, and falls with its successor`() throws {
        let old = try #require(APIKey.generate(keyID: "fin"))
        let new = try #require(APIKey.generate(keyID: "fin"))
        let caller = Caller(tenant: "acme", kind: .agent, name: nil, keyID: "fin", method: .apiKey)
        let end = Timestamp(seconds: 1_795_000_000)
        var entry = APIKeyEntry(
            keyID: "fin", digest: new.digest, caller: caller, previous: .init(digest: old.digest, until: end))
        func proven(_ key: APIKey, _ nanosecondsAfterEnd: Int64 = -1) -> Caller? {
            APIKeyProver([entry], now: { Timestamp(nanoseconds: end.nanoseconds + nanosecondsAfterEnd) })
                .prove(Credentials(apiKey: key.text))
        }
        #expect(proven(old) == caller)
        #expect(proven(new) == caller)
        #expect(proven(old, 0) == nil)
        #expect(proven(new, 0) == caller)
        entry.isRevoked = true
        #expect(proven(old) == nil)
        #expect(proven(new) == nil)
        // A secret that two keys claim is neither's.
        entry.isRevoked = false
        let other = APIKeyEntry(keyID: "fin", digest: old.digest, caller: caller)
        #expect(
            APIKeyProver([entry, other], now: { Timestamp(nanoseconds: 0) }).prove(Credentials(apiKey: old.text)) == nil
        )
    }

    @Test func `a new key is told by its digest`() throws {
        let key = try #require(APIKey.generate(keyID: "k1"))
        #expect(APIKey(parsing: key.text)?.keyID == "k1")
        #expect(key.digest.count == 32)
        #expect(try #require(APIKey.generate(keyID: "k1")).text != key.text)
        #expect(APIKey.generate(keyID: "a_b") == nil)
    }

    @Test func `an older or other bundle of the same number never replaces the active one`() throws {
        try fixture.install(sequence: 5) { _ in "" }
        let registry = fixture.policies
        let older = try ScriptedPolicy.policy(sequence: 4) { _ in "" }
        #expect(!registry.activate(older, now: fixture.clock.now))
        #expect(registry.active(tenant: "acme")?.sequence == 5)
        #expect(
            registry.statuses["acme"]?.failure?.message
                == "acme/4@sha256:000000000000 is not newer than the active acme/5@sha256:000000000000")
        #expect(registry.activate(try ScriptedPolicy.policy(sequence: 6) { _ in "" }, now: fixture.clock.now))
        #expect(registry.statuses["acme"]?.failure == nil)
    }
}
