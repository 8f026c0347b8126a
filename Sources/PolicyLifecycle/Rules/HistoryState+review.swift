import PolicyBundles
import SignedTokens

extension HistoryState {
    /// Separation of duties: whoever wrote a proposal never decides it, and every person decides once. People are compared, as
    /// the trust root names them, never keys.
    mutating func decide(
        _ verdict: Verdict, _ signed: SignedEvent, _ actor: TrustedKey, isApproval: Bool
    ) throws(LifecycleError) {
        let person = signed.event.person
        let record = try record(verdict.proposal)
        if !isApproval || !verdict.comment.isEmpty {
            try check(verdict.comment, isApproval ? "the comment" : "the reason", atMost: Self.longestComment)
        }
        try checkCanBeDecided(record)
        try check(record, isOf: verdict.contentDigest)
        guard verdict.version == record.proposal.version else {
            throw LifecycleError(
                .contentMismatch,
                "this is about version \(verdict.version), and `\(record.id)` is to be \(record.proposal.version)")
        }
        guard !record.authors.contains(person) else {
            throw LifecycleError(
                .ownProposal, "`\(person)` wrote `\(record.id)`, and nobody decides their own proposal",
                fix: "ask somebody else to review it")
        }
        if let version = versions.first(where: { $0.proposal == record.id }), version.publisher == person {
            throw LifecycleError(
                .ownProposal, "`\(person)` published version \(version.number) in an emergency and cannot review it",
                fix: "ask somebody else to review it")
        }
        guard rules.quorum[verdict.role] != nil else {
            throw LifecycleError(
                .notPermitted, "the quorum of tenant `\(tenant)` does not ask for the role `\(verdict.role)`",
                fix: "decide as one of: \(rules.quorum.keys.sorted().joined(separator: ", "))")
        }
        try require(verdict.role, of: actor, to: isApproval ? "approve" : "reject")
        let hasDecided = record.approvers.contains(person)
        guard !isApproval || !hasDecided else {
            throw LifecycleError(.decidedTwice, "`\(person)` has approved `\(record.id)` already")
        }
        update(record.id) { record in
            if isApproval {
                record.approvals.append(signed)
            } else {
                record.rejection = signed
                if record.status == .open { record.status = .rejected }
            }
        }
    }

    /// Open, on top of the latest version, or published in an emergency and not judged yet.
    private func checkCanBeDecided(_ record: ProposalRecord) throws(LifecycleError) {
        switch record.status {
        case .open:
            guard record.proposal.restores == nil else {
                throw LifecycleError(
                    .closed, "`\(record.id)` restores a version that was reviewed; it needs no approval",
                    fix: "publish it")
            }
            guard !isStale(record) else { throw stale(record) }
        case .signed(let number):
            guard owedReviews.contains(where: { $0.number == number }) else {
                throw LifecycleError(.closed, "version \(number) has its reviews already")
            }
        case .rejected, .withdrawn, .revised:
            throw LifecycleError(
                .closed, "`\(record.id)` is decided already", fix: "list proposals: aegis policy history")
        }
    }

    func stale(_ record: ProposalRecord) -> LifecycleError {
        LifecycleError(
            .stale,
            "`\(record.id)` was made to be version \(record.proposal.version), and version \(versions.count) is there already: what was reviewed is not what would be published",
            fix: "propose it again on top of version \(versions.count): aegis policy propose --revises \(record.id)")
    }
}
