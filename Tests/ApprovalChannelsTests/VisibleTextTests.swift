import AegisTesting
import Approvals
import Testing

@testable import ApprovalChannels

/// What an agent writes must not look like another call to the people who decide.
@Suite struct VisibleTextTests {
    @Test(arguments: [
        ("plain, with ümlauts, 漢字 and €", "plain, with ümlauts, 漢字 and €"), ("a\nb", "a\nb"), ("", ""),
        ("\u{202e}DE89\u{202c}", #"\u202eDE89\u202c"#), ("a\u{2066}b\u{2069}", #"a\u2066b\u2069"#),
        ("amount\u{200b}", #"amount\u200b"#), ("a\u{ad}b", #"a\u00adb"#), ("a\u{feff}b", #"a\ufeffb"#),
        ("a\u{2028}b\u{2029}c", #"a\u2028b\u2029c"#), ("\u{9b}31m\u{9d}", #"\u009b31m\u009d"#),
        ("\u{1b}[2J\r\t\u{0}\u{7f}", #"\u001b[2J\u000d\u0009\u0000\u007f"#),
        ("1\u{a0}000\u{3000}", #"1\u00a0000\u3000"#),
        ("\u{3164}\u{115f}\u{2800}", #"\u3164\u115f\u2800"#), ("a\u{fe0f}\u{e0041}", #"a\ufe0f\udb40\udc41"#),
        ("\u{e000}\u{f0000}", #"\ue000\udb80\udc00"#), ("\u{378}", #"\u0378"#),
    ])
    func `what does not show is written out`(text: String, shown: String) {
        #expect(VisibleText.of(text) == shown)
        #expect(VisibleText.isWhole(text) == (text == shown))
        #expect(VisibleText.isWhole(shown))
    }

    @Test(arguments: [
        ("amount", "amount"), ("\u{430}mount", #"\u0430mount"#), ("größe", #"gr\u00f6\u00dfe"#),
        ("\u{1d41a}", #"\ud835\udc1a"#),
        ("a\u{200b}", #"a\u200b"#),
    ])
    func `a name is written in letters that cannot pass for others`(name: String, shown: String) {
        #expect(VisibleText.ofName(name) == shown)
    }

    @Test func `every channel writes out what does not show, and says so`() async throws {
        let fixture = try ChannelFixture()
        let approval = try await fixture.ask(memo: "\u{202e}0007\u{202c}")
        let now = fixture.clock.now
        var slack = JSONText()
        slack.object { SlackMessage(approval: approval, now: now, reviews: []).write(to: &$0, key: "k") }
        let card = TeamsCard(approval: approval, now: now, key: "k", reviews: [])
        let link = try fixture.links.link(
            to: approval, for: "role:treasurer", via: "teams", delivery: "d", made: now, lifeSeconds: 60)
        let page = await fixture.review.show(link).html
        for (text, hidden) in [
            (slack.text, #"\\u202e0007\\u202c"#), (String(decoding: card.json, as: UTF8.self), #"\\u202e0007\\u202c"#),
            (page, #"\u202e0007\u202c"#),
        ] {
            #expect(text.contains(hidden))
            #expect(!text.contains("\u{202e}"))
            #expect(text.contains("This call holds characters that do not show"))
        }
    }
}
