public import Foundation
import RegoValues

/// What a tenant sets for itself, from `data.aegis.tenant` of its bundle; all of it has a default.
public struct TenantSettings: Sendable, Hashable {
    public enum Mode: String, Sendable {
        case enforce
        /// Every call is allowed, and the record says what would have been decided. Faults of identity still deny.
        case shadow
    }

    public enum Sessions: String, Sendable {
        /// As calls name them.
        case named
        /// One of each agent, whatever its calls name.
        case agent
    }

    public var mode: Mode
    /// Where the tenant's days and months begin.
    public var timeZone: TimeZone
    /// How many approvals one agent may have pending.
    public var pendingApprovalsPerAgent: Int

    /// How many approvals one agent may ask for in a day of the tenant.
    public var dailyApprovalsPerAgent: Int
    /// How long policies are good without a new word from their publisher; nil: for ever.
    public var freshness: Freshness?
    /// The retention class of its decisions' records; nil: what the rules of `aegis audit retention` say.
    public var retention: String?
    /// Whose sessions policies, rates and budgets see.
    public var sessions: Sessions

    public init(
        mode: Mode = .enforce, timeZone: TimeZone = .gmt, pendingApprovalsPerAgent: Int = 100,
        dailyApprovalsPerAgent: Int = 1000, freshness: Freshness? = nil, retention: String? = nil,
        sessions: Sessions = .named
    ) {
        self.mode = mode
        self.timeZone = timeZone
        self.pendingApprovalsPerAgent = pendingApprovalsPerAgent
        self.dailyApprovalsPerAgent = dailyApprovalsPerAgent
        self.freshness = freshness
        self.retention = retention
        self.sessions = sessions
    }

    /// - Throws: for a value that is there and not understood; it never falls back to a default.
    init(_ value: Value) throws(CatalogError) {
        self.init()
        guard !value.isUndefined, value.kind != .null else { return }
        guard value.kind == .object else { throw CatalogError("`data.aegis.tenant` is not an object") }
        let mode = value.lookup("mode")
        if !mode.isUndefined {
            guard let known = mode.string.flatMap(Mode.init(rawValue:)) else {
                throw CatalogError("the tenant's `mode` is neither enforce nor shadow")
            }
            self.mode = known
        }
        let sessions = value.lookup("sessions")
        if !sessions.isUndefined {
            guard let known = sessions.string.flatMap(Sessions.init(rawValue:)) else {
                throw CatalogError("the tenant's `sessions` is neither named nor agent")
            }
            self.sessions = known
        }
        let zone = value.lookup("time_zone")
        if !zone.isUndefined {
            guard let known = zone.string.flatMap(TimeZone.init(identifier:)) else {
                throw CatalogError("the tenant's `time_zone` is not a zone such as Europe/Berlin")
            }
            timeZone = known
        }
        pendingApprovalsPerAgent =
            try ApprovalLimits.read(
                value.lookup("pending_approvals_per_agent"), "the tenant's `pending_approvals_per_agent`")
            ?? pendingApprovalsPerAgent
        dailyApprovalsPerAgent =
            try ApprovalLimits.read(
                value.lookup("daily_approvals_per_agent"), "the tenant's `daily_approvals_per_agent`")
            ?? dailyApprovalsPerAgent
        freshness = try Self.freshness(value)
        let retention = value.lookup("retention")
        if !retention.isUndefined {
            guard let name = retention.string, !name.isEmpty else {
                throw CatalogError("the tenant's `retention` is not the name of a class")
            }
            self.retention = name
        }
    }

    private static func freshness(_ value: Value) throws(CatalogError) -> Freshness? {
        let (after, when) = (value.lookup("stale_after"), value.lookup("when_stale"))
        guard !after.isUndefined || !when.isUndefined else { return nil }
        guard let consequence = when.isUndefined ? .report : when.string.flatMap(Freshness.Consequence.init(rawValue:))
        else { throw CatalogError("the tenant's `when_stale` is neither report nor deny") }
        guard let freshness = after.string.flatMap({ Freshness(staleAfter: $0, whenStale: consequence) }) else {
            throw CatalogError("the tenant's `stale_after` is not a time such as 24h")
        }
        return freshness
    }
}
