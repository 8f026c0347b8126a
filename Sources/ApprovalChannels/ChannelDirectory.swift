import Approvals

/// Where people are told about approvals, and who they are there: the channels of one tenant, secrets included.
public struct ChannelDirectory: Sendable {
    public struct Slack: Sendable {
        /// A bot token with the scope `chat:write`.
        public var token: String
        /// What Slack signs its requests with.
        public var signingSecret: String
        /// Such as `https://slack.com/api`, without a final slash.
        public var apiURL: String

        public init(token: String, signingSecret: String, apiURL: String) {
            self.token = token
            self.signingSecret = signingSecret
            self.apiURL = apiURL
        }
    }

    public struct Person: Sendable, Hashable {
        public var name: String
        public var roles: [String]
        /// The member id in Slack, such as `U2CERLKJA`.
        public var slackUser: String?

        public init(name: String, roles: [String], slackUser: String?) {
            self.name = name
            self.roles = roles
            self.slackUser = slackUser
        }
    }

    public var tenant: String
    /// Where people's browsers reach this gateway, without a final slash.
    public var publicURL: String
    public var slack: Slack?
    /// Secret URLs of Workflows webhooks, by the channel's name.
    public var teams: [String: String]
    /// For each approver (`role:NAME`, `person:NAME`) the channels that are told whenever that one may decide.
    public var routes: [String: [String]]
    public var people: [Person]
    /// How long a review link works, in seconds; never longer than its approval.
    public var linkLifeSeconds: Int64
    /// How long a message is tried before it is given up, in seconds.
    public var giveUpAfterSeconds: Int64

    public init(
        tenant: String, publicURL: String, slack: Slack? = nil, teams: [String: String] = [:],
        routes: [String: [String]] = [:], people: [Person] = [], linkLifeSeconds: Int64 = 3600,
        giveUpAfterSeconds: Int64 = 86_400
    ) {
        self.tenant = tenant
        self.publicURL = publicURL
        self.slack = slack
        self.teams = teams
        self.routes = routes
        self.people = people
        self.linkLifeSeconds = linkLifeSeconds
        self.giveUpAfterSeconds = giveUpAfterSeconds
    }

    func person(slackUser: String) -> Person? { people.first { $0.slackUser == slackUser } }

    /// The channels that are told when these may decide, each once, in order.
    func channels(of approval: Approval, entitled: [String]) -> [String] {
        var channels: [String] = []
        for channel in approval.terms.notify + entitled.flatMap({ routes[$0] ?? [] })
        where !channels.contains(channel) {
            channels.append(channel)
        }
        return channels
    }

    /// Whether there is a way to this channel.
    func reaches(_ channel: String) -> Bool {
        switch ChannelName(channel) {
        case .slack: slack != nil
        case .teams(let name): teams[name] != nil
        case nil: false
        }
    }
}

/// `slack:#payments` or `teams:treasury`.
enum ChannelName: Hashable {
    case slack(String)
    case teams(String)

    init?(_ text: String) {
        if text.hasPrefix("slack:") {
            self = .slack(String(text.dropFirst("slack:".count)))
        } else if text.hasPrefix("teams:") {
            self = .teams(String(text.dropFirst("teams:".count)))
        } else {
            return nil
        }
    }
}
