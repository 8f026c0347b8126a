public import PolicyBundles
public import SignedTokens

/// What an author wants to be the next version.
public struct ProposalDraft: Sendable {
    public var title: String
    /// Compiled files: Rego modules, `data.json`, policies as authored.
    public var files: [BundleFile]
    /// Compliance controls and the policies that carry them.
    public var controls: [String: [String]]
    public var region: String?
    public var revises: String?
    public var promotes: [String] = []
    /// A shadow report, JSON, that speaks for it.
    public var report: [UInt8]?
    public var change: ChangeNote?

    public init(title: String, files: [BundleFile], controls: [String: [String]] = [:], region: String? = nil) {
        self.title = title
        self.files = files
        self.controls = controls
        self.region = region
    }
}

extension PolicyHistory {
    /// Proposes new content as the next version. Its files are kept first, the event comes last: a crash in between leaves
    /// objects that nothing names.
    public mutating func propose(
        _ draft: ProposalDraft, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        try await propose(draft, restores: nil, by: signer, at: time)
    }

    /// The version whose content comes back by going back to version `number`.
    /// - Throws: `.unknownVersion`, `.unreviewed`.
    public func restorable(_ number: Int) throws(LifecycleError) -> (version: Int, record: ProposalRecord) {
        guard let version = state.versions.first(where: { $0.number == number }) else {
            throw LifecycleError(
                .unknownVersion, "there is no version \(number)", fix: "list them: aegis policy history")
        }
        guard number != state.versions.count || version.recalled != nil else {
            throw LifecycleError(.unknownVersion, "version \(number) is the latest already")
        }
        let record = try state.record(version.proposal)
        // Going back to a rollback is going back to what it restored.
        if let restored = record.proposal.restores { return try restorable(restored.version) }
        try state.checkIsReviewed(version)
        return (number, record)
    }

    /// Proposes the content of an earlier version, which was reviewed, as the next one.
    /// - Parameter change: what going back to it means, which may be more than is allowed now.
    /// - Throws: `.unknownVersion`, `.unreviewed`.
    public mutating func proposeRollback(
        to number: Int, reason: String, change: ChangeNote? = nil, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        let (number, record) = try restorable(number)
        let manifest = try await manifest(of: record)
        var draft = ProposalDraft(
            title: "Roll back to version \(number)", files: try await content(of: record),
            controls: manifest.metadata.controls, region: record.proposal.region)
        draft.change = change
        return try await propose(
            draft,
            restores: RestoredVersion(
                version: number, parent: record.proposal.parent, createdAt: record.time.description,
                author: record.author, coauthors: record.coauthors, reason: reason), by: signer, at: time)
    }

    private mutating func propose(
        _ draft: ProposalDraft, restores: RestoredVersion?, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        let time = try timeNotBefore(time)
        guard let person = state.trust[signer.name]?.person else {
            throw LifecycleError(
                .keyUnknown, "the trust root does not name the key `\(signer.name)`",
                fix: "have it named: aegis keys trust add")
        }
        let revised = draft.revises.flatMap { state.proposal($0) }
        let metadata = BundleMetadata(
            tenant: tenant, region: draft.region, version: state.versions.count + 1,
            parent: state.versions.last?.digest, createdAt: time.description, author: person,
            coauthors: revised?.authors.subtracting([person]).sorted() ?? [], controls: draft.controls,
            restores: restores)
        let content: (files: [BundleFile], digest: BundleDigest)
        do {
            content = try BundleBuilder(metadata: metadata, files: draft.files).content()
        } catch {
            throw LifecycleError(.contentInvalid, error.description)
        }
        var listed: [ContentFile] = []
        for file in content.files {
            listed.append(ContentFile(path: file.path, digest: try await files.keep(file.bytes)))
        }
        var report: BundleDigest?
        if let bytes = draft.report { report = try await files.keep(bytes) }
        let proposal = Proposal(
            version: metadata.version, parent: metadata.parent, contentDigest: content.digest, region: draft.region,
            title: draft.title, files: listed, revises: draft.revises, restores: restores, promotes: draft.promotes,
            report: report, change: draft.change)
        return try await append(.proposed(proposal), by: signer, at: time)
    }

    /// A proposal's files as they go into a builder: without the manifest.
    public func content(of record: ProposalRecord) async throws(LifecycleError) -> [BundleFile] {
        var result: [BundleFile] = []
        for file in record.proposal.files where file.path != BundleManifest.path {
            let use = "`\(file.path)` of `\(record.id)`"
            result.append(BundleFile(path: file.path, bytes: try await files.object(file.digest, for: use)))
        }
        return result
    }

    /// A proposal's manifest, without reviews.
    func manifest(of record: ProposalRecord) async throws(LifecycleError) -> BundleManifest {
        guard let file = record.proposal.files.first(where: { $0.path == BundleManifest.path }) else {
            throw LifecycleError(.contentInvalid, "`\(record.id)` has no manifest")
        }
        let bytes = try await files.object(file.digest, for: "the manifest of `\(record.id)`")
        do {
            return try BundleManifest(reading: bytes)
        } catch {
            throw LifecycleError(.contentInvalid, error.description)
        }
    }

    /// A shadow report or another object that an event names.
    public func object(_ digest: BundleDigest) async throws(LifecycleError) -> [UInt8] {
        try await files.object(digest, for: "the object \(digest.short)")
    }
}
