import AegisTesting
import Approvals
import Foundation
import SignedTokens
import StateStoreSQLite
import Testing

@testable import ApprovalChannels

@Suite struct ReviewTests {
    let fixture: ChannelFixture

    init() throws { fixture = try ChannelFixture() }

    private func link(to approval: Approval, for approver: String = "role:treasurer", delivery: String = "d1") throws
        -> String
    {
        try fixture.links.link(
            to: approval, for: approver, via: "teams", delivery: delivery, made: fixture.clock.now, lifeSeconds: 3600)
    }

    private func decide(_ token: String, _ verdict: String = "approve", key: String = "key-maria") async -> (
        Int, String
    ) {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        let form = "t=\(encoded(token))&verdict=\(verdict)&key=\(encoded(key))&comment=looks+%26+is+right"
        let page = await fixture.review.decide(form: Array(form.utf8))
        return (page.status, page.html)
    }

    @Test func `looking changes nothing, the form decides, and the link is used up`() async throws {
        let approval = try await fixture.ask(memo: "<script>")
        let token = try link(to: approval)
        for _ in 0..<5 {
            let page = await fixture.review.show(token)
            #expect(page.status == 200)
            #expect(page.html.contains(#"<form method="post" action="/approve">"#))
            #expect(page.html.contains("&lt;script&gt;"))
            #expect(!page.html.contains("<script>"))
        }
        #expect(try await fixture.store.approval(approval.id, tenant: "acme") == approval)
        #expect(await decide(token).0 == 200)
        let decided = try #require(try await fixture.store.approval(approval.id, tenant: "acme"))
        #expect(decided.state == .approved)
        #expect(decided.events.last?.by == "maria")
        #expect(decided.events.last?.via == "teams")
        #expect(decided.votes.last?.comment == "looks & is right")
        let again = await decide(token)
        #expect(again.0 == 410)
        #expect(again.1.contains("this link has been used already; each works once"))
        #expect(await fixture.review.show(token).status == 410)
    }

    @Test func `each link works once even where more approvals are needed`() async throws {
        let approval = try await fixture.ask(quorum: 2)
        let token = try link(to: approval)
        #expect(await decide(token).0 == 200)
        #expect(await decide(token, key: "key-carl").0 == 410)
        #expect(try await fixture.state(approval) == .pending)
        #expect(await decide(try link(to: approval, delivery: "d2"), key: "key-carl").0 == 200)
        #expect(try await fixture.state(approval) == .approved)
    }

    @Test func `of a hundred uses at once one counts`() async throws {
        let approval = try await fixture.ask(quorum: 20)
        let token = try link(to: approval)
        let statuses = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask { await decide(token, key: "key-p\(number)").0 } }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 1)
        #expect(statuses.count { $0 == 410 } == 99)
        #expect(try await fixture.store.approval(approval.id, tenant: "acme")?.votes.count == 1)
    }

    @Test(arguments: [
        ("key-owner@acme.example", 403, "asked for this call or owns an agent that did"),
        ("key-paul", 403, "this link was made for role:treasurer, not for `paul`"),
        ("key-eve", 403, "the key is no person&#39;s here"), ("aegis_none", 403, "the key is no person&#39;s here"),
        ("", 403, "the key is no person&#39;s here"),
    ])
    func `a refused verdict keeps the link and changes nothing`(key: String, status: Int, message: String) async throws
    {
        let approval = try await fixture.ask()
        let token = try link(to: approval)
        let answer = await decide(token, key: key)
        #expect(answer.0 == status)
        #expect(answer.1.contains(message), "\(answer.1)")
        #expect(try await fixture.store.approval(approval.id, tenant: "acme") == approval)
        #expect(await decide(token).0 == 200)
    }

    @Test func `the link of another person is not one's own`() async throws {
        let approval = try await fixture.ask()
        let answer = await decide(try link(to: approval, for: "person:carl"))
        #expect(answer.0 == 403)
        #expect(answer.1.contains("this link was made for person:carl, not for `maria`"))
        #expect(try await fixture.state(approval) == .pending)
    }

    @Test func `a link ends with its time and never outlives its approval`() async throws {
        let approval = try await fixture.ask()
        let token = try fixture.links.link(
            to: approval, for: "role:treasurer", via: "slack", delivery: "d", made: fixture.clock.now, lifeSeconds: 60)
        let long = try link(to: approval)
        fixture.clock.advance(seconds: 59)
        #expect(await fixture.review.show(token).status == 200)
        fixture.clock.advance(seconds: 1)
        #expect(await fixture.review.show(token).status == 410)
        #expect(await decide(token).0 == 410)
        fixture.clock.advance(seconds: 1740)
        #expect(await decide(long).0 == 410, "the approval has expired before the link")
    }

    @Test func `an altered link, one of another gateway and another token are none`() async throws {
        let approval = try await fixture.ask()
        let token = try link(to: approval)
        let parts = token.split(separator: ".").map(String.init)
        let other = try ReviewLinks(signingKey: SigningKey(generating: .edDSA, name: "tokens"), audience: "gw-1")
        let forged = try other.link(
            to: approval, for: "role:treasurer", via: "teams", delivery: "d", made: fixture.clock.now, lifeSeconds: 60)
        let claims = String(decoding: try #require(Base64.decodeURL(parts[1].utf8)), as: UTF8.self)
        let raised = Base64.encodeURL(Array(claims.replacing("role:treasurer", with: "role:everybody").utf8))
        for text in ["", "x", forged, "\(parts[0]).\(raised).\(parts[2])", "\(parts[0]).\(parts[1]).", token + "A"] {
            #expect(await fixture.review.show(text).status == 400)
            #expect(await decide(text).0 == 400)
        }
        #expect(try await fixture.state(approval) == .pending)
    }

    @Test func `a decided call has a page without a form`() async throws {
        let approval = try await fixture.ask()
        let token = try link(to: approval)
        _ = try await fixture.desk.deny(approval.id, by: Approver(tenant: "acme", name: "maria", roles: ["treasurer"]))
        let page = await fixture.review.show(token)
        #expect(page.status == 200)
        #expect(page.html.contains("Denied: payments.transfer"))
        #expect(!page.html.contains("<form"))
        #expect(await decide(token, key: "key-carl").0 == 409)
    }

    @Test(arguments: [
        "t=1&t=2", "t=%zz", "t=%F", "%", "verdict=approve", "", "t=%ff&verdict=approve",
        "t=1&verdict=deny&comment=no%00",
    ])
    func `a form that cannot be read decides nothing`(form: String) async {
        #expect(await fixture.review.decide(form: Array(form.utf8)).status == 400)
    }
}
