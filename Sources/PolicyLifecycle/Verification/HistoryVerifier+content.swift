import PolicyBundles
import SignedTokens

extension HistoryVerifier {
    /// What an event names: objects with the right content, a proposal that is what its digest says, a bundle that is built of
    /// its proposal and its reviews.
    func checkStep(
        _ event: SignedEvent, _ history: PolicyHistory, _ report: inout HistoryReport
    ) async throws(LifecycleError) {
        let place = history.files.store.location(of: history.files.eventPath(event.event.index))
        do throws(LifecycleError) {
            switch event.event.body {
            case .proposed(let proposal):
                report.objects += proposal.files.count
                try await check(try history.state.record(event.event.id), history)
                if let digest = proposal.report {
                    report.objects += 1
                    _ = try await history.object(digest)
                }
            case .signed(let version):
                report.objects += version.files.count
                if let record = history.state.versions.last { try await check(record, history) }
            case .trusted, .commented, .approved, .rejected, .withdrawn, .published, .abandoned, .recalled: break
            }
        } catch {
            if error.code == .unavailable { throw error }
            report.faults.append(error.located(at: place))
        }
    }

    /// What a version allows more than the one before was acknowledged. Rules about what widens grow with the language, so that
    /// this speaks against nobody: it is said, and people judge.
    func checkWidening(
        _ event: SignedEvent, after before: PolicyHistory, _ meaning: ChangeMeaning?, _ report: inout HistoryReport
    ) async throws(LifecycleError) {
        guard let meaning, case .signed(let version) = event.event.body, !version.acknowledgesWidening else { return }
        do throws(LifecycleError) {
            try await before.checkWidening(of: version.proposal, isAcknowledged: false, meaning: meaning)
        } catch {
            if error.code == .unavailable { throw error }
            // Files that are damaged are faults already.
            guard error.code == .wideningUnacknowledged else { return }
            report.notes.append(
                "version \(version.version), signed by `\(event.event.person)` without acknowledging a widening: \(error.message)"
            )
        }
    }

    /// The files of a proposal give its content digest, and its manifest says what the event says.
    private func check(_ record: ProposalRecord, _ history: PolicyHistory) async throws(LifecycleError) {
        let proposal = record.proposal
        let metadata = try await history.manifest(of: record).metadata
        let content: (files: [BundleFile], digest: BundleDigest)
        do {
            content = try BundleBuilder(
                metadata: BundleMetadata(
                    tenant: history.tenant, region: proposal.region, version: proposal.version,
                    parent: proposal.parent, createdAt: record.time.description, author: record.author,
                    coauthors: record.coauthors, controls: metadata.controls, restores: proposal.restores),
                files: try await history.content(of: record)
            ).content()
        } catch let error as LifecycleError {
            throw error
        } catch {
            throw LifecycleError(.contentMismatch, "the content of `\(record.id)` is none: \(error)")
        }
        let listed = content.files.map { ContentFile(path: $0.path, digest: BundleDigest(of: $0.bytes)) }
        guard content.digest == proposal.contentDigest, listed == proposal.files else {
            throw LifecycleError(
                .contentMismatch, "the files of `\(record.id)` do not give the content digest that was reviewed",
                fix: "restore the history from a copy")
        }
    }

    /// The bundle has its digest and passes every check of a gateway, with the keys of its time; its manifest carries the
    /// reviews of the history and nothing else.
    private func check(_ version: VersionRecord, _ history: PolicyHistory) async throws(LifecycleError) {
        let bundle = try await history.bundle(version: version.number)
        let record = try history.state.record(version.proposal)
        let expected = try await history.metadata(
            of: record, emergency: version.emergency.map { (version.publisher, $0) }, before: version.index)
        guard bundle.manifest.metadata.reviews == expected.reviews,
            bundle.manifest.metadata.emergency == expected.emergency
        else {
            throw LifecycleError(
                .contentMismatch, "the manifest of version \(version.number) does not carry the reviews of the history")
        }
    }
}
