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
                    circumstancesDigest: "c1",
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

    @Test(arguments: [
        "jane", "Jane", "jane@acme.example", "person:jane", " person:Jane ", "Jane Doe <jane@acme.example>",
    ])
    func `an owner is excluded in whatever form the owner is written`(owner: String) {
        var approval = approval(excluded: [owner])
        let error = #expect(throws: ApprovalError.self) {
            try approval.approve(by: person("jane"), comment: nil, now: start)
        }
        #expect(error?.code == .selfApproval)
        #expect(throws: Never.self) { try approval.approve(by: person("ben"), comment: nil, now: start) }
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

    /// A call that two rules hold: two clerks for one, the cfo for the other.
    private func approvalOfTwoRules() -> Approval {
        Approval(
            ApprovalDraft(
                id: .random(),
                call: HeldCall(
                    tenant: "acme", agent: "finance-agent", tool: "payments.transfer", parametersDigest: "d1",
                    circumstancesDigest: "c1", policyVersion: "acme/1@sha256:000000000000"),
                terms: ApprovalTerms(
                    policy: "a", rule: "r", message: "m",
                    requirements: [
                        ApprovalRequirement(policy: "a", rule: "r", approvers: ["role:clerk"], quorum: 2),
                        ApprovalRequirement(
                            policy: "b", rule: "r", approvers: ["role:cfo"], escalateAfterSeconds: 600,
                            escalateTo: ["role:ceo"]),
                    ]), decisionID: "decision-1", excluded: [], shownParameters: "{}"), now: start)
    }

    @Test(
        arguments: [
            ([("ann", ["clerk"]), ("ben", ["clerk"])], false), ([("cleo", ["cfo"])], false),
            ([("ann", ["clerk"]), ("cleo", ["cfo"])], false),
            ([("ann", ["clerk"]), ("ben", ["clerk"]), ("cleo", ["cfo"])], true),
            ([("cleo", ["cfo", "clerk"]), ("ben", ["clerk"])], true),
        ] as [([(String, [String])], Bool)])
    func `each rule that holds a call has to have the consent of its own people`(
        votes: [(String, [String])], isApproved: Bool
    ) throws {
        var approval = approvalOfTwoRules()
        for (name, roles) in votes { try approval.approve(by: person(name, roles: roles), comment: nil, now: start) }
        #expect((approval.state == .approved) == isApproved)
        #expect((approval.tokenID != nil) == isApproved)
    }

    @Test func `one rule's escalation gives nobody a say about the other`() throws {
        var approval = approvalOfTwoRules()
        let late = start.advanced(bySeconds: 600)
        #expect(approval.entitled == ["role:clerk", "role:cfo"])
        let escalated = approval.escalate(now: late)
        #expect(escalated)
        #expect(approval.entitled == ["role:clerk", "role:cfo", "role:ceo"])
        let asked = approval.entitled(around: approval.events[0])
        #expect(asked.after == ["role:clerk", "role:cfo"])
        for name in ["dora", "eve"] {
            try? approval.approve(by: person(name, roles: ["ceo"]), comment: nil, now: late)
        }
        #expect(approval.state == .pending)
        #expect(approval.terms.requirements.map(approval.given) == [0, 2])
        for name in ["ann", "ben"] { try approval.approve(by: person(name, roles: ["clerk"]), comment: nil, now: late) }
        #expect(approval.state == .approved)
    }

    @Test func `consent that was given before may be all that an escalation asks for`() throws {
        var approval = approvalOfTwoRules()
        try approval.approve(by: person("ann", roles: ["clerk", "ceo"]), comment: nil, now: start)
        try approval.approve(by: person("ben", roles: ["clerk"]), comment: nil, now: start)
        #expect(approval.state == .pending)
        let escalated = approval.escalate(now: start.advanced(bySeconds: 600))
        #expect(escalated)
        #expect(approval.state == .approved)
        #expect(approval.tokenID != nil)
        #expect(approval.events.map(\.kind) == [.asked, .voted, .voted, .escalated, .approved])
    }

    @Test(arguments: ["jane", "Jane", "JANE@acme.example", "jane@elsewhere.example"])
    func `a person under two names is one person`(alias: String) throws {
        var approval = approval(quorum: 2)
        try approval.approve(by: person("jane"), comment: nil, now: start)
        let error = #expect(throws: ApprovalError.self) {
            try approval.approve(by: person(alias), comment: nil, now: start)
        }
        #expect(error?.code == .alreadyVoted)
        let how = alias == "jane" ? "" : ", as `jane`"
        #expect(error?.message == "`\(alias)` has decided \(approval.id) already\(how)")
        #expect(approval.approvals == 1)
    }

    @Test(arguments: ["tess", "Tess", "tess@acme.example", "TESS@ACME.EXAMPLE"])
    func `an owner is excluded under any name`(alias: String) {
        for owner in ["tess", "Tess@acme.example"] {
            var approval = approval(excluded: [owner])
            #expect(
                throws: ApprovalError(
                    .selfApproval,
                    "`\(alias)` asked for this call or owns an agent that did; somebody else must decide")
            ) { try approval.approve(by: person(alias), comment: nil, now: start) }
        }
    }

    @Test func `whom a policy names is compared to the letter`() {
        for name in ["Maria", "maria@evil.example"] {
            var approval = approval(approvers: ["person:maria"])
            let error = #expect(throws: ApprovalError.self) {
                try approval.approve(by: person(name, roles: []), comment: nil, now: start)
            }
            #expect(error?.code == .notEntitled)
        }
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
