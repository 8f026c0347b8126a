import AegisTesting
import Approvals
import StateStoreSQLite
import Synchronization
import Testing

@testable import ApprovalChannels

@Suite struct DeliveryTests {
    let fixture: ChannelFixture

    init() throws { fixture = try ChannelFixture() }

    private func maria(_ roles: [String] = ["treasurer"]) -> Approver {
        Approver(tenant: "acme", name: "maria", roles: roles)
    }

    @Test func `a message is posted once and changed with the outcome`() async throws {
        let approval = try await fixture.ask()
        let service = fixture.service()
        try await service.deliverDue()
        try await service.deliverDue()
        _ = try await fixture.desk.approve(approval.id, by: maria(), comment: "checked <@U1>")
        try await fixture.carryEvents()
        try await service.deliverDue()
        let requests = fixture.client.requests
        #expect(requests.map(\.method) == ["chat.postMessage", "chat.update"])
        #expect(
            requests.map(\.key) == ["\(approval.id)/0/slack:#payments", "\(approval.id)/1/slack:#payments"])
        #expect(requests.map { $0.headers["authorization"] } == ["Bearer xoxb-1", "Bearer xoxb-1"])
        #expect(requests[0].text.contains(#""action_id":"aegis_approve""#))
        #expect(!requests[1].text.contains("aegis_approve"), "a decided call has no buttons")
        #expect(requests[1].text.contains(#""ts":"1795409523.000100""#))
        #expect(requests[1].text.contains("Approved: payments.transfer"))
    }

    @Test func `a receiver that is down for a while gets everything once, under the same key`() async throws {
        let service = fixture.service()
        fixture.client.answer { _ in throw ChannelError("nobody answers") }
        let approvals = [try await fixture.ask(), try await fixture.ask(), try await fixture.ask()]
        for _ in 0..<20 {
            try await service.deliverDue()
            fixture.clock.advance(seconds: 30)
        }
        let keys = Set(approvals.map { "\($0.id)/0/slack:#payments" })
        #expect(Set(fixture.client.requests.map(\.key)) == keys)
        let failed = fixture.client.requests.count
        #expect(failed < 60, "waits grow")
        fixture.client.answer()
        fixture.clock.advance(seconds: 450)
        for _ in 0..<3 { try await service.deliverDue() }
        let arrived = fixture.client.requests.dropFirst(failed)
        #expect(arrived.count == 3)
        #expect(Set(arrived.map(\.key)) == keys)
    }

    @Test func `an outcome waits for its message`() async throws {
        let service = fixture.service()
        let approval = try await fixture.ask()
        fixture.client.answer { _ in WebAnswer(status: 503) }
        try await service.deliverDue()
        _ = try await fixture.desk.deny(approval.id, by: maria())
        try await fixture.carryEvents()
        try await service.deliverDue()
        #expect(fixture.client.requests.map(\.method) == ["chat.postMessage"])
        fixture.client.answer()
        fixture.clock.advance(seconds: 5)
        try await service.deliverDue()
        fixture.clock.advance(seconds: 5)
        try await service.deliverDue()
        #expect(fixture.client.requests.map(\.method) == ["chat.postMessage", "chat.postMessage", "chat.update"])
        #expect(!fixture.client.requests[1].text.contains("aegis_approve"), "it was decided before it could be asked")
    }

    @Test func `a crash after the receiver took a message sends it again under the same key`() async throws {
        _ = try await fixture.ask()
        let broken = ForgetfulOutbox(fixture.store)
        await #expect(throws: ForgetfulOutbox.Crash.self) { try await fixture.service(outbox: broken).deliverDue() }
        try await fixture.service().deliverDue()
        try await fixture.service().deliverDue()
        let keys = fixture.client.requests.map(\.key)
        #expect(keys.count == 2)
        #expect(Set(keys).count == 1)
    }

    @Test func `what has arrived is not sent again while the outbox cannot be written`() async throws {
        _ = try await fixture.ask()
        _ = try await fixture.ask()
        let service = fixture.service(outbox: ForgetfulOutbox(fixture.store))
        for _ in 0..<5 {
            await #expect(throws: ForgetfulOutbox.Crash.self) { try await service.deliverDue() }
        }
        #expect(fixture.client.requests.count == 2)
    }

    @Test(arguments: [
        (#"{"ok":false,"error":"not_in_channel"}"#, 200, "Slack refused: not_in_channel"),
        ("<html>", 200, "Slack answered something that is no JSON"), ("", 500, "Slack answered 500"),
        (#"{"ok":true}"#, 200, "Slack did not say where the message stands"),
    ])
    func `what is no success is tried again`(body: String, status: Int, message: String) async throws {
        let approval = try await fixture.ask()
        fixture.client.answer { _ in WebAnswer(status: status, body: Array(body.utf8)) }
        try await fixture.service().deliverDue()
        let delivery = try #require(try await fixture.store.deliveries(of: approval.id).last)
        #expect(delivery.state == .waiting)
        #expect(delivery.failure == message)
        #expect(delivery.attempts == 1)
    }

    @Test func `a receiver that asks to wait is not asked before`() async throws {
        let approval = try await fixture.ask()
        fixture.client.answer { _ in WebAnswer(status: 429, retryAfterSeconds: 90) }
        try await fixture.service().deliverDue()
        let delivery = try #require(try await fixture.store.deliveries(of: approval.id).last)
        #expect(delivery.nextAt == fixture.clock.now.advanced(bySeconds: 90))
    }

    @Test func `after a day a message is given up`() async throws {
        let approval = try await fixture.ask()
        fixture.client.answer { _ in WebAnswer(status: 500) }
        try await fixture.service().deliverDue()
        fixture.clock.advance(seconds: 86_400)
        try await fixture.service().deliverDue()
        #expect(try await fixture.store.deliveries(of: approval.id).last?.state == .dead)
        fixture.clock.advance(seconds: 86_400)
        try await fixture.service().deliverDue()
        #expect(fixture.client.requests.count == 2)
    }

    @Test func `escalation reaches the channels of those who may then decide`() async throws {
        let approval = try await fixture.ask(escalate: true)
        let service = fixture.service()
        try await service.deliverDue()
        fixture.clock.advance(seconds: 600)
        #expect(try await fixture.store.escalate(now: fixture.clock.now).map(\.id) == [approval.id])
        #expect(try await fixture.store.escalate(now: fixture.clock.now).isEmpty)
        try await fixture.carryEvents()
        try await service.deliverDue()
        #expect(
            Set(fixture.client.requests.dropFirst().map { "\($0.method) \($0.key)" }) == [
                "chat.update \(approval.id)/1/slack:#payments", "chat.postMessage \(approval.id)/1/slack:#leads",
            ])
        _ = try await fixture.desk.approve(approval.id, by: maria(["cfo"]))
        try await fixture.carryEvents()
        try await service.deliverDue()
        #expect(fixture.client.requests.suffix(2).allSatisfy { $0.method == "chat.update" })
    }

    @Test func `Teams gets a card with a link for each approver, and another with the outcome`() async throws {
        let approval = try await fixture.ask(notify: ["teams:treasury"])
        let service = fixture.service()
        try await service.deliverDue()
        _ = try await fixture.desk.deny(approval.id, by: maria(), comment: "unknown account")
        try await fixture.carryEvents()
        try await service.deliverDue()
        let requests = fixture.client.requests
        #expect(requests.map(\.url) == Array(repeating: "https://teams.example/hook?sig=secret", count: 2))
        #expect(requests[0].text.contains("https://aegis.acme.example/approve?t="))
        #expect(requests[0].text.contains(#""title":"Review as treasurer""#))
        #expect(!requests[1].text.contains("/approve?t="))
        #expect(requests[1].text.contains("unknown account"))
    }

    @Test func `what an agent wrote is never markup`() async throws {
        let approval = try await fixture.ask(memo: "<!channel> [pay](https://evil.example) `x` *b* & <@U1>")
        var json = JSONText()
        json.object { json in
            SlackMessage(approval: approval, now: fixture.clock.now, reviews: []).write(to: &json, key: "k")
        }
        #expect(!json.text.contains("mrkdwn"))
        #expect(json.text.contains(#""type":"rich_text_preformatted""#))
        #expect(ReviewPage.escaped("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;")
        let card = String(
            decoding: TeamsCard(approval: approval, now: fixture.clock.now, key: "k", reviews: []).json, as: UTF8.self)
        #expect(card.contains(#"{"type":"TextRun","text":"\"amount\": 7000\n\"memo\": \"<!channel>"#))
    }

    @Test func `long texts are cut to what the channels take`() async throws {
        let long = String(repeating: "ü", count: 16_000)
        let approval = try await fixture.ask(quorum: 20, memo: long)
        for number in 0..<19 {
            let approver = Approver(tenant: "acme", name: "p\(number)", roles: ["treasurer"])
            _ = try await fixture.desk.approve(approval.id, by: approver, comment: long)
        }
        let voted = try #require(try await fixture.store.approval(approval.id, tenant: "acme"))
        let links = (0..<ReviewInvitation.most).map { _ in
            ReviewInvitation(approver: "role:x", url: String(repeating: "u", count: 1000))
        }
        #expect(TeamsCard(approval: voted, now: fixture.clock.now, key: "k", reviews: links).json.count < 28_000)
        var json = JSONText()
        json.object { json in
            SlackMessage(approval: voted, now: fixture.clock.now, reviews: links).write(to: &json, key: "k")
        }
        #expect(json.bytes.count < 28_000)
        #expect(json.text.contains("… (cut)"))
        #expect(ApprovalWords.cut("abcdefghij", 9) == "ab… (cut)")
        #expect(ApprovalWords.cut("abcdefghij", 10) == "abcdefghij")
    }

    @Test func `a message that shows the call whole has buttons, and no links`() async throws {
        _ = try await fixture.ask()
        try await fixture.service().deliverDue()
        let message = try #require(fixture.client.requests.first).text
        #expect(message.contains(#""text":"Request: POST payments.acme.example/v1/transfers/{to}""#))
        #expect(message.contains(#""text":"Context: {\"purpose\":\"rent\"}""#))
        #expect(message.contains(#""text":"Asked by: orchestrator""#))
        #expect(message.contains(#""action_id":"aegis_approve""#))
        #expect(!message.contains("/approve?t="))
    }

    @Test(arguments: [("memo", 2500), ("path", 500)])
    func `nobody approves by a message what it does not show whole`(part: String, length: Int) async throws {
        let long = String(repeating: "x", count: length)
        let approval =
            part == "memo" ? try await fixture.ask(memo: long) : try await fixture.ask(path: "/v1/\(long)")
        try await fixture.service().deliverDue()
        let message = try #require(fixture.client.requests.first).text
        #expect(!message.contains("aegis_approve"))
        #expect(message.contains(#""action_id":"aegis_deny""#))
        #expect(message.contains(ApprovalWords.tooLong))
        let link = try #require(message.firstRange(of: "https://aegis.acme.example/approve?t="))
        let token = String(message[link.upperBound...].prefix { $0 != "\"" })
        let page = await fixture.review.show(token)
        #expect(page.status == 200)
        #expect(page.html.contains(long))
        #expect(!page.html.contains("(cut)"))
        #expect(page.html.contains(#"value="approve""#))
        let form = "t=\(token)&verdict=approve&key=key-maria&comment="
        #expect(await fixture.review.decide(form: Array(form.utf8)).status == 200)
        let decided = try #require(try await fixture.store.approval(approval.id, tenant: "acme"))
        #expect(decided.state == .approved)
        #expect(decided.events.last?.via == "slack")
    }

    @Test func `channels that could not be told are noted with the approval`() async throws {
        let approval = try await fixture.ask()
        fixture.client.answer { _ in WebAnswer(status: 500) }
        try await fixture.service().deliverDue()
        fixture.clock.advance(seconds: 86_400)
        try await fixture.service().deliverDue()
        let noted = try #require(try await fixture.store.approval(approval.id, tenant: "acme"))
        #expect(noted.undelivered == ["slack:#payments"])
        var json = JSONText()
        noted.write(to: &json, now: fixture.clock.now)
        #expect(json.text.contains(#""notify":["slack:#payments"],"undelivered":["slack:#payments"]"#))
    }

    @Test func `without channels of the tenant nobody is told, and that is said`() async throws {
        let approval = try await fixture.ask(notify: ["slack:#payments", "teams:treasury"])
        let plan = DeliveryPlan([]).deliveries(for: approval.events[0], of: approval, now: fixture.clock.now)
        #expect(plan.deliveries.isEmpty)
        #expect(plan.unreachable == ["slack:#payments", "teams:treasury"])
    }

    @Test func `a channel without a way to it is told`() async throws {
        let approval = try await fixture.ask(notify: ["email:a@acme.example", "teams:elsewhere", "slack:#payments"])
        let plan = DeliveryPlan([fixture.directory]).deliveries(
            for: approval.events[0], of: approval, now: fixture.clock.now)
        #expect(plan.unreachable == ["email:a@acme.example", "teams:elsewhere"])
        #expect(plan.deliveries.map(\.target) == ["slack:#payments"])
    }
}

/// A store that crashes before it notes that something arrived.
private struct ForgetfulOutbox: ApprovalOutbox {
    struct Crash: Error {}

    let base: any ApprovalOutbox

    init(_ base: any ApprovalOutbox) { self.base = base }

    func due(_ kinds: Set<Delivery.Kind>, now: Timestamp, limit: Int) async throws -> [Delivery] {
        try await base.due(kinds, now: now, limit: limit)
    }
    func deliveries(of approval: ApprovalID) async throws -> [Delivery] { try await base.deliveries(of: approval) }
    func finish(_ key: String, result: String?, adding next: [Delivery], now: Timestamp) async throws { throw Crash() }
    func postpone(_ key: String, until: Timestamp, failure: String, countsAsAttempt: Bool) async throws {
        throw Crash()
    }
    func bury(_ key: String, failure: String, now: Timestamp) async throws { throw Crash() }
    func add(_ deliveries: [Delivery]) async throws { throw Crash() }
    func prune(before time: Timestamp) async throws {}
}
