import PolicyLifecycle
import SignedTokens
import Synchronization

/// How many new bytes may be kept for a tenant's history within an hour. No event has to name them yet, so that without a bound
/// one author could fill the disk of all.
final class ObjectAllowance: Sendable {
    private struct Hour {
        var number: Int64
        var bytes = 0
    }

    private static let most = 1 << 30
    private let taken = Mutex<[String: Hour]>([:])

    /// - Returns: false where the hour's bytes are used up.
    func take(_ count: Int, of tenant: String, at time: UTCTime) -> Bool {
        let number = time.seconds / 3600
        return taken.withLock { taken in
            var hour = taken[tenant] ?? Hour(number: number)
            if hour.number != number { hour = Hour(number: number) }
            guard hour.bytes + count <= Self.most else { return false }
            hour.bytes += count
            taken[tenant] = hour
            return true
        }
    }

    static let exhausted = LifecycleError(
        .overQuota, "the tenant has handed in \(most >> 30) GiB of objects within the hour", fix: "try again later")
}
