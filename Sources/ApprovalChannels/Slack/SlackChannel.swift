import Approvals
import RegoValues

/// Posts to Slack and changes what was posted.
/// Source: https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
struct SlackChannel: Sendable {
    private let settings: ChannelDirectory.Slack
    private let directory: ChannelDirectory
    private let links: ReviewLinks
    private let client: any WebClient

    /// nil where the directory has no Slack.
    init?(_ directory: ChannelDirectory, links: ReviewLinks, client: any WebClient) {
        guard let settings = directory.slack else { return nil }
        self.settings = settings
        self.directory = directory
        self.links = links
        self.client = client
    }

    /// - Returns: where the message stands, for ``update(posts:of:delivery:now:)``.
    func post(_ approval: Approval, to channel: String, delivery: Delivery, now: Timestamp) async throws -> String {
        let message = try message(approval, delivery, now)
        var json = JSONText()
        json.object { json in
            json.field("channel", channel)
            message.write(to: &json, key: delivery.key)
        }
        let answer = try await call("chat.postMessage", json, key: delivery.key)
        return try withExtendedLifetime(answer) {
            guard let channel = answer.root.lookup("channel").string, let ts = answer.root.lookup("ts").string else {
                throw ChannelError("Slack did not say where the message stands")
            }
            var place = JSONText()
            place.object { place in
                place.field("channel", channel)
                place.field("ts", ts)
            }
            return place.text
        }
    }

    /// Brings every message about the approval in one channel up to date.
    func update(posts: [Delivery], of approval: Approval, delivery: Delivery, now: Timestamp) async throws {
        // What is still to be posted will be posted as things stand then; its place has to be known all the same.
        guard !posts.contains(where: { $0.state == .waiting }) else {
            throw ChannelError("the message itself has not arrived yet", .later)
        }
        let message = try message(approval, delivery, now)
        for post in posts where post.state == .done {
            guard let place = try? Document(json: Array((post.result ?? "").utf8)) else {
                throw ChannelError("it is not known where the message stands", .none)
            }
            var json = JSONText()
            withExtendedLifetime(place) {
                json.object { json in
                    json.field("channel", place.root.lookup("channel").string)
                    json.field("ts", place.root.lookup("ts").string)
                    message.write(to: &json, key: delivery.key)
                }
            }
            _ = try await call("chat.update", json, key: delivery.key)
        }
    }

    private func message(_ approval: Approval, _ delivery: Delivery, _ now: Timestamp) throws -> SlackMessage {
        SlackMessage(
            approval: approval, now: now,
            reviews: try ReviewInvitation.invitations(
                to: approval, in: directory, by: links, via: "slack", delivery: delivery, now: now))
    }

    /// Tells one person something, by the address that came with the click.
    func reply(_ text: String, to url: String, key: String) async throws {
        var json = JSONText()
        json.object { json in
            json.field("response_type", "ephemeral")
            json.key("replace_original")
            json.boolean(false)
            json.field("text", SlackMessage.escaped(text))
        }
        let answer = try await client.post(
            WebRequest(url: url, headers: Self.headers(key: key), body: json.bytes))
        try Self.check(answer)
    }

    private func call(_ method: String, _ json: JSONText, key: String) async throws -> Document {
        var headers = Self.headers(key: key)
        headers["authorization"] = "Bearer \(settings.token)"
        let answer = try await client.post(
            WebRequest(url: "\(settings.apiURL)/\(method)", headers: headers, body: json.bytes))
        try Self.check(answer)
        guard let document = try? Document(json: answer.body) else {
            throw ChannelError("Slack answered something that is no JSON")
        }
        // 200 with `ok: false` is a failure.
        guard document.root.lookup("ok") == .true else {
            let code = withExtendedLifetime(document) { document.root.lookup("error").string ?? "no reason" }
            throw ChannelError("Slack refused: \(code)", Self.lasting.contains(code) ? .none : .retry)
        }
        return document
    }

    /// Refusals that no repetition changes. A wrong token or a missing invitation is the operator's to mend meanwhile.
    private static let lasting: Set<String> = [
        "message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long", "invalid_blocks",
        "is_archived",
    ]

    private static func headers(key: String) -> [String: String] {
        ["content-type": "application/json; charset=utf-8", "idempotency-key": key.asciiOnly]
    }

    private static func check(_ answer: WebAnswer) throws(ChannelError) {
        switch answer.status {
        case 200..<300: return
        case 429: throw ChannelError("Slack asks to wait", .wait(seconds: answer.retryAfterSeconds ?? 1))
        default: throw ChannelError("Slack answered \(answer.status)")
        }
    }
}

extension String {
    /// Fit for a header: every other character is a question mark.
    var asciiOnly: String {
        String(decoding: utf8.map { (0x21...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
