import PolicyBundles
import SignedTokens

extension HistoryState {
    static let longestTitle = 200
    static let longestComment = 4000
    static let mostFiles = 10_000

    /// The rules of each kind of event.
    mutating func step(_ signed: SignedEvent, by actor: TrustedKey) throws(LifecycleError) {
        switch signed.event.body {
        case .trusted: break
        case .proposed(let proposal): try propose(proposal, signed.event, actor)
        case .commented(let remark):
            try check(remark.comment, "the comment", atMost: Self.longestComment)
            try change(remark.proposal, remark.contentDigest) { $0.remarks.append(signed) }
        case .withdrawn(let remark): try withdraw(remark, signed)
        case .approved(let verdict): try decide(verdict, signed, actor, isApproval: true)
        case .rejected(let verdict): try decide(verdict, signed, actor, isApproval: false)
        case .signed(let version): try sign(version, signed.event, actor)
        case .published(let publication): try confirm(publication, actor)
        case .abandoned(let abandonment): try abandon(abandonment, actor)
        case .recalled(let recall): try self.recall(recall, actor)
        }
    }

    private mutating func propose(
        _ proposal: Proposal, _ event: LifecycleEvent, _ actor: TrustedKey
    ) throws(LifecycleError) {
        try check(proposal.title, "the title", atMost: Self.longestTitle)
        try require(proposal.restores == nil ? PolicyRole.author : PolicyRole.publisher, of: actor, to: "propose")
        guard proposal.version == versions.count + 1 else {
            throw LifecycleError(
                .versionGap,
                "the proposal is to be version \(proposal.version), and the next one is \(versions.count + 1)",
                fix: "propose it again")
        }
        guard proposal.parent == versions.last?.digest else {
            throw LifecycleError(
                .stale, "the proposal does not follow version \(versions.count)", fix: "propose it again")
        }
        guard (1...Self.mostFiles).contains(proposal.files.count),
            Set(proposal.files.map(\.path)).count == proposal.files.count
        else {
            throw LifecycleError(.contentInvalid, "the proposal lists no files, too many, or one twice")
        }
        var authors: Set = [event.person]
        if let revised = proposal.revises {
            let former = try record(revised)
            guard former.status == .open || former.status == .rejected || former.status == .withdrawn else {
                throw LifecycleError(
                    .closed, "`\(revised)` cannot be revised any more", fix: "propose without --revises")
            }
            authors.formUnion(former.authors)
            update(revised) { $0.status = .revised(by: event.id) }
        }
        if let restored = proposal.restores { try checkRestored(restored, proposal) }
        proposals.append(
            ProposalRecord(
                id: event.id, proposal: proposal, author: event.person, time: event.time, authors: authors))
    }

    /// A rollback brings back exactly what people approved once.
    private func checkRestored(_ restored: RestoredVersion, _ proposal: Proposal) throws(LifecycleError) {
        try check(restored.reason, "the reason", atMost: Self.longestComment)
        guard let version = versions.first(where: { $0.number == restored.version }),
            let original = self.proposal(version.proposal), original.proposal.restores == nil
        else {
            throw LifecycleError(.unknownVersion, "there is no version \(restored.version) that could be restored")
        }
        try checkIsReviewed(version)
        func content(_ files: [ContentFile]) -> [ContentFile] { files.filter { $0.path != BundleManifest.path } }
        guard content(original.proposal.files) == content(proposal.files),
            original.proposal.region == proposal.region, original.proposal.parent == restored.parent,
            original.author == restored.author, original.coauthors == restored.coauthors,
            original.time.description == restored.createdAt
        else {
            throw LifecycleError(
                .contentMismatch, "the content is not that of version \(version.number), which it claims to restore")
        }
    }

    private mutating func withdraw(_ remark: Remark, _ signed: SignedEvent) throws(LifecycleError) {
        try check(remark.comment, "the reason", atMost: Self.longestComment)
        let record = try record(remark.proposal)
        guard record.authors.contains(signed.event.person) else {
            throw LifecycleError(
                .notPermitted, "`\(signed.event.person)` did not write `\(record.id)` and cannot withdraw it",
                fix: "reject it: aegis policy reject")
        }
        try change(record.id, remark.contentDigest) { $0.status = .withdrawn }
    }

    /// The bundle of the latest version is in a store.
    private mutating func confirm(_ publication: Publication, _ actor: TrustedKey) throws(LifecycleError) {
        try require(PolicyRole.publisher, of: actor, to: "publish")
        try check(publication.store, "the store", atMost: Self.longestTitle * 5)
        guard let last = versions.last, last.number == publication.version, last.digest == publication.digest,
            last.abandoned == nil
        else {
            throw LifecycleError(
                .unknownVersion, "version \(publication.version) with this digest is not the one that was signed last")
        }
        versions[versions.count - 1].store = publication.store
    }

    /// The latest version is signed, and will not be published any more. Its number stays taken.
    private mutating func abandon(_ abandonment: Abandonment, _ actor: TrustedKey) throws(LifecycleError) {
        try require(PolicyRole.publisher, of: actor, to: "give up a version")
        try check(abandonment.reason, "the reason", atMost: Self.longestComment)
        guard let last = unconfirmed, last.number == abandonment.version, last.digest == abandonment.digest else {
            throw LifecycleError(
                .unknownVersion,
                "version \(abandonment.version) with this digest is not one that is signed and waits for a store")
        }
        versions[versions.count - 1].abandoned = abandonment.reason
    }

    /// Gateways of a store leave its latest version for an older one that was published there.
    private mutating func recall(_ recall: Recall, _ actor: TrustedKey) throws(LifecycleError) {
        try require(PolicyRole.publisher, of: actor, to: "recall a version")
        try check(recall.reason, "the reason", atMost: Self.longestComment)
        guard
            versions.contains(where: {
                $0.number == recall.to && $0.digest == recall.digest && $0.store == recall.store && $0.recalled == nil
            }), recall.to < recall.version, versions.last(where: { $0.store == recall.store })?.number == recall.version
        else {
            throw LifecycleError(
                .unknownVersion,
                "\(recall.store) cannot go back from version \(recall.version) to \(recall.to): they are not its latest and one that is out there",
                fix: "look at what was published where: aegis policy history --json")
        }
        for index in versions.indices where versions[index].store == recall.store {
            if versions[index].number > recall.to { versions[index].recalled = recall.reason }
        }
    }

    // MARK: What the steps share

    func record(_ id: String) throws(LifecycleError) -> ProposalRecord {
        guard let record = proposal(id) else {
            throw LifecycleError(
                .unknownProposal, "there is no proposal `\(id)`", fix: "list them: aegis policy history")
        }
        return record
    }

    /// Changes an open proposal whose content is the one that was meant.
    private mutating func change(
        _ id: String, _ digest: BundleDigest, _ body: (inout ProposalRecord) -> Void
    ) throws(LifecycleError) {
        let record = try record(id)
        guard record.status == .open else {
            throw LifecycleError(.closed, "`\(id)` is decided already", fix: "list proposals: aegis policy history")
        }
        try check(record, isOf: digest)
        update(id, body)
    }

    func check(_ record: ProposalRecord, isOf digest: BundleDigest) throws(LifecycleError) {
        guard record.proposal.contentDigest == digest else {
            throw LifecycleError(
                .contentMismatch,
                "this is about the content \(digest.short), and `\(record.id)` has \(record.proposal.contentDigest.short)",
                fix: "look at the proposal again: aegis policy show \(record.id)")
        }
    }

    mutating func update(_ id: String, _ body: (inout ProposalRecord) -> Void) {
        guard let index = proposals.firstIndex(where: { $0.id == id }) else { return }
        body(&proposals[index])
    }

    func require(_ role: String, of actor: TrustedKey, to step: String) throws(LifecycleError) {
        guard actor.mayAct(as: role) else {
            throw LifecycleError(
                .notPermitted, "`\(actor.person ?? actor.key.name)` is no \(role) and cannot \(step)",
                fix: "have it given, with the roles that the key has already: aegis keys trust add … --role \(role)")
        }
    }

    /// Texts are said, short enough to be read, and steer no terminal.
    func check(_ text: String, _ what: String, atMost limit: Int) throws(LifecycleError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard !text.allSatisfy(\.isWhitespace), text.utf8.count <= limit,
            lines.allSatisfy({ Printable.isPlain(String($0)) })
        else {
            throw LifecycleError(
                .textInvalid, "\(what) is empty, has more than \(limit) bytes, or holds control characters",
                fix: "say it in plain words")
        }
    }
}
