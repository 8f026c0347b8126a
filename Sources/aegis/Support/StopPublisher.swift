import ObjectStores
import PolicyBundles
import SignedTokens

/// Switches agents on all gateways of a tenant: by the signed list beside its bundles.
struct StopPublisher: Sendable {
    let store: ObjectBundleStore
    /// Whose lists are added to. The signer must be among them, or no gateway would believe the next one.
    let trust: KeyRing
    /// Whether `trust` are all that count. Where it is the signer alone, others may have signed what is there.
    let knowsAll: Bool
    let signer: any Signer

    struct Outcome: Sendable {
        var list: VerifiedStopList
        var hasChanged: Bool
        /// Why the list that was there counted for nothing, where it did not.
        var passedOver: String?
    }

    /// - Parameter now: milliseconds since 1970.
    /// - Throws: ``BundleError`` where no gateway would believe the signer, ``BundleStoreError``, ``TokenError``.
    func turn(
        _ agent: String, of tenant: String, isStopped: Bool, reason: String, by: String, now: Int64
    ) async throws -> Outcome {
        let verifier = BundleVerifier(trust: trust, tenant: tenant)
        var outcome: Outcome?
        try await store.changeStops(tenant: tenant) { there in
            let (former, passedOver) = try believed(there, verifier, now: now)
            var list = former?.list ?? AgentStopList(tenant: tenant)
            list.scope = trust[signer.name]?.scope
            guard list.turn(agent, isStopped: isStopped, reason: reason, by: by, now: now) else {
                outcome = former.map { Outcome(list: $0, hasChanged: false) }
                return nil
            }
            let signed = try list.signed(by: signer)
            outcome = Outcome(
                list: try verifier.verify(signed, after: 0, now: now / 1000), hasChanged: true, passedOver: passedOver)
            return signed
        }
        guard let outcome else { throw CommandFailure("nothing was switched") }
        return outcome
    }

    /// What somebody put there who is not trusted is not signed again by somebody who is. It stands in nobody's way either: what a
    /// list leaves out it does not revive.
    private func believed(
        _ there: ObjectBundleStore.StopsThere, _ verifier: BundleVerifier, now: Int64
    ) throws -> (VerifiedStopList?, passedOver: String?) {
        switch there {
        case .nothing: return (nil, nil)
        case .rubbish: return (nil, "it is no signed list")
        case .list(let signed):
            do throws(BundleError) {
                return (try verifier.verify(signed, after: 0, now: now / 1000), nil)
            } catch {
                guard knowsAll || error.code != .keyUntrusted else {
                    throw CommandFailure(
                        "somebody else signed the list of switched agents that is there; nothing was switched",
                        fix: "name whose keys count: --trust trust-root.json")
                }
                return (nil, error.message)
            }
        }
    }
}
