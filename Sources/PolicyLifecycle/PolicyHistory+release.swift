public import PolicyBundles
public import SignedTokens

/// From an approved proposal to the store, as every publisher does it. Each step stands by itself: what a crash, a store that is
/// down, or a signature that is not there yet interrupts is gone on with by doing it again.
extension PolicyHistory {
    /// What became of a version that was signed and in no store yet.
    public enum Finished: Sendable {
        case released(Release)
        /// Gateways would refuse it, and nothing could ever follow it.
        case abandoned(SignedEvent, version: Int, reason: String)
    }

    /// Publishes what is signed and in no store yet. What the trust root does not allow any more is given up.
    /// - Returns: nil where there is nothing of the kind.
    /// - Throws: ``LifecycleError``, ``BundleStoreError``, ``TokenError``.
    public mutating func finish(
        to target: PublishingTarget, by signer: any Signer, at time: UTCTime
    ) async throws -> Finished? {
        guard let last = state.unconfirmed else { return nil }
        do throws(LifecycleError) {
            _ = try await unconfirmedBundle()
        } catch {
            guard error.code == .bundleInvalid else { throw error }
            let reason = "the trust root does not allow it any more: \(error.message.prefix(1000))"
            return .abandoned(
                try await abandon(reason: reason, by: signer, at: time), version: last.number, reason: reason)
        }
        return .released(try await release(last.number, to: target, by: signer, at: time))
    }

    /// Signs an approved proposal as the next version, and publishes it.
    /// - Parameter meaning: works out what the change means: the note in the proposal is its author's.
    /// - Throws: ``LifecycleError``, ``BundleStoreError``, ``TokenError``.
    public mutating func publish(
        _ id: String, to target: PublishingTarget, emergency: String? = nil, acknowledgesWidening: Bool,
        meaning: ChangeMeaning, by signer: any Signer, at time: UTCTime
    ) async throws -> Release {
        try await checkWidening(of: id, isAcknowledged: acknowledgesWidening, meaning: meaning)
        let bundle = try await sign(
            id, emergency: emergency, acknowledgesWidening: acknowledgesWidening, by: signer, at: time)
        return try await release(bundle.manifest.metadata.version, to: target, by: signer, at: time)
    }

    /// Publishes the content of an earlier version as the next one.
    /// - Parameter change: what that means, which may be more than is allowed now.
    /// - Throws: ``LifecycleError``, ``BundleStoreError``, ``TokenError``.
    public mutating func rollBack(
        to number: Int, reason: String, change: ChangeNote?, acknowledgesWidening: Bool,
        to target: PublishingTarget, by signer: any Signer, at time: UTCTime
    ) async throws -> Release {
        // Before anything is written: what is refused leaves no proposal behind.
        if !acknowledgesWidening { try change?.checkIsNarrow() }
        let id: String
        if let begun = try begunRollback(to: number, reason: reason, by: signer) {
            id = begun
        } else {
            id = try await proposeRollback(to: number, reason: reason, change: change, by: signer, at: time).event.id
        }
        let bundle = try await sign(id, acknowledgesWidening: acknowledgesWidening, by: signer, at: time)
        return try await release(bundle.manifest.metadata.version, to: target, by: signer, at: time)
    }

    /// The proposal that an attempt before this one has left.
    private func begunRollback(
        to number: Int, reason: String, by signer: any Signer
    ) throws(LifecycleError) -> String? {
        let (version, _) = try restorable(number)
        return state.openProposals.last { record in
            record.proposal.restores?.version == version && record.proposal.restores?.reason == reason
                && record.author == state.trust[signer.name]?.person
        }?.id
    }

    /// Puts a signed version into the store, and then into the history that it is there.
    private mutating func release(
        _ version: Int, to target: PublishingTarget, by signer: any Signer, at time: UTCTime
    ) async throws -> Release {
        let bundle = try await bundle(version: version)
        try await target.publish(
            bundle, signer: signer, scope: state.trust[signer.name]?.scope, trusting: state.trust, at: time)
        let event = try await confirm(publishedTo: target.name, by: signer, at: time)
        return Release(
            event: event, bundle: bundle, approvals: state.versions.last?.signed.approvals ?? [], store: target.name)
    }
}

extension HistoryState {
    /// The role that was asked for, or the one role of the quorum that the key's holder has.
    /// - Throws: `.notPermitted` where there are several.
    public func quorumRole(_ name: String?, of key: String) throws(LifecycleError) -> String {
        if let name { return name }
        let quorum = rules.quorum.keys.sorted()
        let own = quorum.filter { trust[key]?.mayAct(as: $0) ?? false }
        guard own.count <= 1 else {
            throw LifecycleError(
                .notPermitted, "the holder of the key `\(key)` has several roles of the quorum",
                fix: "say in which: \(own.joined(separator: ", "))")
        }
        // Whoever has none is told so by the rules.
        return own.first ?? quorum.first ?? "approver"
    }
}
