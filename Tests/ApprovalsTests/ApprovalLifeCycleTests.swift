import Approvals
import Testing

@Suite struct ApprovalLifeCycleTests {
    let start = Timestamp(seconds: 1_795_409_523)

    func approval(
        approvers: [String] = ["role:treasurer"], quorum: Int = 1, escalateAfter: Int64? = nil,
        parameters: String = #"{"b":1.50,"a":"x"}"#
    ) -> Approval {
        Approval(
            ApprovalDraft(
                id: .random(),
                call: HeldCall(
                    tenant: "acme", agent: "finance-agent", tool: "payments.transfer", parametersDigest: "d1",
                    circumstancesDigest: "c1",
                    policyVersion: "acme/1@sha256:000000000000"),
                terms: ApprovalTerms(
                    policy: "payments", rule: "large", message: "large", approvers: approvers, quorum: quorum,
                    escalateAfterSeconds: escalateAfter, escalateTo: escalateAfter == nil ? [] : ["role:cfo"]),
                decisionID: "decision-1", excluded: ["finance-agent", "tess"], shownParameters: parameters,
                chain: ["planner"], owner: "tess"),
            now: start)
    }

    func person(_ name: String, _ roles: String...) -> Approver {
        Approver(tenant: "acme", name: name, roles: roles, via: "slack")
    }

    private func escalate(_ approval: inout Approval, _ now: Timestamp) -> Bool { approval.escalate(now: now) }
    private func expire(_ approval: inout Approval, _ now: Timestamp) -> Bool { approval.expire(now: now) }

    @Test func `a person named with person: may decide`() throws {
        var approval = approval(approvers: ["person:jane"])
        #expect(throws: ApprovalError.self) { try approval.approve(by: person("ben"), comment: nil, now: start) }
        #expect(throws: ApprovalError.self) {
            try approval.approve(by: person("person:jane"), comment: nil, now: start)
        }
        try approval.approve(by: person("jane"), comment: nil, now: start)
        #expect(approval.state == .approved)
    }

    @Test func `every step is an event, in order and with whose doing it was`() throws {
        var approval = approval(quorum: 2)
        try approval.approve(by: person("jane", "treasurer"), comment: "fine", now: start)
        try approval.approve(by: person("ben", "treasurer"), comment: nil, now: start.advanced(bySeconds: 1))
        #expect(approval.events.map(\.kind) == [.asked, .voted, .approved])
        #expect(approval.events.map(\.number) == [0, 1, 2])
        #expect(approval.events.map(\.by) == ["finance-agent", "jane", "ben"])
        #expect(approval.events.map(\.via) == [nil, "slack", "slack"])
        #expect(approval.events[1].comment == "fine")
        #expect(approval.name(of: approval.events[2]) == "\(approval.id)/2")
    }

    @Test func `expiry and refusal are events once`() throws {
        var late = approval()
        let end = late.expiresAt
        #expect(expire(&late, end))
        #expect(!expire(&late, end))
        #expect(late.events.map(\.kind) == [.asked, .expired])
        var denied = approval()
        try denied.deny(by: person("jane", "treasurer"), comment: "no", now: start)
        let refused = denied.expiresAt
        #expect(!expire(&denied, refused))
        #expect(denied.events.map(\.kind) == [.asked, .denied])
    }

    @Test func `after a time more people may decide`() throws {
        var approval = approval(escalateAfter: 600)
        let time = start.advanced(bySeconds: 600)
        #expect(approval.escalatesAt == time)
        #expect(throws: ApprovalError(.notEntitled, "`cleo` may not decide \(approval.id); it takes role:treasurer")) {
            try approval.approve(by: person("cleo", "cfo"), comment: nil, now: start)
        }
        #expect(!escalate(&approval, start.advanced(bySeconds: 599)))
        #expect(escalate(&approval, time))
        #expect(!escalate(&approval, time))
        #expect(approval.entitled == ["role:treasurer", "role:cfo"])
        #expect(approval.escalatesAt == nil)
        try approval.approve(by: person("cleo", "cfo"), comment: nil, now: time)
        #expect(approval.events.map(\.kind) == [.asked, .escalated, .approved])
    }

    @Test func `what is decided or has run out is not escalated`() throws {
        var decided = approval(escalateAfter: 600)
        try decided.approve(by: person("jane", "treasurer"), comment: nil, now: start)
        #expect(!escalate(&decided, start.advanced(bySeconds: 601)))
        var late = approval(escalateAfter: 600)
        let end = late.expiresAt
        #expect(!escalate(&late, end))
        var never = approval()
        #expect(!escalate(&never, start.advanced(bySeconds: 1000)))
    }

    @Test func `the agent or its owner withdraws, and nobody else`() throws {
        for requester in [Requester.agent("finance-agent"), .person("tess")] {
            var approval = approval()
            try approval.withdraw(by: requester, tenant: "acme", comment: "a mistake", now: start)
            #expect(approval.state == .withdrawn)
            #expect(approval.events.last?.comment == "a mistake")
        }
        var approval = approval()
        let before = approval
        for (requester, tenant, code) in [
            (Requester.agent("llm-agent"), "acme", ApprovalError.Code.notRequester),
            (.person("jane"), "acme", .notRequester), (.person("finance-agent"), "acme", .notRequester),
            (.agent("tess"), "acme", .notRequester), (.person("tess"), "globex", .notFound),
        ] {
            let error = #expect(throws: ApprovalError.self) {
                try approval.withdraw(by: requester, tenant: tenant, now: start)
            }
            #expect(error?.code == code)
        }
        #expect(approval == before)
    }

    @Test func `the digest is over the canonical form of what is shown`() {
        let approval = approval()
        #expect(
            approval.shown.json
                == #"{"acting_for":null,"agent":"finance-agent","call_chain":["planner"],"context":{},"#
                + #""parameters":{"a":"x","b":1.5},"policy":"payments","policy_version":"acme/1@sha256:000000000000","#
                + #""reason":"large","request":null,"rule":"large","tool":"payments.transfer"}"#)
        #expect(approval.shown.digest == "sha256:50490a618405b211a4fc62defab614c5584bbbec39abbc4c0bfa1053891d326e")
        #expect(approval.shown.isWhole)
        #expect(self.approval(parameters: #"{"a":"x","b":1.5}"#).shown == approval.shown)
        #expect(self.approval(parameters: #"{"a":"y","b":1.5}"#).shown.digest != approval.shown.digest)
    }
}
