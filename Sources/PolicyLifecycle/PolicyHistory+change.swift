public import PolicyBundles

/// Works out what going from one content to another means.
public typealias ChangeMeaning =
    @Sendable (_ old: [BundleFile], _ new: [BundleFile], _ tenant: String) -> ChangeNote

extension PolicyHistory {
    /// What content for a region would change against what gateways there have; nil where it is the first.
    public func change(
        to files: [BundleFile], for region: String?, meaning: ChangeMeaning
    ) async throws(LifecycleError) -> ChangeNote? {
        let replaced = state.replaced(by: region)
        guard !replaced.isEmpty else { return nil }
        var (widens, narrows): ([String], [String]) = ([], [])
        for version in replaced {
            let note = meaning(try await content(of: state.record(version.proposal)), files, tenant)
            // Whoever reads it wants to know where, if it is not the same everywhere.
            let place = replaced.count > 1 ? state.region(of: version).map { "in \($0): " } ?? "elsewhere: " : ""
            widens += note.widens.map { place + $0 }
            narrows += note.narrows.map { place + $0 }
        }
        return ChangeNote(widens: widens, narrows: narrows)
    }

    /// What a proposal would change, worked out again: the note in it is its author's.
    public func change(
        of record: ProposalRecord, meaning: ChangeMeaning
    ) async throws(LifecycleError) -> ChangeNote? {
        try await change(to: content(of: record), for: record.proposal.region, meaning: meaning)
    }

    /// Signing a change that allows more than before says that this is meant, whatever its author noted.
    /// - Throws: `.wideningUnacknowledged`.
    public func checkWidening(
        of id: String, isAcknowledged: Bool, meaning: ChangeMeaning
    ) async throws(LifecycleError) {
        guard !isAcknowledged, let change = try await change(of: state.record(id), meaning: meaning) else { return }
        try change.checkIsNarrow()
    }
}

extension ChangeNote {
    /// - Throws: `.wideningUnacknowledged`.
    public func checkIsNarrow() throws(LifecycleError) {
        guard !widens.isEmpty else { return }
        throw LifecycleError(
            .wideningUnacknowledged, "the change allows more than before: \(widens.joined(separator: "; "))",
            fix: "publish it with --acknowledge-widening, if that is meant")
    }
}
