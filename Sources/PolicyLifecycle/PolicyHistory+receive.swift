public import PolicyBundles
public import SignedTokens

extension PolicyHistory {
    /// A piece of a history as its files hold it, for readers who verify it themselves: no signature is checked here.
    /// - Parameters:
    ///   - index: of the event before the first one.
    ///   - bytes: how large it may be, besides its last event.
    public static func stored(
        tenant: String, after index: Int, limit: Int, bytes: Int = mostBytesOfPiece, in store: any HistoryStore
    ) async throws(LifecycleError) -> (events: [SignedEvent], count: Int) {
        let files = TenantFiles(tenant: tenant, store: store)
        var events: [SignedEvent] = []
        var bytesLeft = bytes
        while events.count < limit, bytesLeft > 0 {
            let path = files.eventPath(index + events.count + 1)
            guard let stored = try await store.read(path) else { break }
            bytesLeft -= stored.count
            do throws(LifecycleError) { events.append(try SignedEvent(reading: stored)) } catch {
                throw error.located(at: store.location(of: path))
            }
        }
        let count = try await store.names(in: "\(tenant)/events").compactMap(TenantFiles.eventIndex).max() ?? 0
        return (events, count)
    }

    /// How large a piece is where nobody says.
    public static let mostBytesOfPiece = 8 << 20

    /// Keeps bytes for an event that is to name them. The same bytes are kept once.
    public static func keep(
        _ bytes: [UInt8], tenant: String, in store: any HistoryStore
    ) async throws(LifecycleError) -> BundleDigest {
        try await TenantFiles(tenant: tenant, store: store).keep(bytes)
    }

    /// Bytes by their digest, whether an event names them already or not.
    /// - Throws: `.objectMissing`, `.objectChanged`.
    public static func object(
        _ digest: BundleDigest, tenant: String, in store: any HistoryStore
    ) async throws(LifecycleError) -> [UInt8] {
        try await TenantFiles(tenant: tenant, store: store).object(digest, for: "the object \(digest.short)")
    }

    public static func has(
        _ digest: BundleDigest, tenant: String, in store: any HistoryStore
    ) async throws(LifecycleError) -> Bool {
        try await store.read(TenantFiles(tenant: tenant, store: store).objectPath(digest)) != nil
    }

    /// How long an event may be under way from the machine that signed it.
    static let longestTransit: Int64 = 900

    /// An event that is signed elsewhere is of about now.
    /// - Throws: `.eventTime`.
    public static func checkIsOfNow(_ time: UTCTime, now: UTCTime) throws(LifecycleError) {
        let (ahead, isBeyond) = time.seconds.subtractingReportingOverflow(now.seconds)
        guard !isBeyond, ahead <= Self.clockTolerance, ahead >= -Self.longestTransit else {
            throw LifecycleError(
                .eventTime, "the event is of \(time), and it is \(now) here",
                fix: "set the clock of the machine that signs, and sign again")
        }
    }

    /// A history is read whole by whoever asks about it, so nobody may make it grow as they like: by what stands beside the files
    /// of a proposal, or by proposing for ever. Reviews and versions still have room when proposals have none.
    private func checkRoom(for event: SignedEvent) throws(LifecycleError) {
        var files = 0
        if case .proposed(let proposal) = event.event.body { files = proposal.files.count }
        if case .signed(let version) = event.event.body { files = version.files.count }
        let most = Self.mostBytesBesideFiles + files * Self.mostBytesOfFile
        guard event.bytes.count <= most else {
            throw LifecycleError(
                .overQuota, "the event has \(event.bytes.count) bytes, and one with \(files) files has at most \(most)",
                fix: "shorten its texts")
        }
        switch event.event.body {
        case .proposed, .commented, .withdrawn:
            let size = events.reduce(event.bytes.count) { $0 + $1.bytes.count }
            guard size <= Self.mostBytesOfProposals else {
                throw LifecycleError(
                    .overQuota,
                    "the history would have \(size) bytes of events, and takes proposals up to \(Self.mostBytesOfProposals)",
                    fix: "see whose proposals fill it: aegis policy history")
            }
        default: break
        }
    }

    static let mostBytesBesideFiles = 256 << 10
    private static let mostBytesOfFile = 512
    private static let mostBytesOfProposals = 256 << 20

    /// Adds an event that came from elsewhere, once all that it names is here: a history never speaks of bytes that nobody can
    /// show. It is of about now: a time to come would close the history to everybody else, and one long past would let a key
    /// sign that has expired since.
    /// - Throws: also `.eventTime`, `.objectMissing`, `.objectChanged`.
    public mutating func receive(_ event: SignedEvent, now: UTCTime) async throws(LifecycleError) {
        try Self.checkIsOfNow(event.event.time, now: now)
        try checkRoom(for: event)
        switch event.event.body {
        case .proposed(let proposal):
            for file in proposal.files { _ = try await files.object(file.digest, for: "`\(file.path)`") }
            if let report = proposal.report { _ = try await files.object(report, for: "the shadow report") }
        case .signed(let version):
            for file in version.files { _ = try await files.object(file.digest, for: "`\(file.path)`") }
        case .trusted, .commented, .approved, .rejected, .withdrawn, .published, .abandoned, .recalled: break
        }
        try await append(event, root: await files.root(of: event))
    }
}
