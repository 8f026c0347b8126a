import PolicyBundles
import SignedTokens

extension HistoryState {
    /// The four conditions of a version: it is the next one, its reviews are there (or it is an emergency, or a rollback), nothing
    /// is owed, and whoever signs may publish.
    mutating func sign(
        _ version: SignedVersion, _ event: LifecycleEvent, _ actor: TrustedKey
    ) throws(LifecycleError) {
        let record = try record(version.proposal)
        try checkIsPublishable(record)
        try check(record, isOf: version.contentDigest)
        guard version.version == versions.count + 1 else {
            throw LifecycleError(
                .versionGap, "version \(version.version) is to be signed, and the next one is \(versions.count + 1)")
        }
        guard version.approvals == record.approvals.map(\.event.id) else {
            throw LifecycleError(.contentMismatch, "the version does not carry the approvals of its proposal")
        }
        guard version.files.map(\.path) == [BundleManifest.path, BundleManifest.signaturePath] else {
            throw LifecycleError(.contentInvalid, "the version has to bring its manifest and its signature")
        }
        try checkMayPublish(record, emergency: version.emergency, person: event.person, actor: actor)
        if !version.acknowledgesWidening { try record.proposal.change?.checkIsNarrow() }
        update(record.id) { $0.status = .signed(version: version.version) }
        versions.append(
            VersionRecord(
                number: version.version, proposal: record.id, digest: version.digest,
                contentDigest: version.contentDigest, signed: version, publisher: event.person, key: event.key,
                time: event.time, index: event.index, roots: roots.count, emergency: version.emergency))
    }

    /// Open, on top of the latest version, which is out.
    func checkIsPublishable(_ record: ProposalRecord) throws(LifecycleError) {
        guard record.status == .open else {
            throw LifecycleError(
                .closed, "`\(record.id)` is decided already", fix: "list proposals: aegis policy history")
        }
        guard !isStale(record) else { throw stale(record) }
        if let last = unconfirmed {
            throw LifecycleError(
                .unpublished, "version \(last.number) is signed and not yet in the store",
                fix: "finish it: aegis policy publish --store …")
        }
    }

    /// - Throws: `.notPermitted`, `.quorumMissing`, `.emergencyOwed`, `.textInvalid`.
    func checkMayPublish(
        _ record: ProposalRecord, emergency: String?, person: String, actor: TrustedKey
    ) throws(LifecycleError) {
        try require(PolicyRole.publisher, of: actor, to: "publish")
        guard !rules.separatesPublisher || !record.writers.contains(person) else {
            throw LifecycleError(
                .ownProposal,
                "`\(person)` wrote `\(record.id)`, and tenant `\(tenant)` has publishers who are no authors",
                fix: "ask another publisher")
        }
        if let emergency {
            try require(PolicyRole.emergency, of: actor, to: "publish without reviews")
            return try check(emergency, "the reason of the emergency", atMost: Self.longestComment)
        }
        guard record.proposal.restores == nil else { return }
        if let missing = rules.missing(after: record.approvalRoles) {
            throw LifecycleError(
                .quorumMissing, "`\(record.id)` lacks approvals: \(missing)",
                fix: "have it approved: aegis policy approve \(record.id)")
        }
        if let owed = owedReviews.first {
            throw LifecycleError(
                .emergencyOwed,
                "version \(owed.number) was published in an emergency (\(owed.emergency ?? "")) and nobody has reviewed it since",
                fix: "have it reviewed: aegis policy approve \(owed.proposal), or reject it and roll back")
        }
    }
}
