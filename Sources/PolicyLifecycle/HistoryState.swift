import PolicyBundles
public import SignedTokens

/// What a tenant's events come to: who is trusted, what is proposed, and which versions there are.
///
/// Invariant: a state only grows by ``apply(_:root:)``, which holds every rule; writing, replaying and verifying a history all
/// go through it. It does no I/O and reads no clock.
public struct HistoryState: Sendable {
    public let tenant: String
    /// Events so far.
    public private(set) var count = 0
    /// The digest of the last event, or ``LifecycleEvent/genesis``.
    public private(set) var head = LifecycleEvent.genesis
    public private(set) var lastTime: UTCTime?
    /// All trust roots that were in force, oldest first.
    public private(set) var roots: [SignedTrustRoot] = []
    /// The keys of the newest root.
    public private(set) var trust: KeyRing
    /// Oldest first.
    public internal(set) var proposals: [ProposalRecord] = []
    /// Version 1 first.
    public internal(set) var versions: [VersionRecord] = []
    private var ids: Set<String> = []

    /// - Throws: `.contentInvalid` for what cannot be a tenant's name.
    public init(tenant: String) throws(LifecycleError) {
        guard BundleMetadata.isTenantName(tenant), let empty = try? KeyRing([]) else {
            throw LifecycleError(
                .contentInvalid, "`\(tenant)` cannot be the name of a tenant",
                fix: "use small letters, digits, `-` and `_`")
        }
        self.tenant = tenant
        trust = empty
    }

    public var root: TrustRoot? { roots.last?.root }
    public var rules: ReviewRules { trust.reviewRules[tenant] ?? .usual }

    /// Takes one more event, or says why it does not count and stays as it is.
    /// - Parameter root: for a `trusted` event, the trust root that it names; its bytes have that digest.
    public mutating func apply(_ signed: SignedEvent, root: SignedTrustRoot? = nil) throws(LifecycleError) {
        var next = self
        try next.checkPlace(signed.event)
        if case .trusted(let adopted) = signed.event.body { try next.adopt(adopted, root) }
        let actor = try next.actor(of: signed)
        try next.step(signed, by: actor)
        next.count += 1
        next.head = signed.digest.description
        next.lastTime = signed.event.time
        next.ids.insert(signed.event.id)
        self = next
    }

    public func proposal(_ id: String) -> ProposalRecord? { proposals.first { $0.id == id } }

    /// Proposals that can still be decided, and fit on the latest version.
    public var openProposals: [ProposalRecord] { proposals.filter { $0.status == .open && !isStale($0) } }

    /// Whether another version took its number.
    public func isStale(_ record: ProposalRecord) -> Bool {
        record.status == .open
            && (record.proposal.version != versions.count + 1 || record.proposal.parent != versions.last?.digest)
    }

    /// Emergency versions that nobody has judged since.
    public var owedReviews: [VersionRecord] {
        versions.filter { version in
            guard version.emergency != nil, version.abandoned == nil, let record = proposal(version.proposal) else {
                return false
            }
            return record.rejection == nil && rules.missing(after: record.approvalRoles) != nil
        }
    }

    private func checkPlace(_ event: LifecycleEvent) throws(LifecycleError) {
        guard event.tenant == tenant else {
            throw LifecycleError(
                .eventReplayed, "the event is of tenant `\(event.tenant)`, and this is the history of `\(tenant)`",
                fix: "restore the file from a copy")
        }
        guard event.index == count + 1 else {
            throw LifecycleError(
                .eventOrder, "the event says that it is number \(event.index), and stands at \(count + 1)",
                fix: "restore the files from a copy")
        }
        guard event.previous == head else {
            throw LifecycleError(
                .eventOrder, "event \(event.index) does not follow the event before it, which was altered or exchanged",
                fix: "restore event \(event.index - 1) from a copy")
        }
        guard !ids.contains(event.id) else {
            throw LifecycleError(.eventReplayed, "there is an event `\(event.id)` already")
        }
        if let lastTime, event.time < lastTime {
            throw LifecycleError(
                .eventTime, "event \(event.index) is of \(event.time), before the event before it, \(lastTime)",
                fix: "set this machine's clock")
        }
    }

    /// A newer trust root that the root keys of the one before signed too.
    private mutating func adopt(_ adopted: AdoptedRoot, _ root: SignedTrustRoot?) throws(LifecycleError) {
        guard let root, root.root.version == adopted.version else {
            throw LifecycleError(.trust, "version \(adopted.version) of the trust root is not there")
        }
        do throws(TokenError) {
            if let former = self.root { try root.check(after: former) } else { try root.check() }
            trust = try root.root.ring()
        } catch {
            throw LifecycleError(.trust, error.message, fix: error.fix)
        }
        roots.append(root)
    }

    /// The key that signed the event, verified, and entitled to speak for the person and the tenant at that time.
    private func actor(of signed: SignedEvent) throws(LifecycleError) -> TrustedKey {
        let event = signed.event
        guard root != nil else {
            throw LifecycleError(
                .trust, "the history begins without a trust root", fix: "give one: --trust trust-root.json")
        }
        guard let key = trust[event.key] else {
            throw LifecycleError(
                .keyUnknown, "the trust root does not name the key `\(event.key)`",
                fix: "have it named: aegis keys trust add")
        }
        try signed.verify(with: key.key)
        guard key.person == event.person else {
            throw LifecycleError(
                .keyRefused, "the key `\(event.key)` is held by `\(key.person ?? "")`, not by `\(event.person)`",
                fix: "sign with a key of your own")
        }
        guard key.maySign(forTenant: tenant) else {
            throw LifecycleError(
                .keyRefused, "the key `\(event.key)` may not sign for tenant `\(tenant)`",
                fix: "have the tenant added to the key: aegis keys trust add")
        }
        do throws(TokenError) {
            // A later root may say that it was revoked later; here, only what was known at this place of the chain counts.
            if let revocation = key.revocation { throw Self.revoked(key, revocation) }
            try key.checkPeriod(at: event.time)
        } catch {
            throw LifecycleError(.keyRefused, error.message, fix: error.fix)
        }
        return key
    }

    private static func revoked(_ key: TrustedKey, _ revocation: Revocation) -> TokenError {
        TokenError(
            .keyRevoked, "the key `\(key.key.name)` was revoked at \(revocation.at): \(revocation.reason)",
            fix: "sign with another key")
    }
}
