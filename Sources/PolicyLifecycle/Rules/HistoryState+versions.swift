import SignedTokens

extension HistoryState {
    /// The latest version, where it is signed and no store has confirmed it yet.
    public var unconfirmed: VersionRecord? {
        guard let last = versions.last, last.store == nil, last.abandoned == nil else { return nil }
        return last
    }

    public func region(of version: VersionRecord) -> String? { proposal(version.proposal)?.proposal.region }

    /// What a bundle for `region` would replace on gateways: the latest version that they take, of each region where it is for
    /// every region. Empty where it is the first.
    public func replaced(by region: String?) -> [VersionRecord] {
        let live = versions.filter { $0.abandoned == nil && $0.recalled == nil }
        func latest(_ region: String?) -> VersionRecord? {
            live.last { version in
                let own = self.region(of: version)
                return own == nil || own == region
            }
        }
        guard region == nil else { return latest(region).map { [$0] } ?? [] }
        let regions = Set(live.map { self.region(of: $0) }).union([nil])
        let numbers = Set(regions.compactMap { latest($0)?.number })
        return live.filter { numbers.contains($0.number) }
    }

    /// Emergency versions that people rejected, and that gateways have all the same until another one takes their place.
    public var rejectedEmergencies: [VersionRecord] {
        versions.filter { version in
            version.emergency != nil && version.abandoned == nil && proposal(version.proposal)?.rejection != nil
                && replaced(by: region(of: version)).contains { $0.number == version.number }
        }
    }

    /// People approved the version's content: before it was published, afterwards, or the version that it restores.
    func checkIsReviewed(_ version: VersionRecord) throws(LifecycleError) {
        let record = try record(version.proposal)
        guard record.proposal.restores == nil else { return }
        guard record.rejection == nil, !record.approvals.isEmpty else {
            throw LifecycleError(
                .unreviewed,
                "version \(version.number) was never approved, so it cannot be brought back without review",
                fix: "propose its content again: aegis policy propose")
        }
        if let missing = rules.missing(after: record.approvalRoles) {
            throw LifecycleError(
                .unreviewed,
                "version \(version.number) was approved by \(record.approvers.joined(separator: ", ")), and the rules of today ask for more: \(missing)",
                fix:
                    "propose its content again: aegis policy show \(version.number) --out DIR, aegis policy propose DIR"
            )
        }
    }

    /// The keys and rules that counted when the version was signed.
    func trust(of version: VersionRecord) throws(LifecycleError) -> KeyRing {
        guard roots.indices.contains(version.roots - 1) else { return trust }
        do { return try roots[version.roots - 1].root.ring() } catch {
            throw LifecycleError(.trust, error.message, fix: error.fix)
        }
    }
}
