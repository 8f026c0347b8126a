import Synchronization

/// The idempotency keys under which calls are being decided: one call at a time goes on under each. At most as many as there are
/// calls at once.
///
/// What spends is kept apart by the state store as well, and through a crash. What spends nothing is not, and its retry would be a
/// second call: with a place of its own in the session, which the first call may have closed to it.
final class CallsUnderWay: Sendable {
    private struct Key: Hashable {
        var tenant: String
        var agent: String
        var key: String
    }

    private let fingerprints = Mutex<[Key: [UInt8]]>([:])

    /// - Returns: nil where the call goes on, and must ``leave(_:tenant:agent:)``; else why not.
    func enter(_ claim: SpendOrder.IdempotencyClaim, tenant: String, agent: String) -> SpendRefusal? {
        let key = Key(tenant: tenant, agent: agent, key: claim.key)
        return fingerprints.withLock { fingerprints in
            guard let other = fingerprints[key] else {
                fingerprints[key] = claim.fingerprint
                return nil
            }
            return other == claim.fingerprint ? .idempotencyInFlight : .idempotencyConflict
        }
    }

    func leave(_ claim: SpendOrder.IdempotencyClaim, tenant: String, agent: String) {
        let key = Key(tenant: tenant, agent: agent, key: claim.key)
        _ = fingerprints.withLock { $0.removeValue(forKey: key) }
    }
}
