import PolicyBundles

extension HistoryVerifier {
    /// Every store has the versions that were published to it, byte for byte, and no others, and its `latest` names the last of
    /// them.
    func compare(
        with stores: [(name: String, store: any BundleStore)], _ history: PolicyHistory, _ report: inout HistoryReport
    ) async throws(LifecycleError) {
        let versions = history.state.versions
        for (name, store) in stores {
            do throws(BundleStoreError) {
                for number in try await store.versions(tenant: history.tenant)
                where !versions.contains(where: { $0.number == number }) {
                    report.faults.append(
                        LifecycleError(
                            .storeMismatch,
                            "the store has version \(number), which the history does not know: the history's end is missing, or somebody published past it",
                            location: name))
                }
                // A copy has another name than the publishers gave, and is to have everything.
                let isNamed = versions.contains { $0.store == name }
                for version in versions where version.store != nil {
                    let isDue = !isNamed || version.store == name
                    guard let archive = try await store.archive(tenant: history.tenant, version: version.number) else {
                        if isDue { report.faults.append(Self.gone(version.number, from: name, history.tenant)) }
                        continue
                    }
                    report.compared += 1
                    if let fault = await difference(archive, version, history) {
                        report.faults.append(fault.located(at: name))
                    }
                }
                let due = versions.last { $0.recalled == nil && (!isNamed ? $0.store != nil : $0.store == name) }
                try await checkLatest(of: store, name, due, history, &report)
            } catch {
                throw LifecycleError(.unavailable, error.message, location: error.location, fix: error.fix)
            }
        }
        let named = Set(stores.map(\.name))
        guard versions.contains(where: { $0.store.map(named.contains) ?? false }) else { return }
        for store in Set(versions.compactMap(\.store)).subtracting(named).sorted() {
            report.notes.append("versions were published to \(store) too, which was not looked at: --store \(store)")
        }
    }

    /// The pointer that gateways follow names the last version that was published there, as one whom the history trusts signed it.
    private func checkLatest(
        of store: any BundleStore, _ name: String, _ due: VersionRecord?, _ history: PolicyHistory,
        _ report: inout HistoryReport
    ) async throws(BundleStoreError) {
        guard let due else { return }
        func fault(_ message: String, fix: String) {
            report.faults.append(
                LifecycleError(.storeMismatch, message, location: "\(name)/\(history.tenant)/latest", fix: fix))
        }
        let signed: SignedPointer
        switch try await store.pointer(tenant: history.tenant, unless: nil) {
        case .pointer(let pointer, _): signed = pointer
        case .none, .unchanged:
            return fault(
                "the store has no pointer to its latest bundle, so that no gateway finds version \(due.number)",
                fix: "say it again: aegis bundles renew")
        }
        let pointer: BundlePointer
        do {
            // The time is for gateways to judge; here it counts who said it.
            pointer = try BundleVerifier(trust: history.state.trust, tenant: history.tenant).verify(
                signed, after: nil, now: signed.claimed.signedAt)
        } catch {
            return fault(
                "the store's pointer is not to be believed: \(error.message)", fix: "say it again: aegis bundles renew")
        }
        // What is signed and not yet confirmed may be in the store already.
        let accepted = [due.digest] + [history.state.unconfirmed?.digest].compactMap { $0 }
        guard !accepted.contains(pointer.digest) else { return }
        let by = pointer.rollback.map { ", by a rollback that the history does not know (\($0.reason))" } ?? ""
        fault(
            "the store's latest is version \(pointer.version), \(pointer.digest.short)\(by), and the last version that was published there is \(due.number), \(due.digest.short)",
            fix: "find out who moved it; to go back for good: aegis policy rollback")
    }

    /// A store that lost an archive can get back the very same bytes.
    private static func gone(_ number: Int, from store: String, _ tenant: String) -> LifecycleError {
        LifecycleError(
            .storeMismatch, "version \(number) is gone from the store", location: store,
            fix:
                "put it back: aegis policy show \(number) --bundle bundle-\(number).tar.gz, and copy the file to \(tenant)/bundle-\(number).tar.gz in the store"
        )
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
