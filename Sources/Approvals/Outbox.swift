/// Something that has to reach another place, once, however often it has to be tried: a row of the outbox.
public struct Delivery: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// An event of an approval, for the audit trail and the channels.
        case event
        /// A new message about an approval.
        case post
        /// The messages about an approval, brought up to date.
        case update
        /// An answer to one person's click.
        case reply
    }

    public enum State: String, Sendable, CaseIterable { case waiting, done, dead }

    /// Unique for good; sent along, so that a receiver can tell a repetition.
    public let key: String
    public let kind: Kind
    /// A channel such as `slack:#payments`; empty for events.
    public let target: String
    public let tenant: String
    public let approval: ApprovalID
    /// What the kind needs besides, as UTF-8 text.
    public let payload: String
    public var attempts: Int
    public var nextAt: Timestamp
    public var state: State
    /// What the receiver said of it, such as where the message stands.
    public var result: String?
    /// Why the last attempt failed.
    public var failure: String?
    public let createdAt: Timestamp

    public init(
        key: String, kind: Kind, target: String, tenant: String, approval: ApprovalID, payload: String = "",
        attempts: Int = 0, nextAt: Timestamp, state: State = .waiting, result: String? = nil, failure: String? = nil,
        createdAt: Timestamp
    ) {
        self.key = key
        self.kind = kind
        self.target = target
        self.tenant = tenant
        self.approval = approval
        self.payload = payload
        self.attempts = attempts
        self.nextAt = nextAt
        self.state = state
        self.result = result
        self.failure = failure
        self.createdAt = createdAt
    }
}

/// The deliveries that are under way, kept beside the approvals. Implementers MUST make each method one atomic step that is
/// durable when it returns, and MUST put an event of kind `.event` in with the very change of an approval that made it.
public protocol ApprovalOutbox: Sendable {
    /// Waiting deliveries of these kinds whose time has come, the longest due first.
    func due(_ kinds: Set<Delivery.Kind>, now: Timestamp, limit: Int) async throws -> [Delivery]

    /// All deliveries of an approval, oldest first.
    func deliveries(of approval: ApprovalID) async throws -> [Delivery]

    /// Marks the delivery done and adds those that follow from it; a key that is there already stays as it is.
    func finish(_ key: String, result: String?, adding next: [Delivery], now: Timestamp) async throws

    /// Notes a failure, and when to try again.
    func postpone(_ key: String, until: Timestamp, failure: String, countsAsAttempt: Bool) async throws

    /// Gives a delivery up.
    func bury(_ key: String, failure: String, now: Timestamp) async throws

    /// Adds deliveries; a key that is there already stays as it is.
    func add(_ deliveries: [Delivery]) async throws

    /// Forgets what was finished or given up before `time`.
    func prune(before time: Timestamp) async throws
}
