import PolicyBundles
public import SignedTokens

extension PolicyHistory {
    /// Brings the trust root that somebody was given together with those of the history: a newer one is adopted, one of the
    /// history's own is fine.
    /// - Returns: the event, where one was needed.
    /// - Throws: `.trust` when it is none of them and does not follow them either.
    @discardableResult
    public mutating func adopt(
        _ root: SignedTrustRoot, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent? {
        guard try Self.isNewer(root, than: state) else { return nil }
        let digest = try await files.keep(root.bytes)
        let ring: KeyRing
        do { ring = try root.root.ring() } catch { throw LifecycleError(.trust, error.message, fix: error.fix) }
        let body = EventBody.trusted(AdoptedRoot(version: root.root.version, digest: digest))
        let event = try SignedEvent(
            signing: draft(body, by: signer.name, at: time, trust: ring), with: signer)
        try await append(event, root: root)
        return event
    }

    /// Whether the history rests on the root that somebody was given, or on one before or after it.
    /// - Throws: `.trust` when it does not.
    public func check(against root: SignedTrustRoot) throws(LifecycleError) {
        _ = try Self.isNewer(root, than: state)
    }

    /// - Throws: `.trust` when the history rests on other roots.
    static func isNewer(_ root: SignedTrustRoot, than state: HistoryState) throws(LifecycleError) -> Bool {
        do throws(TokenError) {
            guard let latest = state.roots.last else { return true }
            if let same = state.roots.first(where: { $0.root.version == root.root.version }) {
                guard same.isSameRoot(as: root) else {
                    throw TokenError(
                        .trustInvalid,
                        "version \(root.root.version) of the trust root is another one than the history's",
                        fix: "find out who made the other; one of the two is false")
                }
                return false
            }
            if root.root.version > latest.root.version {
                try root.check(after: latest.root)
                return true
            }
            // Older than the first, or skipped by the history: then the next one has to follow it.
            guard let next = state.roots.first(where: { $0.root.version > root.root.version }) else { return false }
            try next.check(after: root.root)
            return false
        } catch {
            throw LifecycleError(.trust, error.message, fix: error.fix)
        }
    }
}
