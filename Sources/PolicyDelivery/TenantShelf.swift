import ServiceLifecycle

/// What a store holds for each tenant, looked at for everybody who asks over HTTP, and for whoever waits for the next.
///
/// However many gateways wait, a tenant's place in the store is looked at about three times a second.
actor TenantShelf<Item: Sendable & Equatable> {
    /// What was found, and the store's tag for it.
    struct Found: Sendable {
        let item: Item
        let tag: String
    }

    /// Looks at the store.
    /// - Parameter before: what was found last; the same again where nothing has changed.
    /// - Returns: nil where there is nothing.
    typealias Look = @Sendable (_ tenant: String, _ before: Found?) async throws -> Found?

    private struct Place {
        var found: Found?
        var lookedAt: ContinuousClock.Instant?
        var look: Task<Void, any Error>?
    }

    private let interval: Duration
    private let lookAtStore: Look
    private var places: [String: Place] = [:]
    /// So many tenants' items are kept; asking for more makes the shelf forget the others.
    private static var most: Int { 64 }

    init(interval: Duration, look: @escaping Look) {
        self.interval = interval
        lookAtStore = look
    }

    /// What there is; nil where there is nothing.
    /// - Parameters:
    ///   - isKnown: whether the asker has it. Something else, or any change from now on, is waited for.
    ///   - wait: for so long at most.
    func latest(
        tenant: String, waiting wait: Duration, isKnown: @Sendable (Item?) -> Bool
    ) async throws -> Item? {
        let end = ContinuousClock.now + wait
        var before: Item??
        while true {
            try await refresh(tenant)
            let item = places[tenant]?.found?.item
            let rest = end - ContinuousClock.now
            let isNews = !isKnown(item) || (before.map { $0 != item } ?? false)
            before = .some(item)
            // A server that is to stop does not wait for those who wait for news.
            if isNews || rest <= .zero || Task.isShuttingDownGracefully { return item }
            try await Task.sleep(for: min(interval, rest))
        }
    }

    /// Looks at the store, unless that was done just now or is being done.
    private func refresh(_ tenant: String) async throws {
        if let running = places[tenant]?.look { return try await running.value }
        if let last = places[tenant]?.lookedAt, ContinuousClock.now - last < interval / 2 { return }
        if places[tenant] == nil, places.count >= Self.most { places.removeAll() }
        // It serves everybody who asks meanwhile, so that it must not end with the one who asked first.
        let look = Task { try await self.look(tenant) }
        places[tenant, default: Place()].look = look
        defer {
            places[tenant]?.look = nil
            places[tenant]?.lookedAt = .now
        }
        try await look.value
    }

    private func look(_ tenant: String) async throws {
        let found = try await lookAtStore(tenant, places[tenant]?.found)
        places[tenant]?.found = found
    }
}
