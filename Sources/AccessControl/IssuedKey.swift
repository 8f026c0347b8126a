public import Approvals
public import Decisions

/// An API key as it is listed: everything but what would prove it.
public struct IssuedKey: Sendable, Hashable {
    public let entry: APIKeyEntry
    public let createdAt: Timestamp
    /// Empty for keys from before this was kept.
    public let createdBy: String
    public let revokedAt: Timestamp?

    public init(entry: APIKeyEntry, createdAt: Timestamp, createdBy: String, revokedAt: Timestamp?) {
        self.entry = entry
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.revokedAt = revokedAt
    }

    public enum State: String, Sendable { case active, expired, revoked }

    public func state(at now: Timestamp) -> State {
        if revokedAt != nil { return .revoked }
        return entry.isExpired(at: now) ? .expired : .active
    }
}
