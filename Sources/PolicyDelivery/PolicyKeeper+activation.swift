import Approvals
import AuditTrail
import Decisions
import Logging
import ObjectStores
import PolicyBundles
import SignedTokens
import Synchronization

/// From an archive to the active policy, on a quiet thread; the swap itself is one assignment between two decisions.
extension PolicyKeeper {
    /// What came of an archive.
    private enum Outcome: Sendable {
        case activated(VerifiedBundle, by: KeyRing)
        case isActive
        case refused(RefusalText)
    }

    /// - Parameter followed: the verified pointer that led to the archive.
    func take(_ archive: [UInt8], followed: SignedPointer?) async {
        let (active, last) = state.withLock { ($0.active, $0.last) }
        let displaced = Displaced(registry.active(tenant: tenant), active)
        let outcome = await QuietThread.run { [self] in
            if let active, active.digest == BundleDigest(of: archive) { return Outcome.isActive }
            return activate(archive, after: last, followed)
        }
        switch outcome {
        case .isActive: clearRefusal()
        case .refused(let text): await refuse(text)
        case .activated(let bundle, let ring):
            state.withLock { state in
                state.active = bundle
                state.last = bundle.asActive
                state.ring = ring
                state.pointer = followed?.claimed ?? state.pointer
            }
            clearRefusal()
            displaced.release()
            logger.notice(
                "policies active", metadata: ["policy_version": "\(bundle.policyVersion)", "from": "\(source.name)"])
            var detail = ["event": "activated", "policy_version": bundle.policyVersion, "signed_by": bundle.keyID]
            if let emergency = bundle.manifest.metadata.emergency {
                logger.warning(
                    "these policies were published in an emergency, without waiting for reviews",
                    metadata: ["by": "\(emergency.by)", "reason": "\(emergency.reason)"])
                detail["emergency"] = emergency.reason
            }
            if let rollback = followed?.claimed.rollback {
                detail["rolled_back_from"] = String(rollback.from)
                detail["reason"] = rollback.reason
            }
            await record(detail, bundle)
        }
    }

    /// The last good bundle of the data directory, with what is known of its being the latest. It was accepted when it became
    /// active, and needs no second approval where the rules have become stricter since.
    func activateLast() async {
        let outcome: Result<Standing?, RefusalBox> = await QuietThread.run { [self] in
            do {
                guard let last = try history.last(tenant: tenant) else { return .success(nil) }
                let ring = trust()
                state.withLock { state in
                    state.last = ActiveBundle(version: last.bundle.version, digest: last.bundle.digest)
                    state.pointer = last.pointer?.claimed
                    state.isPointed = hasPointers(last)
                    state.ring = ring
                }
                let name = "\(history.directory)/\(tenant)/bundle-\(last.bundle.version).tar.gz"
                let standing = standing(of: last.archive, name: name, by: ring)
                guard let bundle = standing.bundle else {
                    // Who publishes here is asked for the next version by nobody but this keeper.
                    if source.isPublisher { state.withLock { ($0.last, $0.pointer) = (nil, nil) } }
                    return .success(standing)
                }
                let policy = try ActivePolicy(bundle)
                let now = clock()
                let word = last.pointer.flatMap {
                    try? verifier(active: nil).verify($0, after: nil, now: now.seconds).signedAt
                }
                noteWord(max(bundle.signedAt, word ?? 0))
                _ = registry.activate(policy, now: now)
                return .success(standing)
            } catch { return .failure(RefusalBox(text: RefusalText(error))) }
        }
        switch outcome {
        case .success(nil): break
        case .success(let standing?):
            guard let bundle = standing.bundle else {
                if let text = standing.text { await refuse(text, because: Self.unusable) }
                return
            }
            state.withLock { $0.active = bundle }
            logger.notice(
                "policies active",
                metadata: ["policy_version": "\(bundle.policyVersion)", "from": "\(history.directory)"])
            await record(
                [
                    "event": "activated", "policy_version": bundle.policyVersion, "signed_by": bundle.keyID,
                    "from": "history",
                ],
                bundle)
            if let doubt = standing.text { await noteDoubt(doubt, bundle) }
        case .failure(let box): await refuse(box.text, because: Self.unusable)
        }
    }

    /// Whether this source has sent pointers before this start: one that was left out meanwhile is missed. Another source than the
    /// operator had before may have none. Histories of before sources were noted are of this one, unless it is of this machine
    /// and sends none ever.
    private func hasPointers(_ last: BundleHistory.Entry) -> Bool {
        guard last.pointer != nil else { return false }
        guard let sender = last.source else { return source.pace != .local }
        return sender == source.name
    }

    private static let unusable = "the last good bundle cannot be used again: "

    /// The pointer says again that what is active is the latest.
    func confirm(_ signed: SignedPointer) async {
        let isNews = state.withLock { state in
            guard state.pointer != signed.claimed else { return false }
            state.pointer = signed.claimed
            return true
        }
        clearRefusal()
        guard isNews else { return }
        noteWord(signed.claimed.signedAt)
        do { try history.keep(signed, source: source.name) } catch {
            logger.error("the pointer cannot be kept", metadata: ["error": "\(error)"])
        }
    }

    private struct RefusalBox: Error, Sendable {
        let text: RefusalText
    }

    private func activate(_ archive: [UInt8], after last: ActiveBundle?, _ followed: SignedPointer?) -> Outcome {
        do {
            let bundle = try UnverifiedBundle(archive: archive, name: source.name)
            // A pointer was verified before: where it goes back, somebody signed for that.
            let isRollback = followed?.claimed.rollback != nil
            let now = clock()
            let verifier = verifier(active: isRollback ? nil : last)
            let verified = try verifier.verify(bundle, now: now.seconds)
            let version = verified.manifest.metadata.version
            guard followed.map({ $0.claimed.version == version }) ?? true else {
                throw BundleStoreError(
                    .pointerMismatch, "the pointer and the bundle name two versions", location: source.name,
                    fix: "publish the bundle again")
            }
            if followed == nil, let left = state.withLock({ $0.pointer?.rollback?.from }), version <= left {
                throw DeliveryError(
                    .pointerMissing,
                    "version \(version) was left by a signed rollback, and no signed pointer brings it back",
                    location: source.name, fix: "publish the policies under version \(left + 1)")
            }
            let policy = try ActivePolicy(verified)
            try history.keep(verified, pointer: followed, source: source.name)
            noteWord(source.isPublisher ? now.seconds : max(verified.signedAt, followed?.claimed.signedAt ?? 0))
            guard registry.activate(policy, isRollback: isRollback, now: now) else {
                throw PolicyError.notNewer(policy.version)
            }
            return .activated(verified, by: verifier.trust)
        } catch { return .refused(RefusalText(error)) }
    }
}
