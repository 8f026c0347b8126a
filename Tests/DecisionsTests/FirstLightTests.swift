import AegisTesting
import Approvals
import Decisions
import Foundation
import PolicyBundles
import PolicyDocuments
import RegoSyntax
import RegoValues
import SignedTokens
import Testing

/// The policies of examples/first-light, compiled, signed, verified and decided over: the stories that its demo plays.
@Suite struct FirstLightTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture(keys: ["finance-1", "clinical-1", "llm-1", "research-1", "support-1"])
        let folder = "examples/first-light/policies"
        let sources = try ["agents.yaml", "policies.yaml", "tools.yaml"].map { name in
            SourceFile(name: name, text: try Repository.text("\(folder)/\(name)"))
        }
        let compiled = try PolicyCompiler(tenant: "acme").compile(PolicyTree(files: sources))
        let key = try SigningKey(generating: .edDSA, name: "ops")
        let built = try BundleBuilder(
            metadata: BundleMetadata(tenant: "acme", version: 1, createdAt: "2026-11-23T00:00:00Z", author: "jane"),
            files: compiled.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        ).build(signedBy: key, at: 1_795_409_000)
        let verifier = try BundleVerifier(trust: KeyRing([TrustedKey(key.verificationKey)]), tenant: "acme")
        let bundle = try verifier.verify(
            UnverifiedBundle(archive: built.archive, name: "acme.tar.gz"), now: 1_795_409_523)
        try fixture.policies.activate(bundle, now: fixture.clock.now)
    }

    func pay(_ amount: String, more: String = "", currency: String = "EUR") async throws -> Decision {
        try await fixture.decide(
            key: "finance-1",
            parameters: #"{"amount": \#(amount), "currency": "\#(currency)", "to": "DE89370400440532013000"}"#,
            more: #", "request": {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}\#(more)"#)
    }

    func read(_ target: String, purpose: String? = "care") async throws -> Decision {
        let heap = Heap()
        return await fixture.point.decide(
            DecisionRequest(
                heap: heap,
                subject: .wire(WireRequest(method: "GET", host: "ehr.acme.example", target: target)),
                context: purpose.map { heap.object([(heap.string("purpose" as StaticString), heap.string($0))]) }
                    ?? .emptyObject, credentials: try DecisionFixture.credentials("clinical-1"),
                point: DecisionFixture.wire))
    }

    @Test(arguments: [
        ("4999", Outcome.allow, ReasonCode.policyAllow), ("5000", .allow, .policyAllow),
        ("5000.01", .approvalNeeded, .approvalRequired), ("50000", .approvalNeeded, .approvalRequired),
        ("50001", .deny, .amountExceeded), (#""6,000""#, .deny, .parameterInvalid),
        (#""100""#, .deny, .parameterInvalid), (#"{"value": 100}"#, .deny, .parameterInvalid),
        ("null", .deny, .parameterInvalid), ("-1", .deny, .parameterInvalid), ("0", .deny, .parameterInvalid),
    ])
    func `payments pass, wait or stop by their amount`(amount: String, outcome: Outcome, code: ReasonCode) async throws
    {
        let decision = try await pay(amount)
        #expect(decision.outcome == outcome)
        #expect(decision.reason.code == code, "\(decision.reason)")
    }

    @Test func `a treasurer's approval lets exactly the held payment through once`() async throws {
        let held = try await pay("5001")
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        let token = try await fixture.desk.collectToken(id, byAgent: "finance-agent", tenant: "acme")
        let more = #", "override_token": "\#(token)""#
        #expect(try await pay("5002", more: more).reason.code == .tokenInvalid)
        let allowed = try await pay("5001", more: more)
        #expect(allowed.outcome == .allow)
        #expect(try await pay("5001", more: more).reason.code == .tokenUsed)
        #expect(try await pay("5001").outcome == .approvalNeeded)
    }

    @Test(
        arguments: [
            ("/ehr/p-17", "care", Outcome.allow, ReasonCode.policyAllow), ("/ehr/p-17", nil, .deny, .purposeMissing),
            ("/ehr/p-17", "marketing", .deny, .purposeMissing), ("/admin/p-17", "care", .deny, .endpointNotAllowed),
            ("/ehr/p-17?export=true", "care", .deny, .policyDeny), ("/ehr/../admin", "care", .deny, .parameterInvalid),
            ("/ehr/p-17?export=yes", "care", .deny, .parameterInvalid),
        ] as [(String, String?, Outcome, ReasonCode)])
    func `records are read for care at their endpoint`(
        target: String, purpose: String?, outcome: Outcome, code: ReasonCode
    ) async throws {
        let decision = try await read(target, purpose: purpose)
        #expect(decision.outcome == outcome)
        #expect(decision.reason.code == code, "\(decision.reason)")
    }

    @Test func `the model has a rate and a budget`() async throws {
        func ask(_ cost: String) async throws -> Decision {
            try await fixture.decide(
                key: "llm-1", tool: "llm.complete", parameters: #"{"prompt": "sum up", "cost_usd": \#(cost)}"#,
                more: #", "request": {"method": "POST", "host": "llm.acme.example", "path": "/v1/complete"}"#)
        }
        for _ in 0..<5 { #expect(try await ask("0.01").outcome == .allow) }
        let fast = try await ask("0.01")
        #expect(fast.reason.code == .rateExceeded)
        #expect(fast.limits.retryAfterSeconds == 1)
        fixture.clock.advance(seconds: 2)
        #expect(try await ask("9.95").limits.budgetRemaining == "10.00 USD")
        #expect(try await ask("10").limits.budgetRemaining == "0.00 USD")
        let spent = try await ask("0.000001")
        #expect(spent.reason.code == .budgetExceeded)
        #expect(spent.reason.policy == "llm-budget")
        #expect(try await ask("0").outcome == .allow)
    }

    @Test(arguments: [
        ("internal-api.company.local", Outcome.allow, ReasonCode.policyAllow),
        ("paste.example.net", .deny, .egressNotAllowed), ("acme.example.evil.net", .deny, .egressNotAllowed),
    ])
    func `agents reach only the hosts on the list`(host: String, outcome: Outcome, code: ReasonCode) async throws {
        let decision = try await fixture.decide(
            key: "research-1", WireRequest(method: "GET", host: host, target: "/status"))
        #expect(decision.outcome == outcome)
        #expect(decision.reason.code == code, "\(decision.reason)")
    }

    @Test func `a shadow policy says what it would have blocked`() async throws {
        let decision = try await pay("120", currency: "USD")
        #expect(decision.outcome == .allow)
        #expect(decision.wouldOutcome == .deny)
        #expect(decision.would?.reason.message == "Payments in dollars are frozen until the audit is over")
        #expect(decision.would?.reason.policy == "dollar-freeze")
    }

    @Test func `personal data never enters a ticket`() async throws {
        let ticket = #"{"subject": "refund", "body": "SSN 536-22-1457, card 4111 1111 1111 1111, ann@example.com"}"#
        let request = #", "request": {"method": "POST", "host": "internal-api.company.local", "path": "/tickets"}"#
        let decision = try await fixture.decide(
            key: "support-1", tool: "tickets.create", parameters: ticket, more: request)
        #expect(decision.outcome == .sanitize)
        #expect(
            decision.parameters.map { String(decoding: $0, as: UTF8.self) }
                == #"{"body":"SSN [REDACTED:us_ssn], card [REDACTED:payment_card], [REDACTED:email]","subject":"refund"}"#
        )
        let wire = try await fixture.decide(
            key: "support-1",
            WireRequest(
                method: "POST", host: "internal-api.company.local", target: "/tickets",
                contentType: "application/json", body: Array(ticket.utf8)))
        #expect(wire.reason.code == .sanitizeUnsupported)
    }

    @Test func `an agent stays within its scopes`() async throws {
        let decision = try await fixture.decide(
            key: "llm-1", parameters: #"{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000"}"#)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .scopeExceeded)
    }
}
