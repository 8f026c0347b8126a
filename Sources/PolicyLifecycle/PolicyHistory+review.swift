public import SignedTokens

extension PolicyHistory {
    /// Says something about an open proposal.
    public mutating func comment(
        on id: String, _ comment: String, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        let record = try state.record(id)
        return try await append(
            .commented(Remark(proposal: id, contentDigest: record.proposal.contentDigest, comment: comment)),
            by: signer, at: time)
    }

    /// Approves a proposal in a role of the quorum.
    /// - Throws: `.ownProposal`, `.notPermitted`, `.decidedTwice`, `.stale`, `.closed`.
    public mutating func approve(
        _ id: String, as role: String, comment: String = "", by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        try await append(.approved(verdict(id, role, comment)), by: signer, at: time)
    }

    /// Rejects a proposal for good; its authors may revise it.
    public mutating func reject(
        _ id: String, as role: String, reason: String, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        try await append(.rejected(verdict(id, role, reason)), by: signer, at: time)
    }

    public mutating func withdraw(
        _ id: String, reason: String, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        let record = try state.record(id)
        return try await append(
            .withdrawn(Remark(proposal: id, contentDigest: record.proposal.contentDigest, comment: reason)),
            by: signer, at: time)
    }

    private func verdict(_ id: String, _ role: String, _ comment: String) throws(LifecycleError) -> Verdict {
        let proposal = try state.record(id).proposal
        return Verdict(
            proposal: id, version: proposal.version, contentDigest: proposal.contentDigest, role: role,
            comment: comment)
    }
}
