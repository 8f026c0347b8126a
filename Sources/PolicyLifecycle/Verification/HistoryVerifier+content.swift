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
            case .trusted, .commented, .approved, .rejected, .withdrawn, .published: break
            }
        } catch {
            if error.code == .unavailable { throw error }
            report.faults.append(error.located(at: place))
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
                    controls: metadata.controls, restores: proposal.restores),
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

    /// A store has exactly the versions of the history, byte for byte.
    func compare(
        with store: any BundleVersions, _ history: PolicyHistory, _ report: inout HistoryReport
    ) async throws(LifecycleError) {
        do throws(BundleStoreError) {
            for number in try await store.versions(tenant: history.tenant)
            where !history.state.versions.contains(where: { $0.number == number }) {
                report.faults.append(
                    LifecycleError(
                        .storeMismatch,
                        "the store has version \(number), which the history does not know: the history's end is missing, or somebody published past it"
                    ))
            }
            for version in history.state.versions where version.store != nil {
                guard let archive = try await store.archive(tenant: history.tenant, version: version.number) else {
                    report.faults.append(
                        LifecycleError(
                            .storeMismatch, "version \(version.number) is gone from the store",
                            fix: "publish it again: aegis policy publish --again"))
                    continue
                }
                report.compared += 1
                if let fault = await difference(archive, version, history) { report.faults.append(fault) }
            }
        } catch {
            throw LifecycleError(.unavailable, error.message, location: error.location, fix: error.fix)
        }
    }

    private func difference(
        _ archive: [UInt8], _ version: VersionRecord, _ history: PolicyHistory
    ) async -> LifecycleError? {
        guard BundleDigest(of: archive) != version.digest else { return nil }
        let ours = (try? await history.packed(version).archive) ?? []
        let place =
            zip(ours, archive).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(ours.count, archive.count)
        return LifecycleError(
            .storeMismatch, "version \(version.number) in the store is not the bundle that was signed", byte: place,
            fix: "restore it: the history has the bundle (aegis policy show \(version.number) --bundle FILE)")
    }
}
