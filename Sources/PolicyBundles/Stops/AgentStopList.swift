import RegoValues
public import SignedTokens

/// Which of a tenant's agents are switched off on all gateways, by whom, why and since when. Signed, it is the content of `stops` in
/// a store.
///
/// It holds the last change of each agent that was ever switched there. Of two changes of an agent the later one counts, in
/// whatever order they are read, and what a list does not name it leaves as it is: a list that was lost, or brought back, revives
/// nobody.
public struct AgentStopList: Sendable, Hashable {
    /// The `typ` of the token: no other token is such a list.
    public static let tokenType = "aegis-agent-stops+jwt"

    /// An agent was switched off, or on again.
    public struct Change: Sendable, Hashable {
        public let agent: String
        public let isStopped: Bool
        public let reason: String
        public let by: String
        /// When, in milliseconds since 1970; later than all changes before it.
        public let serial: Int64

        public init(agent: String, isStopped: Bool, reason: String, by: String, serial: Int64) {
            self.agent = agent
            self.isStopped = isStopped
            self.reason = reason
            self.by = by
            self.serial = serial
        }
    }

    public let tenant: String
    /// By agent; one for each.
    public private(set) var changes: [Change]
    /// What the signature is for, as the scope of a bundle's signature.
    public var scope: String?

    /// The time of the last change: a later list has a larger one. It is a time, so that a list that has to be begun anew is later
    /// than the one that was lost.
    public var serial: Int64 { changes.map(\.serial).max() ?? 0 }

    public init(tenant: String, changes: [Change] = [], scope: String? = nil) {
        self.tenant = tenant
        self.changes = changes.sorted { $0.agent < $1.agent }
        self.scope = scope
    }

    public subscript(agent: String) -> Change? { changes.first { $0.agent == agent } }

    /// Notes that an agent was switched.
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: whether that changes anything.
    public mutating func turn(_ agent: String, isStopped: Bool, reason: String, by: String, now: Int64) -> Bool {
        guard self[agent]?.isStopped != isStopped else { return false }
        let next = serial.addingReportingOverflow(1).partialValue
        changes.removeAll { $0.agent == agent }
        changes.append(
            Change(agent: agent, isStopped: isStopped, reason: reason, by: by, serial: max(now, next)))
        changes.sort { $0.agent < $1.agent }
        return true
    }

    /// The claims, as canonical JSON: the payload to sign as a compact JWS of ``tokenType``.
    var payload: [UInt8] {
        let heap = Heap()
        return withExtendedLifetime(heap) {
            let agents = changes.map { change in
                heap.object([
                    Entry(key: heap.string("agent"), value: heap.string(change.agent)),
                    Entry(key: heap.string("by"), value: heap.string(change.by)),
                    Entry(key: heap.string("reason"), value: heap.string(change.reason)),
                    Entry(key: heap.string("serial"), value: .integer(change.serial)),
                    Entry(key: heap.string("stopped"), value: .boolean(change.isStopped)),
                ])
            }
            var claims = [
                Entry(key: heap.string("agents"), value: heap.array(agents)),
                Entry(key: heap.string("tenant"), value: heap.string(tenant)),
            ]
            if let scope { claims.append(Entry(key: heap.string("scope"), value: heap.string(scope))) }
            return StructuredHash.text(heap.object(claims))
        }
    }

    /// - Throws: what the key throws; `.tooLarge` and `.claimsInvalid` for a list that no gateway would take.
    public func signed(by key: some Signer) throws(TokenError) -> SignedStopList {
        let token = try key.token(over: payload, type: Self.tokenType)
        guard token.utf8.count <= SignedStopList.limit else {
            throw TokenError(
                .tooLarge, "the list of switched agents would have more than \(SignedStopList.limit >> 20) MiB",
                fix: "publish policies without those agents that are to stay away")
        }
        let signed = SignedStopList(self, token: token)
        guard (try? SignedStopList(token: token)) == signed else {
            throw TokenError(
                .claimsInvalid, "a name or a reason in the list of switched agents is empty or too long",
                fix: "a reason has at most 4096 bytes, the name of an agent 128, of a person 512")
        }
        return signed
    }
}

extension AgentStopList {
    private static let known: Set = ["agents", "tenant", "scope"]
    private static let knownOfAgent: Set = ["agent", "by", "reason", "serial", "stopped"]
    /// The end of the year 9999.
    private static let lastSerial: Int64 = 253_402_300_799_999

    /// - Returns: nil unless these are the claims of a list and nothing else.
    init?(claims: Value) {
        guard claims.kind == .object, claims.entries.allSatisfy({ Self.known.contains($0.key.string ?? "") }),
            let tenant = claims.lookup("tenant").string, BundleMetadata.isTenantName(tenant),
            claims.lookup("agents").kind == .array
        else { return nil }
        let scope = claims.lookup("scope")
        guard scope.isUndefined || scope.string?.isEmpty == false else { return nil }
        var changes: [Change] = []
        var names: Set<String> = []
        for entry in claims.lookup("agents").elements {
            guard let change = Self.change(entry), names.insert(change.agent).inserted else { return nil }
            changes.append(change)
        }
        guard !changes.isEmpty else { return nil }
        self.init(tenant: tenant, changes: changes, scope: scope.string)
    }

    private static func change(_ value: Value) -> Change? {
        guard value.kind == .object, value.entries.allSatisfy({ knownOfAgent.contains($0.key.string ?? "") }),
            let agent = value.lookup("agent").string, (1...128).contains(agent.utf8.count),
            let by = value.lookup("by").string, (1...512).contains(by.utf8.count),
            let reason = value.lookup("reason").string, reason.utf8.count <= 4096,
            let serial = value.lookup("serial").int64, (1...lastSerial).contains(serial),
            let isStopped = value.lookup("stopped").boolValue
        else { return nil }
        return Change(agent: agent, isStopped: isStopped, reason: reason, by: by, serial: serial)
    }
}

/// A list with its signature, which nobody has looked at yet; ``BundleVerifier`` does.
public struct SignedStopList: Sendable, Hashable {
    /// What the token claims. Nothing of it is believed yet.
    let claimed: AgentStopList
    /// A compact JWS.
    public let token: String
    /// The longest token, in bytes: some ten thousand agents.
    public static let limit = 4 << 20

    init(_ list: AgentStopList, token: String) {
        claimed = list
        self.token = token
    }

    /// Takes a token apart, as it stands in a store; a line end behind it is passed over.
    /// - Throws: `.stopsInvalid`.
    public init(token text: String) throws(BundleError) {
        guard let (list, token) = StoredToken.read(text, limit: Self.limit, AgentStopList.init(claims:)) else {
            throw Self.damaged
        }
        self.init(list, token: token)
    }

    private static let damaged = BundleError(
        .stopsInvalid, "the list of switched agents is damaged", in: "stops",
        fix: "switch an agent, which writes it anew, and find out who can write to the store")
}

/// A list that may be believed; ``BundleVerifier`` alone makes one.
public struct VerifiedStopList: Sendable, Hashable {
    public let list: AgentStopList
    /// The key that signed it.
    public let keyID: String

    init(_ list: AgentStopList, keyID: String) {
        self.list = list
        self.keyID = keyID
    }
}

extension BundleError {
    /// There was a list, and now there is none.
    public static func stopsGone(known: UTCTime) -> BundleError {
        BundleError(
            .stopsMissing, "the list of switched agents is gone, and one of \(known) is known", in: "stops",
            fix: "switch an agent, which writes it anew, and find out who can write to the store")
    }
}
