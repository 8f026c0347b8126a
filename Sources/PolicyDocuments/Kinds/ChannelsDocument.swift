public import RegoSyntax

/// Where people are told about approvals, and who they are there. Secrets are named, never held.
public struct ChannelsDocument: Sendable, Hashable {
    public typealias Secret = SecretReference

    public struct Slack: Sendable, Hashable {
        public let token: Secret
        public let signingSecret: Secret
        public let apiURL: String
    }

    public struct Teams: Sendable, Hashable {
        public let name: String
        public let webhook: Secret
    }

    public struct Route: Sendable, Hashable {
        /// `role:NAME` or `person:NAME`.
        public let approver: String
        public let notify: [String]
    }

    public struct Person: Sendable, Hashable {
        public let name: String
        public let roles: [String]
        public let slack: String?
    }

    public let tenant: String
    /// Without a final slash.
    public let publicURL: String
    public let slack: Slack?
    public let teams: [Teams]
    public let routes: [Route]
    public let people: [Person]
    public let linkLifeSeconds: Int64
    public let giveUpAfterSeconds: Int64

    /// Reads a YAML or JSON file with one document of kind `Channels`.
    /// - Throws: everything that is wrong in it.
    public init(_ file: SourceFile) throws(Diagnostics) {
        let findings = Findings(files: [file])
        let (documents, _) = DocumentReader.read(file, into: findings)
        if documents.count != 1, !findings.hasErrors {
            findings.error(
                .missingField, "a channel configuration is one document, and here are \(documents.count)",
                at: SourceLocation(file: file.name, line: 1, column: 1),
                fix: "write `aegis: v1`, `kind: Channels`, `tenant:` and `public_url:`")
        }
        if let document = documents.first {
            ShapeChecker(findings: findings).check(document, against: .channels)
            Self.checkMeaning(document, findings)
        }
        guard !findings.hasErrors, let document = documents.first else { throw Diagnostics(findings.sorted) }
        tenant = document[name: "tenant"]?.string ?? ""
        publicURL = Self.base(document[name: "public_url"]?.string ?? "")
        slack = document[name: "slack"].flatMap(Self.slack)
        teams = (document[name: "teams"]?.elements ?? []).compactMap { node in
            guard let name = node[name: "name"]?.string, let webhook = Self.secret(node[name: "webhook"]) else {
                return nil
            }
            return Teams(name: name, webhook: webhook)
        }
        routes = (document[name: "routes"]?.elements ?? []).map { node in
            Route(
                approver: node[name: "approver"]?.string ?? "",
                notify: node[name: "notify"]?.strings.map(\.value) ?? [])
        }
        people = (document[name: "people"]?.elements ?? []).map { node in
            Person(
                name: node[name: "name"]?.string ?? "", roles: node[name: "roles"]?.strings.map(\.value) ?? [],
                slack: node[name: "slack"]?.string)
        }
        linkLifeSeconds = Self.seconds(document[name: "links_expire_after"]) ?? 3600
        giveUpAfterSeconds = Self.seconds(document[name: "give_up_after"]) ?? 86_400
    }

    private static func slack(_ node: LocatedNode) -> Slack? {
        guard let token = secret(node[name: "token"]), let signing = secret(node[name: "signing_secret"]) else {
            return nil
        }
        return Slack(
            token: token, signingSecret: signing, apiURL: base(node[name: "api_url"]?.string ?? "https://slack.com/api")
        )
    }

    private static func secret(_ node: LocatedNode?) -> Secret? { Secret(node) }

    private static func seconds(_ node: LocatedNode?) -> Int64? {
        node?.string.flatMap { WholeDuration($0) }.map { Int64($0.seconds) }
    }

    private static func base(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }

    /// One person to a Slack account and a name, one webhook to a channel, and no channel without a way to it.
    private static func checkMeaning(_ document: LocatedNode, _ findings: Findings) {
        let people = document[name: "people"]?.elements ?? []
        checkUnique(people.compactMap { $0[name: "slack"] }, "Slack account", findings)
        checkUnique(people.compactMap { $0[name: "name"] }, "person", findings)
        let teams = (document[name: "teams"]?.elements ?? []).compactMap { $0[name: "name"] }
        checkUnique(teams, "Teams channel", findings)
        for route in document[name: "routes"]?.elements ?? [] {
            for channel in route[name: "notify"]?.strings ?? [] {
                let isKnown =
                    channel.value.hasPrefix("slack:")
                    ? document[name: "slack"] != nil
                    : teams.contains { "teams:\($0.string ?? "")" == channel.value }
                guard !isKnown else { continue }
                findings.error(
                    .needsField, "there is no way to `\(channel.value)`", at: channel.location,
                    fix: "add it under `slack` or `teams`, or correct the name")
            }
        }
    }

    private static func checkUnique(_ nodes: [LocatedNode], _ what: String, _ findings: Findings) {
        var seen: Set<String> = []
        for node in nodes {
            guard let text = node.string, !seen.insert(text).inserted else { continue }
            findings.error(
                .duplicateValue, "the \(what) `\(text)` stands here twice", at: node.location, fix: "keep one of them")
        }
    }
}
