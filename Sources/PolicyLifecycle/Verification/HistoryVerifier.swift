public import PolicyBundles
public import SignedTokens

/// Verifies a tenant's history from its files alone: every event's form, hash, signature and place, every rule (separation of
/// duties, quorum, roles, dense versions), every object, and that every bundle is built of what was reviewed.
public struct HistoryVerifier: Sendable {
    private let tenant: String
    private let files: TenantFiles
    /// The trust root that the asker brought; nil: the history is judged by its own.
    private let pinned: SignedTrustRoot?
    /// The digest of an event that was the last one, known from elsewhere.
    private let expectedHead: String?
    /// Where published bundles are compared with, by the names that publishers give them.
    private let stores: [(name: String, store: any BundleStore)]
    /// Events of a later time are none; nil: any time goes.
    private let now: UTCTime?
    /// Works out again what versions allow more than those before; nil: nobody does.
    private let meaning: ChangeMeaning?

    /// - Parameter findsChanges: whether the byte is looked for that was altered, which takes a second of tries.
    public init(
        tenant: String, store: any HistoryStore, pinned: SignedTrustRoot? = nil, expectedHead: String? = nil,
        stores: [(name: String, store: any BundleStore)] = [], now: UTCTime? = nil, meaning: ChangeMeaning? = nil,
        findsChanges: Bool = true
    ) {
        self.tenant = tenant
        files = TenantFiles(tenant: tenant, store: store, findsChanges: findsChanges)
        self.pinned = pinned
        self.expectedHead = expectedHead
        self.stores = stores
        self.now = now
        self.meaning = meaning
    }

    /// - Throws: `.unavailable` and `.contentInvalid`; what is wrong with the history is in the report.
    public func verify() async throws(LifecycleError) -> HistoryReport {
        var report = HistoryReport(tenant: tenant)
        let (events, isWhole) = try await readChain(&report)
        var history = PolicyHistory(replaying: try HistoryState(tenant: tenant), files: files)
        for event in events {
            let path = files.store.location(of: files.eventPath(event.event.index))
            let before = history
            do throws(LifecycleError) {
                try await history.replay(event)
            } catch {
                report.faults.append(error.located(at: path))
                report.notes.append("what follows event \(event.event.index) was not judged by the rules")
                break
            }
            report.signatures += 1
            checkTime(event, at: path, &report)
            try await checkStep(event, history, &report)
            try await checkWidening(event, after: before, meaning, &report)
        }
        report.events = events.count
        report.versions = history.state.versions.count
        report.approvals = history.state.proposals.reduce(0) { $0 + $1.approvals.count }
        report.head = history.state.head
        checkEnd(history.state, events.map(\.digest.description), isWhole, &report)
        if report.isIntact, !stores.isEmpty { try await compare(with: stores, history, &report) }
        return report
    }

    /// The events up to the first that cannot be followed, all of them read.
    private func readChain(
        _ report: inout HistoryReport
    ) async throws(LifecycleError) -> (events: [SignedEvent], isWhole: Bool) {
        let names = try await files.store.names(in: "\(tenant)/events")
        let indexes = Set(names.compactMap(TenantFiles.eventIndex))
        for name in names.sorted() where TenantFiles.eventIndex(name) == nil {
            report.faults.append(
                LifecycleError(
                    .unexpectedFile, "this is no event",
                    location: files.store.location(of: "\(tenant)/events/\(name)"), fix: "take the file away"))
        }
        guard !indexes.isEmpty else {
            report.faults.append(
                LifecycleError(
                    .eventMissing, "tenant `\(tenant)` has no history here",
                    location: files.store.location(of: "\(tenant)/events"), fix: "name the folder: --history DIR"))
            return ([], false)
        }
        var events: [SignedEvent] = []
        var isWhole = true
        // Names are anybody's: what is missing between two of them is one fault, however much it is.
        var next = 1
        for index in indexes.sorted() {
            if index > next {
                report.faults.append(missing(from: next, to: index - 1))
                isWhole = false
            }
            next = index + 1
            let path = files.eventPath(index)
            let place = files.store.location(of: path)
            guard let bytes = try await files.store.read(path) else {
                report.faults.append(missing(from: index, to: index))
                isWhole = false
                continue
            }
            do throws(LifecycleError) {
                let event = try SignedEvent(reading: bytes)
                if isWhole { events.append(event) }
            } catch {
                report.faults.append(try await describe(error, bytes, index).located(at: place))
                isWhole = false
            }
        }
        if isWhole { try await findAltered(&events, &report) }
        return (events, isWhole && report.isIntact)
    }

    private func missing(from first: Int, to last: Int) -> LifecycleError {
        let what = first == last ? "event \(first) is gone" : "events \(first) to \(last) are gone"
        return LifecycleError(
            .eventMissing, "\(what), and there are later ones",
            location: files.store.location(of: files.eventPath(first)), fix: "restore the file from a copy")
    }

    private func checkTime(_ event: SignedEvent, at path: String, _ report: inout HistoryReport) {
        guard let now, event.event.time.seconds - now.seconds > PolicyHistory.clockTolerance else { return }
        report.faults.append(
            LifecycleError(
                .eventTime, "event \(event.event.index) is of \(event.event.time), which is still to come",
                location: path,
                fix: "compare the clocks; an event that a wrong clock signed is taken away and signed again"))
    }

    /// An event whose bytes are not those that the next event names was altered, whatever it says now.
    private func findAltered(_ events: inout [SignedEvent], _ report: inout HistoryReport) async throws(LifecycleError)
    {
        for (event, next) in zip(events, events.dropFirst()) where next.event.previous != event.digest.description {
            guard let named = BundleDigest(next.event.previous) else { continue }
            let change = files.findsChanges ? OneByteChange.find(in: event.bytes, giving: named) : nil
            // One byte away from what the next event names: this file. Otherwise either could be it, and signatures tell.
            guard let change else { continue }
            report.faults.append(
                LifecycleError(
                    .eventChanged,
                    "event \(event.event.index) (\(event.event.id), \(event.event.body.kind.rawValue) by `\(event.event.person)`) was altered: \(change)",
                    location: files.store.location(of: files.eventPath(event.event.index)), byte: change.offset,
                    fix: "restore the file from a copy"))
            events.removeSubrange((event.event.index - 1)...)
            return
        }
    }

    /// A file that is no event any more: the byte that broke it, if it is one.
    private func describe(
        _ error: LifecycleError, _ bytes: [UInt8], _ index: Int
    ) async throws(LifecycleError) -> LifecycleError {
        guard files.findsChanges, let next = try await files.store.read(files.eventPath(index + 1)),
            let named = (try? SignedEvent(reading: next)).flatMap({ BundleDigest($0.event.previous) }),
            let change = OneByteChange.find(in: bytes, giving: named)
        else { return error }
        return LifecycleError(
            .eventChanged, "event \(index) was altered: \(change)", byte: change.offset,
            fix: "restore the file from a copy")
    }

    /// - Parameter digests: of all events, in their order.
    private func checkEnd(
        _ state: HistoryState, _ digests: [String], _ isWhole: Bool, _ report: inout HistoryReport
    ) {
        if let expectedHead, let place = digests.lastIndex(of: expectedHead) {
            let since = digests.count - 1 - place
            if since > 0 {
                report.notes.append(
                    "goes on from the head that was given: \(since) event\(since == 1 ? "" : "s") since")
            }
        } else if let expectedHead, expectedHead != state.head, isWhole {
            report.faults.append(
                LifecycleError(
                    .headMismatch,
                    "the last event is \(state.head), and should be \(expectedHead): the end is missing, or was exchanged",
                    location: files.store.location(of: files.eventPath(state.count)),
                    fix: "restore the history from a copy"))
        }
        if let pinned {
            do throws(LifecycleError) {
                _ = try PolicyHistory.isNewer(pinned, than: state)
            } catch {
                report.faults.append(error)
            }
        } else if let root = state.root {
            let names = root.rootKeys.map { "\($0.name) \($0.fingerprint)" }.joined(separator: ", ")
            report.notes.append("judged by the history's own trust root, whose root key is \(names)")
        }
        for version in state.owedReviews {
            report.notes.append(
                "version \(version.number) was published in an emergency and still waits for its review")
        }
        for version in state.rejectedEmergencies {
            report.notes.append(
                "version \(version.number) was published in an emergency and rejected afterwards, and nothing has taken its place"
            )
        }
        for version in state.versions {
            guard let reason = version.abandoned else { continue }
            report.notes.append("version \(version.number) was signed and given up before any store had it: \(reason)")
        }
        for version in state.versions {
            guard let reason = version.recalled else { continue }
            report.notes.append(
                "version \(version.number) was recalled from \(version.store ?? "its store") by a pointer: \(reason)")
        }
        if let last = state.unconfirmed {
            report.notes.append("version \(last.number) is signed, and no store has confirmed it")
        }
    }
}
