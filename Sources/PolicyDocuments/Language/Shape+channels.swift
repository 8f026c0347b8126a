extension Shape {
    /// Where people are told about approvals: the gateway's own configuration, no part of a bundle.
    static let channels = Shape(
        title: "a channel configuration",
        fields: [
            Field("aegis", .choice(["v1"]), required: true, "Version of the policy language."),
            Field("kind", .choice(["Channels"]), required: true, "What the document describes."),
            Field("description", .text, "What it is for, in a sentence."),
            Field("tenant", .format(.name), required: true, "The tenant whose approvals are told."),
            Field("public_url", .format(.webURL), required: true, "Where people's browsers reach this gateway."),
            Field("slack", .object(slack), "A Slack app."),
            Field("teams", .list(.object(teams), atLeast: 1), "Workflows webhooks of Microsoft Teams."),
            Field("routes", .list(.object(route), atLeast: 1), "Channels that are told whenever somebody may decide."),
            Field("people", .list(.object(person), atLeast: 1), "Who is who in these channels."),
            Field("links_expire_after", .format(.duration), "How long a review link works. `1h` by default."),
            Field("give_up_after", .format(.duration), "How long a message is tried. `24h` by default."),
        ])

    private static let slack = Shape(
        title: "a Slack app",
        fields: [
            Field("token", .oneOf(secret), required: true, "The bot token, with the scope `chat:write`."),
            Field("signing_secret", .oneOf(secret), required: true, "What Slack signs its requests with."),
            Field("api_url", .format(.webURL), "Where Slack's API is. `https://slack.com/api` by default."),
        ])

    private static let teams = Shape(
        title: "a Teams channel",
        fields: [
            Field("name", .format(.name), required: true, "As in `teams:NAME`."),
            Field("webhook", .oneOf(secret), required: true, "The webhook's URL, which is a secret."),
        ])

    static let secret = Shape(
        title: "a secret",
        fields: [
            Field("env", .format(.variable), "The environment variable that holds it."),
            Field("file", .text, "The file that holds it, relative to this one."),
        ])

    private static let route = Shape(
        title: "a route",
        fields: [
            Field("approver", .format(.approver), required: true, "Who may decide."),
            Field("notify", .list(.format(.channel), atLeast: 1), required: true, "The channels that are then told."),
        ])

    private static let person = Shape(
        title: "a person",
        fields: [
            Field("name", .text, required: true, "The person's name here, as on API keys and in `person:NAME`."),
            Field("roles", .list(.format(.name), atLeast: 0), "The roles that the person holds in these channels."),
            Field("slack", .format(.slackUser), "The person's member id in Slack."),
        ])
}

extension TextFormat {
    static let variable = TextFormat(
        title: "the name of an environment variable", code: .invalidName, pattern: "^[A-Z_][A-Z0-9_]{0,127}$",
        example: "AEGIS_SLACK_TOKEN"
    ) { text in
        (1...128).contains(text.utf8.count) && !(0x30...0x39).contains(text.utf8.first ?? 0x30)
            && text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    static let slackUser = TextFormat(
        title: "a member id in Slack", code: .invalidIdentity, pattern: "^[UW][A-Z0-9]{2,20}$", example: "U2CERLKJA"
    ) { text in
        (3...21).contains(text.utf8.count) && (text.hasPrefix("U") || text.hasPrefix("W"))
            && text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) }
    }

    /// `https`, or `http` on loopback; a base that paths are added to.
    static let webURL = TextFormat(
        title: "an address", code: .invalidIdentity,
        pattern: #"^(https://[^ ?#]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/[^ ?#]*)?)$"#,
        example: "https://aegis.acme.example"
    ) { text in
        guard !text.contains(where: { " ?#".contains($0) }) else { return false }
        if text.hasPrefix("https://") { return text.utf8.count > "https://".utf8.count }
        return ["127.0.0.1", "localhost", "[::1]"].contains { host in
            text == "http://\(host)" || text.hasPrefix("http://\(host)/") || text.hasPrefix("http://\(host):")
        }
    }
}
