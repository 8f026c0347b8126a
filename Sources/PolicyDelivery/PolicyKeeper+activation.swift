import Approvals
import AuditTrail
import Decisions
import Logging
import ObjectStores
import PolicyBundles
import Synchronization

/// From an archive to the active policy, on a quiet thread; the swap itself is one assignment between two decisions.
extension PolicyKeeper {
    /// What came of an archive.
    private enum Outcome: Sendable {
        case activated(VerifiedBundle)
        case isActive
        case refused(RefusalText)
    }

    /// - Parameter followed: the verified pointer that led to the archive.
    func take(_ archive: [UInt8], followed: SignedPointer?) async {
        let active = state.withLock { $0.active }
        let displaced = Displaced(registry.active(tenant: tenant), active)
        let outcome = await QuietThread.run { [self] in activate(archive, after: active, followed) }
        switch outcome {
        case .isActive: clearRefusal()
        case .refused(let text): await refuse(text)
        case .activated(let bundle):
            state.withLock { state in
                state.active = bundle
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

    /// The last good bundle of the data directory, with what is known of its being the latest.
    func activateLast() async {
        let outcome: Result<(VerifiedBundle, BundlePointer?)?, RefusalBox> = await QuietThread.run { [self] in
            do {
                guard let last = try history.last(tenant: tenant) else { return .success(nil) }
                let name = "\(history.directory)/\(tenant)/bundle-\(last.bundle.version).tar.gz"
                let now = clock()
                let verified = try verifier(active: nil).verify(
                    UnverifiedBundle(archive: last.archive, name: name), now: now.seconds)
                let pointer = last.pointer.flatMap {
                    try? verifier(active: nil).verify($0, after: nil, now: now.seconds)
                }
                let policy = try ActivePolicy(verified)
                noteWord(max(verified.signedAt, pointer?.signedAt ?? 0))
                _ = registry.activate(policy, now: now)
                return .success((verified, pointer))
            } catch { return .failure(RefusalBox(text: RefusalText(error))) }
        }
        switch outcome {
        case .success(nil): break
        case .success(let (bundle, pointer)?):
            state.withLock { state in
                state.active = bundle
                state.pointer = pointer
            }
            logger.notice(
                "policies active",
                metadata: ["policy_version": "\(bundle.policyVersion)", "from": "\(history.directory)"])
            await record(
                [
                    "event": "activated", "policy_version": bundle.policyVersion, "signed_by": bundle.keyID,
                    "from": "history",
                ],
                bundle)
        case .failure(let box): await refuse(box.text, because: "the last good bundle cannot be used again: ")
        }
    }

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
        do { try history.keep(signed) } catch {
            logger.error("the pointer cannot be kept", metadata: ["error": "\(error)"])
        }
    }

    private struct RefusalBox: Error, Sendable {
        let text: RefusalText
    }

    private func activate(_ archive: [UInt8], after active: VerifiedBundle?, _ followed: SignedPointer?) -> Outcome {
        do {
            let bundle = try UnverifiedBundle(archive: archive, name: source.name)
            if bundle.digest == active?.digest { return .isActive }
            // A pointer was verified before: where it goes back, somebody signed for that.
            let isRollback = followed?.claimed.rollback != nil
            let now = clock()
            let verified = try verifier(active: isRollback ? nil : active?.asActive).verify(bundle, now: now.seconds)
            guard followed.map({ $0.claimed.version == verified.manifest.metadata.version }) ?? true else {
                throw BundleStoreError(
                    .pointerMismatch, "the pointer and the bundle name two versions", location: source.name,
                    fix: "publish the bundle again")
            }
            let policy = try ActivePolicy(verified)
            try history.keep(verified, pointer: followed)
            noteWord(source.isPublisher ? now.seconds : max(verified.signedAt, followed?.claimed.signedAt ?? 0))
            guard registry.activate(policy, isRollback: isRollback, now: now) else {
                throw PolicyError.notNewer(policy.version)
            }
            return .activated(verified)
        } catch { return .refused(RefusalText(error)) }
    }
}
