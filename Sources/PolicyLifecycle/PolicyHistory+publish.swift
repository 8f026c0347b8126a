public import PolicyBundles
public import SignedTokens

extension PolicyHistory {
    /// Builds the bundle of a proposal with its reviews, signs it, and fixes it as the next version.
    ///
    /// The history says so before any store has the bundle: no version is ever out that the history does not know, and after a
    /// crash ``bundle(version:)`` gives the same bytes again.
    /// - Parameters:
    ///   - emergency: why it does not wait for reviews; needs the role `emergency`.
    ///   - acknowledgesWidening: that a change which allows more than before is meant.
    public mutating func sign(
        _ id: String, emergency: String? = nil, acknowledgesWidening: Bool = false, by signer: any Signer,
        at time: UTCTime
    ) async throws(LifecycleError) -> VerifiedBundle {
        let time = try timeNotBefore(time)
        let record = try state.record(id)
        try state.checkIsPublishable(record)
        guard let actor = state.trust[signer.name], let person = actor.person else {
            throw LifecycleError(
                .keyUnknown, "the trust root does not name the key `\(signer.name)`",
                fix: "have it named: aegis keys trust add")
        }
        try state.checkMayPublish(record, emergency: emergency, person: person, actor: actor)
        let built: BuiltBundle
        do {
            let builder = BundleBuilder(
                metadata: try await metadata(of: record, emergency: emergency.map { (person, $0) }),
                files: try await content(of: record))
            built = try builder.build(signedBy: signer, scope: actor.scope, at: time.seconds)
        } catch let error as BundleError {
            throw LifecycleError(.signingFailed, error.description)
        } catch {
            throw error as? LifecycleError ?? LifecycleError(.signingFailed, "\(error)")
        }
        var kept: [ContentFile] = []
        for path in [BundleManifest.path, BundleManifest.signaturePath] {
            for file in built.files where file.path == path {
                kept.append(ContentFile(path: path, digest: try await files.keep(file.bytes)))
            }
        }
        let verified = try verify(
            UnverifiedBundle(packing: built.files, name: "version \(record.proposal.version)"), at: time,
            by: state.trust)
        _ = try await append(
            .signed(
                SignedVersion(
                    proposal: id, version: record.proposal.version, contentDigest: built.contentDigest,
                    digest: built.digest, files: kept, approvals: record.approvals.map(\.event.id),
                    emergency: emergency, acknowledgesWidening: acknowledgesWidening)), by: signer, at: time)
        return verified
    }

    /// Records that a store has the latest version.
    public mutating func confirm(
        publishedTo store: String, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        guard let last = state.versions.last else {
            throw LifecycleError(.unknownVersion, "there is no version yet", fix: "publish one: aegis policy publish")
        }
        return try await append(
            .published(Publication(version: last.number, digest: last.digest, store: store)), by: signer, at: time)
    }

    /// Gives up the latest version, which is signed and which no store has confirmed: the next one can follow it.
    public mutating func abandon(
        reason: String, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        guard let last = state.unconfirmed else {
            throw LifecycleError(.unknownVersion, "no version is signed and waits for a store")
        }
        return try await append(
            .abandoned(Abandonment(version: last.number, digest: last.digest, reason: reason)), by: signer, at: time)
    }

    /// The bundle of the latest version, where it is signed and no store has confirmed it, as gateways would take it today.
    /// - Throws: `.bundleInvalid` where the trust root does not allow it any more.
    public func unconfirmedBundle() async throws(LifecycleError) -> VerifiedBundle? {
        guard let last = state.unconfirmed else { return nil }
        return try verify(await packed(last), at: last.time, by: state.trust)
    }

    /// The bundle of a version, byte for byte as it was signed, verified with the keys and rules of its time.
    /// - Throws: `.unknownVersion`, `.objectMissing`, `.objectChanged`, `.bundleInvalid`.
    public func bundle(version number: Int) async throws(LifecycleError) -> VerifiedBundle {
        guard let version = state.versions.first(where: { $0.number == number }) else {
            throw LifecycleError(
                .unknownVersion, "there is no version \(number)", fix: "list them: aegis policy history")
        }
        return try verify(await packed(version), at: version.time, by: state.trust(of: version))
    }

    /// The archive of a version, made again from its objects.
    func packed(_ version: VersionRecord) async throws(LifecycleError) -> UnverifiedBundle {
        var all = try await content(of: state.record(version.proposal))
        for file in version.signed.files {
            let bytes = try await files.object(file.digest, for: "`\(file.path)` of version \(version.number)")
            all.append(BundleFile(path: file.path, bytes: bytes))
        }
        let bundle = UnverifiedBundle(packing: all, name: "\(tenant)/\(version.number)")
        guard bundle.digest == version.digest else {
            throw LifecycleError(
                .contentMismatch, "the bundle of version \(version.number) is not the one that was signed")
        }
        return bundle
    }

    private func verify(
        _ bundle: UnverifiedBundle, at time: UTCTime, by trust: KeyRing
    ) throws(LifecycleError) -> VerifiedBundle {
        do {
            return try BundleVerifier(trust: trust, tenant: tenant).verify(bundle, now: time.seconds)
        } catch {
            throw LifecycleError(.bundleInvalid, error.description)
        }
    }

    /// The metadata of a version: that of its proposal, and the reviews of its content in the order of the history.
    /// - Parameter end: reviews count that stand before this place of the chain.
    func metadata(
        of record: ProposalRecord, emergency: (person: String, reason: String)?, before end: Int = .max
    ) async throws(LifecycleError) -> BundleMetadata {
        let proposed = try await manifest(of: record).metadata
        var source = record
        if let restored = proposed.restores,
            let version = state.versions.first(where: { $0.number == restored.version })
        {
            source = try state.record(version.proposal)
        }
        var reviews: [BundleReview] = []
        let events = (source.remarks + source.approvals).filter { $0.event.index < end }
        for event in events.sorted(by: { $0.event.index < $1.event.index }) {
            reviews.append(try BundleReview(of: event))
        }
        return BundleMetadata(
            tenant: tenant, region: proposed.region, version: proposed.version, parent: proposed.parent,
            createdAt: proposed.createdAt, author: proposed.author, coauthors: proposed.coauthors, reviews: reviews,
            controls: proposed.controls,
            restores: proposed.restores,
            emergency: emergency.map { EmergencyNote(by: $0.person, reason: $0.reason) })
    }
}

extension BundleReview {
    init(of signed: SignedEvent) throws(LifecycleError) {
        let comment: String
        switch signed.event.body {
        case .approved(let verdict), .rejected(let verdict): comment = verdict.comment
        case .commented(let remark), .withdrawn(let remark): comment = remark.comment
        case .trusted, .proposed, .signed, .published, .abandoned, .recalled: comment = ""
        }
        self.init(
            approvalID: signed.event.id, reviewer: signed.event.person, verdict: signed.event.body.kind.rawValue,
            comment: comment, at: signed.event.time.description, statement: try signed.statement())
    }
}
