public import PolicyBundles

extension PolicyHistory {
    /// A piece of a history as its files hold it, for readers who verify it themselves: no signature is checked here.
    /// - Parameter index: of the event before the first one.
    public static func stored(
        tenant: String, after index: Int, limit: Int, in store: any HistoryStore
    ) async throws(LifecycleError) -> (events: [SignedEvent], count: Int) {
        let files = TenantFiles(tenant: tenant, store: store)
        var events: [SignedEvent] = []
        while events.count < limit {
            let path = files.eventPath(index + events.count + 1)
            guard let bytes = try await store.read(path) else { break }
            do throws(LifecycleError) { events.append(try SignedEvent(reading: bytes)) } catch {
                throw error.located(at: store.location(of: path))
            }
        }
        let count = try await store.names(in: "\(tenant)/events").compactMap(TenantFiles.eventIndex).max() ?? 0
        return (events, count)
    }

    /// Keeps bytes for an event that is to name them. The same bytes are kept once.
    public func keep(_ bytes: [UInt8]) async throws(LifecycleError) -> BundleDigest {
        try await files.keep(bytes)
    }

    /// Adds an event that came from elsewhere, once all that it names is here: a history never speaks of bytes that nobody can
    /// show.
    /// - Throws: also `.objectMissing`, `.objectChanged`.
    public mutating func receive(_ event: SignedEvent) async throws(LifecycleError) {
        switch event.event.body {
        case .proposed(let proposal):
            for file in proposal.files { _ = try await files.object(file.digest, for: "`\(file.path)`") }
            if let report = proposal.report { _ = try await files.object(report, for: "the shadow report") }
        case .signed(let version):
            for file in version.files { _ = try await files.object(file.digest, for: "`\(file.path)`") }
        case .trusted, .commented, .approved, .rejected, .withdrawn, .published: break
        }
        try await append(event, root: await files.root(of: event))
    }
}
