import Approvals
import RegoValues
import Testing

@testable import Decisions
@testable import EnvoyAuthorization

@Suite struct CheckVerdictTests {
    private let request = CheckedRequest(method: "POST", host: "payments.acme.example", target: "/v1/transfers")
    private let credentials = [
        "x-aegis-api-key", "x-aegis-token", "x-aegis-session", "x-aegis-purpose", "x-aegis-delegation",
    ]

    private func decision(_ outcome: Outcome, _ code: ReasonCode, _ change: (inout Decision) -> Void = { _ in })
        -> Decision
    {
        var decision = Decision(
            id: DecisionID(high: 0x0194_0000_0000_7000, low: 0x8000_0000_0000_0001), outcome: outcome,
            reason: DecisionReason(code, "because", policy: "pay", rule: "large"),
            policyVersion: "acme/42@sha256:1f0c62b81a90", mode: .enforce, would: nil, tenant: "acme",
            agentID: "finance-agent", toolName: "payments.transfer", approval: nil, parameters: nil, redactions: [],
            limits: .init(), traceID: nil, isDryRun: false, receipt: nil, problem: nil, repeatedAnswer: nil)
        change(&decision)
        return decision
    }

    private func denial(
        _ verdict: CheckVerdict
    ) throws -> (status: Int, headers: [String: String], body: Value) {
        guard case .deny(let status, let headers, let body, _) = verdict else {
            Issue.record("let through: \(verdict)")
            throw CheckFault("let through")
        }
        // Kept for good: the value points into it.
        let document = Unmanaged.passRetained(try Document(json: Array(body.utf8))).takeUnretainedValue()
        let fields = Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return (status, fields, document.root)
    }

    @Test func `an allow names the decision and hides the agent's credentials`() {
        let verdict = CheckVerdict(decision(.allow, .policyAllow), on: request)
        let expected = CheckVerdict.allow(
            headers: [
                .init("x-aegis-decision-id", "01940000-0000-7000-8000-000000000001"),
                .init("x-aegis-policy-version", "acme/42@sha256:1f0c62b81a90"),
            ],
            removed: credentials + ["x-aegis-approval-id"],
            answered: [.init("x-aegis-decision-id", "01940000-0000-7000-8000-000000000001")],
            metadata: [
                .init("decision", "allow"), .init("decision_id", "01940000-0000-7000-8000-000000000001"),
                .init("reason", "policy_allow"), .init("mode", "enforce"),
                .init("policy_version", "acme/42@sha256:1f0c62b81a90"), .init("agent_id", "finance-agent"),
                .init("tool_name", "payments.transfer"),
            ])
        #expect(verdict == expected)
    }

    @Test func `a client's policy version never stands in for one that is missing`() {
        guard
            case .allow(let headers, let removed, _, _) = CheckVerdict(
                decision(.allow, .policyAllow) { $0.policyVersion = nil }, on: request)
        else {
            Issue.record("not an allow")
            return
        }
        #expect(headers.map(\.name) == ["x-aegis-decision-id"])
        #expect(removed == credentials + ["x-aegis-approval-id", "x-aegis-policy-version"])
    }

    @Test(arguments: [
        ("Bearer aegis_finance-1_secret", true), ("bearer  aegis_finance-1_secret", true),
        ("Basic dXNlcg==, Bearer aegis_k_s", true), ("Bearer eyJhbGciOi", false), ("Basic dXNlcg==", false),
        ("", false),
    ])
    func `an authorization is removed only where it carries an Aegis key`(value: String, removed: Bool) {
        var request = request
        request.headers["authorization"] = value
        guard case .allow(_, let names, _, _) = CheckVerdict(decision(.allow, .policyAllow), on: request) else {
            Issue.record("not an allow")
            return
        }
        #expect(names.contains("authorization") == removed)
    }

    @Test(arguments: [
        (ReasonCode.policyDeny, 403), (.noMatchingRule, 403), (.unauthenticatedAgent, 401), (.rateExceeded, 429),
        (.budgetExceeded, 429), (.requestTooLarge, 413), (.auditUnavailable, 403), (.tokenUsed, 403),
        (.tenantMismatch, 403),
    ])
    func `a deny has the status of its reason and the decision as its body`(code: ReasonCode, status: Int) throws {
        let denied = try denial(CheckVerdict(decision(.deny, code), on: request))
        #expect(denied.status == status)
        #expect(denied.headers["content-type"] == "application/json")
        #expect(denied.headers["x-aegis-decision-id"] == "01940000-0000-7000-8000-000000000001")
        #expect(denied.headers["retry-after"] == nil)
        #expect(denied.body.lookup("decision").string == "deny")
        #expect(denied.body.lookup("decision_reason").lookup("code").string == code.rawValue)
    }

    @Test(arguments: [(Int64(3), "3"), (0, "1")])
    func `a refused rate says when to come again`(seconds: Int64, header: String) throws {
        let decision = decision(.deny, .rateExceeded) { $0.limits.retryAfterSeconds = seconds }
        #expect(try denial(CheckVerdict(decision, on: request)).headers["retry-after"] == header)
    }

    @Test func `a held call names its approval`() throws {
        let decision = decision(.approvalNeeded, .approvalRequired) {
            $0.approval = .init(id: "apr_1", status: "pending", url: nil, expiresAt: Timestamp(seconds: 0))
        }
        let denied = try denial(CheckVerdict(decision, on: request))
        #expect(denied.status == 403)
        #expect(denied.headers["x-aegis-approval-id"] == "apr_1")
        #expect(denied.body.lookup("decision").string == "approval_needed")
    }

    @Test func `a call that needs rewriting is denied, and its rewritten parameters stay here`() throws {
        let decision = decision(.sanitize, .policyAllow) {
            $0.parameters = Array(#"{"memo": "[REDACTED]"}"#.utf8)
            $0.repeatedAnswer = Array(#"{"decision": "sanitize"}"#.utf8)
        }
        let denied = try denial(CheckVerdict(decision, on: request))
        #expect(denied.status == 403)
        #expect(denied.body.lookup("decision").string == "deny")
        #expect(denied.body.lookup("decision_reason").lookup("code").string == "sanitize_unsupported")
        #expect(denied.body.lookup("parameters").kind == .null)
    }

    @Test func `a problem is a denial, whatever the outcome says`() throws {
        let decision = decision(.allow, .policyAllow) { $0.problem = .unauthenticated("nobody") }
        #expect(try denial(CheckVerdict(decision, on: request)).status == 401)
    }
}
