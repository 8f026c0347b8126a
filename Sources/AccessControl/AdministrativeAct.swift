public import Approvals

/// Something that somebody changed about a tenant, as the audit trail tells it. It is stored in the transaction of the
/// change and recorded from there: whatever process made the change, and whatever became of it, the record comes.
public struct AdministrativeAct: Sendable, Hashable {
    /// The `kind` of the record.
    public enum Kind: String, Sendable {
        case config, key
        case policyReview = "policy_review"
    }

    public let kind: Kind
    public let tenant: String
    /// What happened, such as `api_key_issued`.
    public let event: String
    /// Who did it: a person's name, or the user of the machine.
    public let by: String
    /// Where it came from: `api` with how the person was proven, or `command_line`.
    public let via: String
    /// The agent that it is about, where it is about one.
    public let agent: String?
    public let detail: [String: String]
    public let at: Timestamp

    public init(
        _ kind: Kind, _ event: String, tenant: String, by: String, via: String, agent: String? = nil,
        detail: [String: String] = [:], at: Timestamp
    ) {
        self.kind = kind
        self.event = event
        self.tenant = tenant
        self.by = by
        self.via = via
        self.agent = agent
        self.detail = detail
        self.at = at
    }
}

/// An act that waits for its record.
public struct UnrecordedAct: Sendable, Hashable {
    /// Unique for ever; the record's idempotency key.
    public let key: String
    public let act: AdministrativeAct

    public init(key: String, act: AdministrativeAct) {
        self.key = key
        self.act = act
    }
}

/// Who makes a change, and from where.
public struct Administrator: Sendable, Hashable {
    public let name: String
    public let via: String

    public init(_ principal: Principal) {
        name = principal.home + "/" + principal.name
        via = "api " + principal.identity
    }

    /// The user of the machine that the command runs on.
    public init(user: String) {
        name = user
        via = "command_line"
    }
}
