import AegisTesting
import Approvals
import Crypto
import Foundation
import StateStoreSQLite
import Testing

@testable import ApprovalChannels

@Suite struct SlackClickTests {
    let fixture: ChannelFixture

    init() throws { fixture = try ChannelFixture() }

    private func payload(_ approval: String, user: String, action: String, url: String, trigger: String) -> String {
        """
        {"type":"block_actions","user":{"id":"\(user)","username":"maria"},"trigger_id":"\(trigger)","response_url":"\(url)",\
        "actions":[{"action_id":"\(action)","block_id":"b","value":"\(approval)","type":"button"}]}
        """
    }

    /// Sends a click, signed as Slack signs.
    private func click(
        _ approval: String, user: String = "U1MARIA", action: String = "aegis_approve",
        url: String = "https://hooks.slack.com/actions/T1/2/3", trigger: String = "t1",
        secret: String = ChannelFixture.secret,
        age: Int64 = 0, alter: (inout [UInt8]) -> Void = { _ in }
    ) async throws -> Int {
        let text = payload(approval, user: user, action: action, url: url, trigger: trigger)
        let form = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        var body = Array("payload=\(form)".utf8)
        let timestamp = String(fixture.clock.now.seconds - age)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("v0:\(timestamp):".utf8) + body, using: SymmetricKey(data: Array(secret.utf8)))
        alter(&body)
        return try await #require(fixture.interactivity).take(
            timestamp: timestamp, signature: "v0=" + code.map { String(format: "%02x", $0) }.joined(), body: body)
    }

    private func replies(_ approval: Approval) async throws -> [String] {
        try await fixture.store.deliveries(of: approval.id).filter { $0.kind == .reply }.map(\.payload)
    }

    @Test func `a click decides for the person whose account it is`() async throws {
        let approval = try await fixture.ask()
        #expect(try await click(approval.id.description) == 200)
        let decided = try #require(try await fixture.store.approval(approval.id, tenant: "acme"))
        #expect(decided.state == .approved)
        #expect(decided.events.map(\.kind) == [.asked, .approved])
        #expect(decided.events[1].by == "maria")
        #expect(decided.events[1].via == "slack")
        let other = try await fixture.ask()
        #expect(try await click(other.id.description, action: "aegis_deny") == 200)
        #expect(try await fixture.state(other) == .denied)
    }

    @Test func `a click approves nothing that its message did not show whole`() async throws {
        let approval = try await fixture.ask(memo: String(repeating: "x", count: 2500))
        #expect(try await click(approval.id.description) == 200)
        #expect(try await fixture.state(approval) == .pending)
        #expect(
            try await replies(approval) == ["\(approval.id) is not approved here. \(ApprovalWords.tooLong)"])
        #expect(try await click(approval.id.description, action: "aegis_deny", trigger: "t2") == 200)
        #expect(try await fixture.state(approval) == .denied)
    }

    @Test func `a double click and a repeated request count once`() async throws {
        let approval = try await fixture.ask(quorum: 2)
        for _ in 0..<3 { #expect(try await click(approval.id.description) == 200) }
        let waiting = try #require(try await fixture.store.approval(approval.id, tenant: "acme"))
        #expect(waiting.state == .pending)
        #expect(waiting.votes.count == 1)
        #expect(
            try await replies(approval) == ["`maria` has decided \(approval.id) already"], "one answer for one click")
        #expect(try await click(approval.id.description, user: "U2CARL") == 200)
        #expect(try await fixture.state(approval) == .approved)
    }

    @Test(arguments: [
        ("U9STRANGER", "your Slack account is nobody's here; ask the operator to add it"),
        ("U3OWNER", "`owner@acme.example` asked for this call or owns an agent that did; somebody else must decide"),
    ])
    func `who may not decide is told in Slack and changes nothing`(user: String, message: String) async throws {
        let approval = try await fixture.ask()
        #expect(try await click(approval.id.description, user: user) == 200)
        #expect(try await fixture.state(approval) == .pending)
        #expect(try await replies(approval) == [message])
    }

    @Test func `a person without the role decides nothing`() async throws {
        let approval = try await fixture.ask()
        #expect(try await click(approval.id.description, user: "U4PAUL") == 200)
        #expect(try await fixture.state(approval) == .pending)
        #expect(try await replies(approval) == ["`paul` may not decide \(approval.id); it takes role:treasurer"])
    }

    @Test func `what Slack did not sign is refused`() async throws {
        let approval = try await fixture.ask()
        let id = approval.id.description
        #expect(try await click(id, secret: "another") == 401)
        #expect(try await click(id, age: 301) == 401)
        #expect(try await click(id, age: -301) == 401)
        #expect(try await click(id, alter: { $0.append(contentsOf: "&x=1".utf8) }) == 401)
        #expect(try await fixture.state(approval) == .pending)
        #expect(try await replies(approval).isEmpty)
    }

    @Test func `answers go to Slack alone`() async throws {
        let approval = try await fixture.ask()
        for url in ["https://evil.example/", "http://hooks.slack.com/x", "https://hooks.slack.com.evil.example/x"] {
            #expect(try await click(approval.id.description, user: "U9STRANGER", url: url) == 200)
        }
        #expect(try await replies(approval).isEmpty)
    }

    @Test func `other interactions are let be, and signed nonsense is none`() async throws {
        let approval = try await fixture.ask()
        #expect(try await click(approval.id.description, action: "open_console") == 200)
        #expect(try await click("apr_1") == 400)
        #expect(try await click(approval.id.description, user: "") == 400)
        #expect(try await fixture.state(approval) == .pending)
    }
}
