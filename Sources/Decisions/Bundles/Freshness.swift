public import Approvals

/// How long a tenant goes by policies of which nobody says any more that they are the latest.
///
/// A gateway that is cut off from its publisher, by a fault or by somebody, would else enforce what has long been withdrawn.
public struct Freshness: Sendable, Hashable {
    public enum Consequence: String, Sendable {
        /// The gateway says so and decides on.
        case report
        /// Every call is denied until somebody says so again.
        case deny
    }

    /// In seconds.
    public var longest: Int64
    public var whenStale: Consequence

    public init(longest: Int64, whenStale: Consequence) {
        self.longest = longest
        self.whenStale = whenStale
    }

    /// Reads `stale_after`, such as `24h`, and `when_stale`.
    init?(staleAfter: String, whenStale: Consequence) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = staleAfter.last.flatMap({ units[$0] }), let count = Int64(staleAfter.dropLast()), count > 0,
            count <= 3650 * 86_400 / unit
        else { return nil }
        self.init(longest: count * unit, whenStale: whenStale)
    }

    /// - Parameter age: since the last signed word, in seconds; nil: there never was one.
    public func isStale(age: Int64?) -> Bool { age.map { $0 > longest } ?? true }
}

extension PolicyRegistry {
    /// The tenants whose active policies nobody has called the latest for too long.
    public func stale(now: Timestamp) -> [String: Freshness.Consequence] {
        var stale: [String: Freshness.Consequence] = [:]
        for tenant in statuses.keys {
            guard let (policy, age) = activeAndAge(tenant: tenant, now: now), let freshness = policy.settings.freshness,
                freshness.isStale(age: age)
            else { continue }
            stale[tenant] = freshness.whenStale
        }
        return stale
    }
}
