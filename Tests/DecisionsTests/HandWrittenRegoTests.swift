import AegisTesting
import Approvals
import Decisions
import Foundation
import PolicyBundles
import PolicyDocuments
import RegoSyntax
import SignedTokens
import Testing

/// Rego files of policies, through a whole bundle: a builtin that fails there must never be what lets a call through.
@Suite struct HandWrittenRegoTests {
    static let documents = """
        aegis: v1
        kind: Agent
        name: finance-agent
        identities: [{api_key: fin}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        parameters: {type: object, properties: {memo: {type: string}, amount: {type: number}}}
        ---
        aegis: v1
        kind: Policy
        name: permit
        agents: [finance-agent]
        tools: [payments.transfer]
        effect: allow
        ---
        aegis: v1
        kind: Policy
        name: memos
        agents: [finance-agent]
        tools: [payments.transfer]
        rego: memos.rego

        """

    func decide(_ rego: String, mode: String = "enforce", parameters: String) async throws -> Decision {
        try await fixture(rego, policy: "mode: \(mode)\n").decide(parameters: parameters)
    }

    func fixture(_ rego: String, policy more: String) throws -> DecisionFixture {
        let fixture = try DecisionFixture()
        let text = Self.documents + more
        let compiled = try PolicyCompiler(tenant: "acme").compile(
            PolicyTree(files: [
                SourceFile(name: "policies.yaml", text: text),
                SourceFile(name: "memos.rego", text: "package aegis.custom.memos\n\nimport input.params\n\n" + rego),
            ]))
        let key = try SigningKey(generating: .edDSA, name: "ops")
        let built = try BundleBuilder(
            metadata: BundleMetadata(tenant: "acme", version: 1, createdAt: "2026-11-23T00:00:00Z", author: "jane"),
            files: compiled.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        ).build(signedBy: key, at: 1_795_409_000)
        let verifier = try BundleVerifier(trust: KeyRing([TrustedKey(key.verificationKey)]), tenant: "acme")
        let bundle = try verifier.verify(
            UnverifiedBundle(archive: built.archive, name: "acme.tar.gz"), now: 1_795_409_523)
        try fixture.policies.activate(bundle, now: fixture.clock.now)
        return fixture
    }

    @Test(
        arguments: [
            (#"sanitize contains {"detectors": ["us_ssn"], "on": "result"}"#, true),
            // Before the call its condition is not met, and after it it is.
            (#"sanitize contains {"detectors": ["us_ssn"], "on": "result"} if input.phase == "result""#, true),
            (#"sanitize contains {"detectors": ["us_ssn"], "on": concat("", ["re", "sult"])}"#, true),
            (#"sanitize contains {"detectors": ["us_ssn"], "paths": ["$.memo"]}"#, false),
        ])
    func `a result that a Rego file takes something out of is asked for`(rego: String, isChecked: Bool) async throws {
        #expect(try await decide(rego, parameters: "{}").mustCheckResult == isChecked)
        let decided = try await decide(rego, mode: "shadow", parameters: "{}")
        #expect(!decided.mustCheckResult)
    }

    @Test(arguments: [
        (#"sanitize contains {"detectors": ["us_ssn"], "on": "result"} if input.phase == "result""#, Outcome.deny),
        (#"sanitize contains {"detectors": ["us_ssn"], "on": "result"} if params.memo == "x""#, .allow),
        (#"sanitize contains {"detectors": ["us_ssn"], "paths": ["$.memo"]} if input.phase == "result""#, .allow),
        (#"sanitize contains {"detectors": ["us_ssn"], "on": "result"} if 10 / params.amount > 1"#, .deny),
    ])
    func `a result that nobody will see is asked about before the call`(rego: String, outcome: Outcome) async throws {
        let fixture = try fixture(rego, policy: "mode: enforce\n")
        let decision = try await fixture.decide(parameters: #"{"amount": 1}"#, point: DecisionFixture.wire)
        #expect(decision.outcome == outcome, "\(decision.reason)")
    }

    static let recent = """
        deny contains "the memo's day is past" if time.parse_rfc3339_ns(params.memo) < input.now
        """

    @Test(
        arguments: [
            (recent, #"{"memo": "2030-01-01T00:00:00Z"}"#, Outcome.allow, ReasonCode.policyAllow),
            (recent, #"{"memo": "2020-01-01T00:00:00Z"}"#, .deny, .policyDeny),
            // What cannot be parsed is not taken for a memo that is not past.
            (recent, #"{"memo": "soon"}"#, .deny, .evaluationError),
            ("deny contains \"no\" if 10 / params.amount > 1", #"{"amount": 0}"#, .deny, .evaluationError),
            ("deny contains \"no\" if 10 / params.amount > 1", #"{"amount": 20}"#, .allow, .policyAllow),
            (
                "deny contains \"no\" if not fine\nfine if to_number(params.memo) > 1", #"{"memo": "x"}"#, .deny,
                .evaluationError
            ),
            (
                "deny contains \"no\" if [x | x := to_number(params.memo)] == [1]", #"{"memo": "x"}"#, .deny,
                .evaluationError
            ),
            ("allow if json.unmarshal(params.memo)", #"{"memo": "{"}"#, .deny, .evaluationError),
            // A parameter that is absent is undefined, no failure.
            (recent, "{}", .allow, .policyAllow),
        ])
    func `a failing builtin denies`(rego: String, parameters: String, outcome: Outcome, code: ReasonCode) async throws {
        let decision = try await decide(rego, parameters: parameters)
        #expect(decision.outcome == outcome)
        #expect(decision.reason.code == code, "\(decision.reason)")
    }

    @Test(arguments: ["enforce", "shadow"])
    func `two values at once stop a decision, but never by a policy in shadow`(mode: String) async throws {
        let rego = """
            limit := 1 if params.amount > 0

            limit := 2 if params.amount > 5

            deny contains "no" if limit == 2
            """
        let decision = try await decide(rego, mode: mode, parameters: #"{"amount": 7}"#)
        if mode == "enforce" {
            #expect(decision.outcome == .deny)
            #expect(decision.reason.message == "the policies could not be evaluated")
        } else {
            #expect(decision.outcome == .allow)
            #expect(decision.would?.outcome == .deny)
            #expect(decision.would?.reason.message == "the shadow policies could not be evaluated")
        }
        #expect(try await decide(rego, mode: mode, parameters: #"{"amount": 3}"#).outcome == .allow)
    }

    @Test(
        arguments: [
            // More memory than a decision may use, more time; an order that nobody can carry out.
            "deny contains \"no\" if count(numbers.range(1, 5000000)) < 0",
            "deny contains \"no\" if {some i, j in numbers.range(1, 5000); some k in numbers.range(1, 5000); i * j * k < 0}",
            "sanitize contains {\"detectors\": [\"email\"], \"action\": \"typo\"}",
        ])
    func `nothing that a policy in shadow does wrong stops a decision`(rego: String) async throws {
        #expect(try await decide(rego, parameters: "{}").outcome == .deny)
        let decision = try await decide(rego, mode: "shadow", parameters: "{}")
        #expect(decision.outcome == .allow)
        #expect(decision.would?.reason.message == "the shadow policies could not be evaluated")
    }

    @Test func `consent is to what a Rego file said, not to all that it may say`() async throws {
        let fixture = try fixture(
            """
            approval_needed contains "the amount is over 200" if params.amount > 200

            approval_needed contains "data of patients was read" if "phi" in input.session.labels

            approval_needed contains {"amount": params.amount} if params.amount > 900
            """, policy: #"approval: {approvers: ["role:treasurer"]}"# + "\n")
        func call(_ amount: Int, token: String? = nil) async throws -> Decision {
            let token = token.map { #", "override_token": "\#($0)""# } ?? ""
            return try await fixture.decide(
                parameters: #"{"amount": \#(amount)}"#, more: #", "session_id": "s-1""# + token)
        }
        func approved(_ held: Decision) async throws -> (approval: Approval, token: String) {
            let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) }, "\(held.reason)")
            let approval = try await fixture.desk.approve(id, by: DecisionFixture.jane)
            return (approval, try await fixture.desk.collectToken(id, byAgent: "finance-agent", tenant: "acme"))
        }
        let first = try await approved(try await call(300))
        #expect(first.approval.terms.requirements.map(\.reason) == ["the amount is over 200"])
        let read = try fixture.sessions.take(
            SessionStep(tool: "ehr.read", labels: ["phi"]),
            in: SessionKey(tenant: "acme", agent: "finance-agent", sessionID: "s-1"), by: "finance-agent",
            now: fixture.clock.now)
        fixture.sessions.settle(read)
        let held = try await call(300, token: first.token)
        #expect(held.outcome == .approvalNeeded)
        let both = try await approved(held)
        #expect(both.approval.id != first.approval.id)
        #expect(
            both.approval.terms.requirements.map(\.reason) == ["data of patients was read", "the amount is over 200"])
        let decision = try await call(300, token: both.token)
        #expect(decision.outcome == .allow)
        // What is no text is named by its JSON.
        let third = try await approved(try await call(1000))
        #expect(third.approval.terms.requirements.map(\.reason).contains(#"{"amount":1000}"#))
        #expect(try await call(1000, token: third.token).outcome == .allow)
    }

    @Test func `more reasons than anybody reads are refused`() async throws {
        let rego = "approval_needed contains sprintf(\"reason %d\", [n]) if some n in numbers.range(1, params.amount)"
        let fixture = try fixture(rego, policy: #"approval: {approvers: ["role:treasurer"]}"# + "\n")
        #expect(try await fixture.decide(parameters: #"{"amount": 100}"#).outcome == .approvalNeeded)
        #expect(try await fixture.decide(parameters: #"{"amount": 101}"#).reason.code == .evaluationError)
    }

    @Test func `a failing builtin of a shadow policy decides nothing`() async throws {
        let decision = try await decide(Self.recent, mode: "shadow", parameters: #"{"memo": "soon"}"#)
        #expect(decision.outcome == .allow)
        let denied = try await decide(Self.recent, mode: "shadow", parameters: #"{"memo": "2020-01-01T00:00:00Z"}"#)
        #expect(denied.outcome == .allow)
        #expect(denied.would?.outcome == .deny)
    }
}
