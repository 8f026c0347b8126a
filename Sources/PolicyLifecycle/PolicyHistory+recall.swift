public import PolicyBundles
public import SignedTokens

extension PolicyHistory {
    /// What going back to a version that is out would change against what gateways of its region have.
    /// - Throws: `.unknownVersion`.
    public func change(recallingTo number: Int, meaning: ChangeMeaning) async throws(LifecycleError) -> ChangeNote? {
        try await change(of: state.record(version(number).proposal), meaning: meaning)
    }

    /// Records that a store's pointer goes back to an older version, before it does. Asked again, nothing is added.
    /// - Parameter digest: of the bundle in the store.
    /// - Returns: nil where the history says so already.
    /// - Throws: `.unknownVersion`, `.contentMismatch` where the store has another bundle, `.notPermitted`.
    public mutating func recall(
        to number: Int, digest: BundleDigest, in store: String, reason: String, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent? {
        let target = try version(number)
        guard target.digest == digest else {
            throw LifecycleError(
                .contentMismatch, "version \(number) in \(store) is not the bundle that was signed",
                fix: "verify the store: aegis policy verify-history --store \(store)")
        }
        let newer = state.versions.filter { $0.store == store && $0.number > number }
        if !newer.isEmpty, target.recalled == nil, newer.allSatisfy({ $0.recalled != nil }) { return nil }
        guard let latest = newer.last else {
            throw LifecycleError(
                .unknownVersion, "the history knows of no version after \(number) in \(store)",
                fix: "name the store as it was published to: aegis policy history")
        }
        return try await append(
            .recalled(
                Recall(version: latest.number, to: number, digest: digest, store: store, reason: reason)),
            by: signer, at: time)
    }

    private func version(_ number: Int) throws(LifecycleError) -> VersionRecord {
        guard let version = state.versions.first(where: { $0.number == number }) else {
            throw LifecycleError(
                .unknownVersion, "there is no version \(number)", fix: "list them: aegis policy history")
        }
        return version
    }
}
