import PolicyBundles
public import SignedTokens

/// One step of a policy's life: who, when, what, and its place in the tenant's chain.
public struct LifecycleEvent: Sendable, Hashable {
    public static let schemaVersion = 1
    /// What the first event names as the one before.
    public static let genesis = "sha256:" + String(repeating: "0", count: 64)

    public let tenant: String
    /// The place in the chain, from 1 without gaps.
    public let index: Int
    /// `apr_` and the like, and 16 hexadecimal digits.
    public let id: String
    /// The digest of the event before, or ``genesis``.
    public let previous: String
    public let time: UTCTime
    public let person: String
    /// The name of the key that signs it.
    public let key: String
    public let body: EventBody

    /// What is signed: canonical JSON.
    public var payload: [UInt8] { SignedDocument.object(members).canonical }

    var members: [String: SignedDocument] {
        var members = body.members
        members["schema_version"] = .integer(Int64(Self.schemaVersion))
        members["tenant"] = .text(tenant)
        members["index"] = .integer(Int64(index))
        members["id"] = .text(id)
        members["previous"] = .text(previous)
        members["time"] = .text(time.description)
        members["kind"] = .text(body.kind.rawValue)
        members["person"] = .text(person)
        members["key"] = .text(key)
        return members
    }

    static let commonMembers: Set<String> = [
        "schema_version", "tenant", "index", "id", "previous", "time", "kind", "person", "key",
    ]

    /// - Throws: `.documentInvalid`.
    init(_ members: [String: SignedDocument]) throws(TokenError) {
        let loose = try MemberReader(.object(members), known: Set(members.keys))
        let word = try loose.text("kind")
        guard let kind = EventBody.Kind(rawValue: word) else {
            throw loose.wrong("kind", EventBody.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let reader = try MemberReader(
            .object(members), known: Self.commonMembers.union(EventBody.members(of: kind)))
        _ = try reader.integer("schema_version", in: 1...Int64(Self.schemaVersion))
        tenant = try reader.text("tenant")
        index = try reader.integer("index", in: 1...(1 << 53))
        id = try reader.text("id")
        previous = try reader.text("previous")
        time = try reader.time("time")
        person = try reader.text("person")
        key = try reader.text("key")
        body = try EventBody(kind, reader)
        guard Self.isID(id, of: kind) else { throw reader.wrong("id", "`\(kind.idPrefix)` and 16 digits") }
    }

    init(
        tenant: String, index: Int, id: String, previous: String, time: UTCTime, person: String, key: String,
        body: EventBody
    ) {
        self.tenant = tenant
        self.index = index
        self.id = id
        self.previous = previous
        self.time = time
        self.person = person
        self.key = key
        self.body = body
    }

    /// A new event, whose id is a digest of all the rest of it. The same step at the same place of the chain has the same id, so
    /// that whoever has it signed elsewhere can ask for it again.
    init(
        tenant: String, index: Int, previous: String, time: UTCTime, person: String, key: String, body: EventBody
    ) {
        let unnamed = LifecycleEvent(
            tenant: tenant, index: index, id: "", previous: previous, time: time, person: person, key: key, body: body)
        let digits = BundleDigest(of: unnamed.payload).description.dropFirst(BundleDigest.prefix.count).prefix(16)
        self.init(
            tenant: tenant, index: index, id: body.kind.idPrefix + digits, previous: previous, time: time,
            person: person, key: key, body: body)
    }

    private static func isID(_ id: String, of kind: EventBody.Kind) -> Bool {
        let digits = id.utf8.dropFirst(kind.idPrefix.utf8.count)
        return id.hasPrefix(kind.idPrefix) && digits.count == 16
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
