import PolicyBundles
public import SignedTokens

/// One tenant's history, read whole and believed: every event, signature and rule holds, or ``open(tenant:in:)`` throws.
public struct PolicyHistory: Sendable {
    public let tenant: String
    public private(set) var events: [SignedEvent] = []
    public private(set) var state: HistoryState
    let files: TenantFiles

    /// Reads and replays a history; one that is not there yet is empty.
    /// - Throws: the first thing that is wrong, with its file.
    public static func open(
        tenant: String, in store: any HistoryStore
    ) async throws(LifecycleError) -> PolicyHistory {
        var history = PolicyHistory(
            replaying: try HistoryState(tenant: tenant), files: TenantFiles(tenant: tenant, store: store))
        while true {
            let path = history.files.eventPath(history.events.count + 1)
            guard let bytes = try await store.read(path) else { break }
            do throws(LifecycleError) {
                try await history.replay(SignedEvent(reading: bytes))
            } catch {
                throw error.located(at: store.location(of: path))
            }
        }
        let last = try await store.names(in: "\(tenant)/events").compactMap(TenantFiles.eventIndex).max() ?? 0
        guard last <= history.events.count else {
            throw LifecycleError(
                .eventMissing, "event \(history.events.count + 1) is gone, and there are later ones",
                location: store.location(of: history.files.eventPath(history.events.count + 1)),
                fix: "restore the file from a copy")
        }
        return history
    }

    init(replaying state: HistoryState, files: TenantFiles) {
        tenant = state.tenant
        self.state = state
        self.files = files
    }

    /// Takes an event that is in the store already.
    mutating func replay(_ event: SignedEvent) async throws(LifecycleError) {
        try state.apply(event, root: await files.root(of: event))
        events.append(event)
    }

    /// The event that would come next, to be signed by the key's holder, wherever the key is.
    /// - Throws: `.keyUnknown`, `.eventTime`.
    public func draft(
        _ body: EventBody, by key: String, at time: UTCTime, trust: KeyRing? = nil
    ) throws(LifecycleError) -> LifecycleEvent {
        guard let person = (trust ?? state.trust)[key]?.person else {
            throw LifecycleError(
                .keyUnknown, "the trust root does not name the key `\(key)`", fix: "have it named: aegis keys trust add"
            )
        }
        return LifecycleEvent(
            tenant: tenant, index: state.count + 1, previous: state.head, time: try timeNotBefore(time), person: person,
            key: key, body: body)
    }

    /// Adds an event that was signed elsewhere.
    /// - Throws: what the rules say against it; `.conflict` when somebody else added one meanwhile.
    public mutating func append(
        _ event: SignedEvent, root: SignedTrustRoot? = nil
    ) async throws(LifecycleError) {
        var next = state
        try next.apply(event, root: root)
        let path = files.eventPath(event.event.index)
        guard try await files.store.create(path, event.bytes) else {
            throw LifecycleError(
                .conflict, "somebody else has added event \(event.event.index) meanwhile",
                location: files.store.location(of: path), fix: "look at it, then run the command again")
        }
        state = next
        events.append(event)
    }

    mutating func append(
        _ body: EventBody, by signer: any Signer, at time: UTCTime
    ) async throws(LifecycleError) -> SignedEvent {
        let event = try SignedEvent(signing: draft(body, by: signer.name, at: time), with: signer)
        try await append(event)
        return event
    }

    /// How far clocks of people's machines are allowed to differ.
    static let clockTolerance: Int64 = 300

    /// Clocks of people's machines differ by a few minutes; events never go backwards.
    func timeNotBefore(_ time: UTCTime) throws(LifecycleError) -> UTCTime {
        guard let last = state.lastTime, time < last else { return time }
        guard last.seconds - time.seconds <= Self.clockTolerance else {
            throw LifecycleError(
                .eventTime, "this machine says \(time), and the last event is of \(last)",
                location: files.store.location(of: files.eventPath(state.count)),
                fix:
                    "set this machine's clock; if it is right, event \(state.count) was signed by a wrong one: take its file away and have the step done again"
            )
        }
        return last
    }
}

extension TenantFiles {
    /// The trust root that an event names; nil for events of other kinds.
    func root(of event: SignedEvent) async throws(LifecycleError) -> SignedTrustRoot? {
        guard case .trusted(let adopted) = event.event.body else { return nil }
        let bytes = try await object(adopted.digest, for: "version \(adopted.version) of the trust root")
        do {
            return try SignedTrustRoot(json: bytes)
        } catch {
            throw LifecycleError(
                .trust, error.message, location: store.location(of: objectPath(adopted.digest)), fix: error.fix)
        }
    }
}
