import PolicyDocuments
import RegoSyntax
import Testing

@Suite struct ChannelsDocumentTests {
    static let head = "aegis: v1\nkind: Channels\ntenant: acme\npublic_url: https://aegis.acme.example/\n"

    static func read(_ text: String) throws(Diagnostics) -> ChannelsDocument {
        try ChannelsDocument(SourceFile(name: "channels.yaml", text: Array(text.utf8)))
    }

    @Test func `a document names channels, people and where the secrets are`() throws {
        let document = try Self.read(
            Self.head + """
                slack: {token: {env: AEGIS_SLACK_TOKEN}, signing_secret: {file: secrets/slack}}
                teams: [{name: treasury, webhook: {env: AEGIS_TEAMS_WEBHOOK}}]
                routes: [{approver: "role:cfo", notify: ["slack:#leads", "teams:treasury"]}]
                people: [{name: maria, roles: [treasurer], slack: U2CERLKJA}, {name: paul}]
                links_expire_after: 10m
                """)
        #expect(document.publicURL == "https://aegis.acme.example")
        #expect(document.slack?.token == .environment("AEGIS_SLACK_TOKEN"))
        #expect(document.slack?.signingSecret == .file("secrets/slack"))
        #expect(document.slack?.apiURL == "https://slack.com/api")
        #expect(document.teams.map(\.webhook) == [.environment("AEGIS_TEAMS_WEBHOOK")])
        #expect(document.routes.map(\.notify) == [["slack:#leads", "teams:treasury"]])
        #expect(document.people.map(\.roles) == [["treasurer"], []])
        #expect(document.linkLifeSeconds == 600)
        #expect(document.giveUpAfterSeconds == 86_400)
    }

    @Test(arguments: [
        ("", "1:1 policy.missing-field: a channel configuration is one document, and here are 0"),
        (
            head + "slack: {token: xoxb-1, signing_secret: {env: S}}\n",
            "5:16 policy.wrong-type: this is a string, and should be a mapping with the fields of a secret"
        ),
        (
            head + "slack: {token: {env: lower}, signing_secret: {env: S}}\n",
            "5:22 policy.invalid-name: `lower` is not the name of an environment variable"
        ),
        (
            "aegis: v1\nkind: Channels\ntenant: acme\npublic_url: http://aegis.acme.example\n",
            "4:13 policy.invalid-identity: `http://aegis.acme.example` is not an address"
        ),
        (
            head + "routes: [{approver: \"role:cfo\", notify: [\"slack:#leads\"]}]\n",
            "5:42 policy.needs-field: there is no way to `slack:#leads`"
        ),
        (
            head + "people: [{name: a, slack: U123}, {name: b, slack: U123}]\n",
            "5:51 policy.duplicate-value: the Slack account `U123` stands here twice"
        ),
        (
            head + "people: [{name: a, slack: maria}]\n",
            "5:27 policy.invalid-identity: `maria` is not a member id in Slack"
        ),
    ])
    func `a mistake is told with its place`(text: String, expected: String) {
        let error = #expect(throws: Diagnostics.self) { try Self.read(text) }
        let told = error?.all.map { "\($0.location.line):\($0.location.column) \($0.code): \($0.message)" }
        #expect(told?.contains(expected) == true, "\(told ?? [])")
    }
}
