import Approvals
import Testing

@testable import ApprovalChannels

/// The example of Slack's own documentation.
/// Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
@Suite struct SlackSignatureTests {
    static let timestamp = "1531420618"
    static let body = Array(
        ("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
            + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
            + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c").utf8)
    static let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    private func fault(
        secret: String = ChannelFixture.secret, timestamp: String? = timestamp, signature: String? = signature,
        body: [UInt8] = body, now: Int64 = 1_531_420_618
    ) -> SlackSignature.Fault? {
        do throws(SlackSignature.Fault) {
            try SlackSignature(secret: secret).check(
                timestamp: timestamp, signature: signature, body: body, now: Timestamp(seconds: now))
            return nil
        } catch { return error }
    }

    @Test(arguments: [-300, 0, 300])
    func `the documented request is Slack's for five minutes`(seconds: Int64) {
        #expect(fault(now: 1_531_420_618 + seconds) == nil)
    }

    @Test(arguments: [-301, 301, 86_400, Int64.max / 2])
    func `a request of another time is a replay`(seconds: Int64) {
        #expect(fault(now: 1_531_420_618 + seconds) == .stale)
    }

    @Test func `one altered byte is not what Slack signed`() {
        for position in [0, Self.body.count / 2, Self.body.count - 1] {
            var body = Self.body
            body[position] ^= 1
            #expect(fault(body: body) == .wrong)
        }
        #expect(fault(body: Self.body + [0x0a]) == .wrong)
        #expect(fault(body: []) == .wrong)
        #expect(fault(timestamp: "1531420619") == .wrong)
        #expect(fault(secret: "8f742231b10e8888abcd99yyyzzz85a6") == .wrong)
        #expect(fault(signature: "v0=" + String(repeating: "0", count: 64)) == .wrong)
        #expect(fault(signature: "v0=" + String(repeating: "g", count: 64)) == .wrong)
        #expect(fault(signature: Self.signature.uppercased().replacing("V0", with: "v0")) == .wrong)
    }

    @Test(
        arguments: [
            (nil, signature), (timestamp, nil), ("", signature), (timestamp, ""), ("01531420618", signature),
            ("+1531420618", signature), (" 1531420618", signature), ("1531420618.0", signature), ("-1", signature),
            ("99999999999999999999", signature), (timestamp, "v1=" + signature.dropFirst(3)),
            (timestamp, String(signature.dropFirst(3))), (timestamp, signature + "00"),
        ] as [(String?, String?)])
    func `what is no signature is none`(timestamp: String?, signature: String?) {
        #expect(fault(timestamp: timestamp, signature: signature) == .absent)
    }
}
