import Approvals
import Testing

@Suite struct ApprovalStateTests {
    let start = Timestamp(seconds: 1_795_409_523)

    func approval(
        approvers: [String] = ["role:treasurer"], quorum: Int = 1, excluded: [String] = ["owner"]
    ) -> Approval {
        Approval(
            ApprovalDraft(
                id: .random(),
                call: HeldCall(
                    tenant: "acme", agent: "finance-agent", tool: "payments.transfer", parametersDigest: "d1",
                    policyVersion: "acme/1@sha256:000000000000"),
                terms: ApprovalTerms(
                    policy: "payments", rule: "large", message: "large", approvers: approvers, quorum: quorum),
                decisionID: "decision-1", excluded: excluded, shownParameters: "{}"),
            now: start)
    }

    func person(_ name: String, tenant: String = "acme", roles: [String] = ["treasurer"]) -> Approver {
        Approver(tenant: tenant, name: name, roles: roles)
    }

    @Test func `one entitled person approves and the token's name is fixed`() throws {
        var approval = approval()
        try approval.approve(by: person("jane"), comment: "ok", now: start)
        #expect(approval.state == .approved)
        #expect(approval.tokenID?.count == 26)
    }

    @Test func `a quorum counts different people`() throws {
        var approval = approval(quorum: 2)
        try approval.approve(by: person("jane"), comment: nil, now: start)
        #expect(approval.state == .pending)
        #expect(approval.tokenID == nil)
        #expect(throws: ApprovalError(.alreadyVoted, "`jane` has decided \(approval.id) already")) {
            try approval.approve(by: person("jane"), comment: nil, now: start)
        }
        try approval.approve(by: person("ben"), comment: nil, now: start)
        #expect(approval.state == .approved)
    }

    @Test func `one refusal ends it whatever the quorum`() throws {
        var approval = approval(quorum: 3)
        try approval.approve(by: person("jane"), comment: nil, now: start)
        try approval.deny(by: person("ben"), comment: "no", now: start)
        #expect(approval.state == .denied)
        #expect(throws: ApprovalError.self) { try approval.approve(by: person("carl"), comment: nil, now: start) }
    }

    @Test(arguments: [
        ("owner", "acme", ["treasurer"], ApprovalError.Code.selfApproval),
        ("finance-agent", "acme", ["treasurer"], .selfApproval),
        ("jane", "acme", ["clerk"], .notEntitled),
        ("jane", "acme", [], .notEntitled),
        ("jane", "acme", ["role:treasurer"], .notEntitled),
        ("jane", "globex", ["treasurer"], .notFound),
    ])
    func `who may not decide is told so and changes nothing`(
        name: String, tenant: String, roles: [String], code: ApprovalError.Code
    ) {
        var approval = approval()
        let before = approval
        for verdict in [Approval.Vote.Verdict.approve, .deny] {
            let error = #expect(throws: ApprovalError.self) {
                switch verdict {
                case .approve:
                    try approval.approve(by: person(name, tenant: tenant, roles: roles), comment: nil, now: start)
                case .deny: try approval.deny(by: person(name, tenant: tenant, roles: roles), comment: nil, now: start)
                }
            }
            #expect(error?.code == code)
        }
        #expect(approval == before)
    }

    @Test func `an approval without approvers can be decided by nobody`() {
        var approval = approval(approvers: [])
        let error = #expect(throws: ApprovalError.self) {
            try approval.approve(by: person("jane"), comment: nil, now: start)
        }
        #expect(error?.message == "`jane` may not decide \(approval.id); it takes nobody")
    }

    @Test func `time alone ends a pending and an approved call`() throws {
        var approval = approval()
        let end = approval.expiresAt
        #expect(approval.state(at: Timestamp(nanoseconds: end.nanoseconds - 1)) == .pending)
        #expect(approval.state(at: end) == .expired)
        #expect(throws: ApprovalError(.expired, "\(approval.id) expired at \(end)")) {
            try approval.approve(by: person("jane"), comment: nil, now: end)
        }
        try approval.approve(by: person("jane"), comment: nil, now: start)
        #expect(approval.state(at: end) == .expired)
        let error = #expect(throws: ApprovalError.self) {
            try approval.redeem(tokenID: approval.tokenID ?? "", decisionID: "decision-2", now: end)
        }
        #expect(error?.code == .expired)
        let first = approval.expire(now: end)
        let second = approval.expire(now: end)
        #expect(first)
        #expect(!second)
    }

    @Test func `an approved call is redeemed once and given back only to its own decision`() throws {
        var approval = approval()
        try approval.approve(by: person("jane"), comment: nil, now: start)
        let token = try #require(approval.tokenID)
        #expect(throws: ApprovalError(.invalidToken, "the token does not belong to \(approval.id)")) {
            try approval.redeem(tokenID: "other", decisionID: "decision-2", now: start)
        }
        try approval.redeem(tokenID: token, decisionID: "decision-2", now: start)
        let error = #expect(throws: ApprovalError.self) {
            try approval.redeem(tokenID: token, decisionID: "decision-3", now: start)
        }
        #expect(error?.code == .alreadyRedeemed)
        approval.release(decisionID: "decision-3", now: start)
        #expect(approval.state == .redeemed)
        approval.release(decisionID: "decision-2", now: start)
        #expect(approval.state == .approved)
    }

    @Test func `only the requester withdraws`() throws {
        var approval = approval()
        let error = #expect(throws: ApprovalError.self) {
            try approval.withdraw(by: .agent("llm-agent"), tenant: "acme", now: start)
        }
        #expect(error?.code == .notRequester)
        try approval.withdraw(by: .agent("finance-agent"), tenant: "acme", now: start)
        #expect(approval.state == .withdrawn)
        #expect(throws: ApprovalError.self) { try approval.approve(by: person("jane"), comment: nil, now: start) }
    }

    @Test func `attaching never grows without end`() {
        var approval = approval()
        for number in 0..<1000 { approval.attach(decisionID: "decision-\(number)") }
        #expect(approval.decisionIDs.count == 16)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_795_409_523_120_999_999, "2026-11-23T04:52:03.120Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func `an instant is written in RFC 3339`(nanoseconds: Int, text: String) {
        #expect(Timestamp(nanoseconds: Int64(nanoseconds)).description == text)
    }
}
