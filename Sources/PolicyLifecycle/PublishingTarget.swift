public import PolicyBundles
public import SignedTokens

/// A bundle store that versions are published to.
public struct PublishingTarget: Sendable {
    /// As it stands in the history.
    public let name: String
    private let store: @Sendable (KeyRing) -> any BundleStore

    /// - Parameter store: the store, which is to go by the word of these keys about what is the latest.
    public init(name: String, store: @escaping @Sendable (_ trusting: KeyRing) -> any BundleStore) {
        self.name = name
        self.store = store
    }

    /// Puts the bundle into the store, and signs that it is the latest.
    /// - Parameter scope: that of the bundle's own signature.
    /// - Throws: ``BundleStoreError``, ``TokenError``.
    func publish(
        _ bundle: VerifiedBundle, signer: any Signer, scope: String?, trusting ring: KeyRing, at time: UTCTime
    ) async throws {
        let pointer = try BundlePointer(to: bundle, signedAt: time.seconds, scope: scope).signed(by: signer)
        _ = try await store(ring).publish(bundle, pointer: pointer)
    }
}

/// A version that has just been published.
public struct Release: Sendable {
    public let event: SignedEvent
    public let bundle: VerifiedBundle
    /// The ids of the approvals that its manifest carries.
    public let approvals: [String]
    /// The store, as the history names it.
    public let store: String
}
