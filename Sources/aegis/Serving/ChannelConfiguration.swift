import ApprovalChannels
import Foundation
import PolicyDocuments
import RegoSyntax

/// Where this gateway tells people about approvals: the document, with the secrets that it names.
enum ChannelConfiguration {
    /// - Parameter path: a document of kind `Channels`; nil: nobody is told.
    static func read(_ path: String?, environment: [String: String]) throws -> ChannelDirectory? {
        guard let path else { return nil }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                "`\(path)` cannot be read", fix: "check --channels and your rights to the file", exitCode: 2)
        }
        let document = try ChannelsDocument(SourceFile(name: path, text: Array(bytes)))
        let secrets = DocumentSecrets(document: path, environment: environment)
        func secret(_ secret: SecretReference, _ what: String) throws -> String {
            try secrets.value(secret, for: what)
        }
        var teams: [String: String] = [:]
        for channel in document.teams {
            let webhook = try secret(channel.webhook, "the webhook of `\(channel.name)`")
            guard let url = URL(string: webhook), url.host != nil, isPrivate(url) else {
                throw CommandFailure(
                    "\(path): the webhook of `\(channel.name)` is no https address",
                    fix: "copy the URL that the workflow shows")
            }
            teams[channel.name] = webhook
        }
        return ChannelDirectory(
            tenant: document.tenant, publicURL: document.publicURL,
            slack: try document.slack.map {
                ChannelDirectory.Slack(
                    token: try secret($0.token, "Slack's token"),
                    signingSecret: try secret($0.signingSecret, "Slack's signing secret"), apiURL: $0.apiURL)
            },
            teams: teams,
            routes: Dictionary(document.routes.map { ($0.approver, $0.notify) }, uniquingKeysWith: +),
            people: document.people.map {
                ChannelDirectory.Person(name: $0.name, roles: $0.roles, slackUser: $0.slack)
            },
            linkLifeSeconds: document.linkLifeSeconds, giveUpAfterSeconds: document.giveUpAfterSeconds)
    }

    /// Whose click it is, the signature says: two tenants that share a signing secret cannot be told apart.
    static func requireOneSlackEach(_ directories: [ChannelDirectory]) throws {
        var owners: [String: String] = [:]
        for directory in directories {
            guard let secret = directory.slack?.signingSecret else { continue }
            if let other = owners.updateValue(directory.tenant, forKey: secret) {
                throw CommandFailure(
                    "the channels of `\(other)` and `\(directory.tenant)` have one Slack signing secret, so nobody can say whose a click is",
                    fix: "make an app in Slack for each tenant", exitCode: 2)
            }
        }
    }

    /// Nobody on the way can read it: https, or this very machine.
    private static func isPrivate(_ url: URL) -> Bool {
        url.scheme == "https" || (url.scheme == "http" && ["127.0.0.1", "localhost", "::1"].contains(url.host ?? ""))
    }
}
