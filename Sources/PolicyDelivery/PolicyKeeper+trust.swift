import Approvals
import Decisions
import Logging
import PolicyBundles
import SignedTokens
import Synchronization

/// What an active bundle is worth by the keys that are trusted now.
enum Standing: Sendable {
    /// It would be taken today.
    case good(VerifiedBundle)
    /// It would not, since the rules for people are others now; it was accepted by those of its time.
    case belowRules(VerifiedBundle, RefusalText)
    /// Its signature counts no more.
    case lost(RefusalText)

    /// nil where it may not be in force.
    var bundle: VerifiedBundle? {
        switch self {
        case .good(let bundle), .belowRules(let bundle, _): bundle
        case .lost: nil
        }
    }

    /// What speaks against it.
    var text: RefusalText? {
        switch self {
        case .good: nil
        case .belowRules(_, let text), .lost(let text): text
        }
    }
}

/// What is in force is judged again when the trusted keys change, as it would be at a restart. A bundle whose signer is revoked as
/// compromised, or trusted no more, goes out of force at once, and every call is denied until another one is published: an
/// older one comes back by somebody's signed word only, and nobody gave that.
extension PolicyKeeper {
    func judgeActive() async {
        let ring = trust()
        let active = state.withLock { state -> VerifiedBundle? in
            guard state.ring != ring else { return nil }
            state.ring = ring
            return state.active
        }
        guard let active else { return }
        switch await QuietThread.run({ [self] in standing(of: active.archive, name: source.name, by: ring) }) {
        case .good: registry.noteDoubt(nil, tenant: tenant)
        case .belowRules(_, let doubt): await noteDoubt(doubt, active)
        case .lost(let text): await withdraw(active, because: text)
        }
    }

    func standing(of archive: [UInt8], name: String, by ring: KeyRing) -> Standing {
        var verifier = verifier(active: nil)
        verifier.trust = ring
        do {
            let bundle = try UnverifiedBundle(archive: archive, name: name)
            let now = clock().seconds
            do throws(BundleRefusal) { return .good(try verifier.verify(bundle, now: now)) } catch {
                verifier.wasAccepted = true
                return .belowRules(try verifier.verify(bundle, now: now), RefusalText(error))
            }
        } catch { return .lost(RefusalText(error)) }
    }

    /// The bundle stays, and whoever looks after this gateway learns that it would not be taken anew.
    func noteDoubt(_ doubt: RefusalText, _ bundle: VerifiedBundle) async {
        registry.noteDoubt(.init(at: clock(), code: doubt.code, message: doubt.message), tenant: tenant)
        logger.warning(
            "the active policies were accepted by earlier rules and would not be today; publish them again\n\(doubt.message)",
            metadata: ["policy_version": "\(bundle.policyVersion)"])
        await record(["event": "below_rules", "code": doubt.code, "message": doubt.message], bundle)
    }

    private func withdraw(_ bundle: VerifiedBundle, because text: RefusalText) async {
        let displaced = Displaced(registry.active(tenant: tenant), bundle)
        let failure = PolicyRegistry.Failure(at: clock(), code: text.code, message: text.message)
        guard registry.withdraw(bundle.digest.description, tenant: tenant, because: failure) else { return }
        state.withLock { state in
            guard state.active?.digest == bundle.digest else { return }
            state.active = nil
            state.refusal = text
            state.refusedAt = clock().seconds
            // What the source has is looked at again: somebody may have given the key its trust back.
            state.mark = nil
        }
        displaced.release()
        logger.critical(
            "policies withdrawn, since their signature counts no more; every call is denied\n\(text.message)",
            metadata: ["policy_version": "\(bundle.policyVersion)"])
        await record(["event": "withdrawn", "code": text.code, "message": text.message], bundle)
    }
}
