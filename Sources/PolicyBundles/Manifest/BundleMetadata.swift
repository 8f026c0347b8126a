import RegoValues

/// `metadata.aegis` of a manifest: whose policies these are, which version, and who looked at them.
public struct BundleMetadata: Sendable, Hashable {
    /// The version of the bundle's layout that this code reads and writes.
    public static let schemaVersion = 1

    public var tenant: String
    /// Where the bundle may be active; nil for every region.
    public var region: String?
    /// Counts up by one with every published version, from 1.
    public var version: Int
    /// The digest of the archive that this one follows; nil for the first.
    public var parent: BundleDigest?
    /// RFC 3339, UTC.
    public var createdAt: String
    public var author: String
    /// Who else wrote what this revises, sorted: none of them may approve it either.
    public var coauthors: [String]
    public var reviews: [BundleReview]
    /// Compliance control ids and the policies that carry them.
    public var controls: [String: [String]]
    /// The reviewed version whose content this one brings back; nil for new content.
    public var restores: RestoredVersion?
    /// Why it was published without its reviews; nil where it was not.
    public var emergency: EmergencyNote?
    /// What reviewers sign; the builder fills it in (``ContentDigest``).
    public internal(set) var contentDigest: BundleDigest?

    public init(
        tenant: String, region: String? = nil, version: Int, parent: BundleDigest? = nil, createdAt: String,
        author: String, coauthors: [String] = [], reviews: [BundleReview] = [], controls: [String: [String]] = [:],
        restores: RestoredVersion? = nil, emergency: EmergencyNote? = nil
    ) {
        self.tenant = tenant
        self.region = region
        self.version = version
        self.parent = parent
        self.createdAt = createdAt
        self.author = author
        self.coauthors = coauthors
        self.reviews = reviews
        self.controls = controls
        self.restores = restores
        self.emergency = emergency
    }

    /// `TENANT/VERSION`.
    public var revision: String { "\(tenant)/\(version)" }

    init(_ reader: ManifestReader) throws(BundleError) {
        let schema = try reader.integer("schema_version", atLeast: 1)
        guard schema == Self.schemaVersion else {
            throw BundleError(
                .schemaUnsupported, "the bundle has schema version \(schema); this program reads \(Self.schemaVersion)",
                in: BundleManifest.path, fix: "update aegis, or build the bundle with a matching version")
        }
        try reader.checkNames([
            "tenant", "region", "version", "parent", "created_at", "author", "reviews", "controls", "schema_version",
            "content_digest", "restores", "emergency", "coauthors",
        ])
        tenant = try reader.string("tenant")
        guard Self.isTenantName(tenant) else { throw reader.wrong("tenant", "1 to 63 of a-z, 0-9, `-` and `_`") }
        region = try reader.optionalString("region")
        if region?.isEmpty == true { throw reader.wrong("region", "a region's name or null") }
        version = try reader.integer("version", atLeast: 1)
        parent = try Self.digest(reader, "parent")
        createdAt = try reader.string("created_at")
        author = try reader.string("author")
        coauthors = try reader.optionalStrings("coauthors")
        reviews = []
        for child in try reader.children("reviews") { reviews.append(try BundleReview(child)) }
        controls = [:]
        let map = try reader.child("controls")
        for entry in map.object.entries {
            guard let control = entry.key.string, entry.value.kind == .array else {
                throw reader.wrong("controls", "an object of lists of policy names")
            }
            var policies: [String] = []
            for element in entry.value.elements {
                guard let policy = element.string else {
                    throw reader.wrong("controls", "an object of lists of policy names")
                }
                policies.append(policy)
            }
            controls[control] = policies
        }
        restores = try reader.optionalChild("restores").map(RestoredVersion.init)
        emergency = try reader.optionalChild("emergency").map(EmergencyNote.init)
        contentDigest = try Self.digest(reader, "content_digest")
        guard contentDigest != nil else { throw reader.wrong("content_digest", "a `sha256:` digest") }
    }

    static func digest(_ reader: ManifestReader, _ name: StaticString) throws(BundleError) -> BundleDigest? {
        guard let text = try reader.optionalString(name) else { return nil }
        guard let digest = BundleDigest(text) else { throw reader.wrong(name, "a `sha256:` digest") }
        return digest
    }

    /// A tenant's name is part of file names and of the policy version: lower-case letters, digits, `-` and `_`.
    public static func isTenantName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
        guard (1...63).contains(bytes.count), let first = bytes.first else { return false }
        return isAlphanumeric(first) && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f }
    }

    func value(in heap: Heap, contentDigest: BundleDigest?) -> Value {
        func text(_ text: String?) -> Value { text.map { heap.string($0) } ?? .null }
        let controls = heap.object(
            self.controls.map { Entry(key: heap.string($0), value: heap.array($1.map { heap.string($0) })) })
        var entries = [
            Entry(key: heap.string("tenant"), value: text(tenant)),
            Entry(key: heap.string("region"), value: text(region)),
            Entry(key: heap.string("version"), value: .integer(version)),
            Entry(key: heap.string("parent"), value: text(parent?.description)),
            Entry(key: heap.string("created_at"), value: text(createdAt)),
            Entry(key: heap.string("author"), value: text(author)),
            Entry(key: heap.string("reviews"), value: heap.array(reviews.map { $0.value(in: heap) })),
            Entry(key: heap.string("controls"), value: controls),
            Entry(key: heap.string("schema_version"), value: .integer(Self.schemaVersion)),
        ]
        if !coauthors.isEmpty {
            entries.append(
                Entry(key: heap.string("coauthors"), value: heap.array(coauthors.map { heap.string($0) })))
        }
        if let restores { entries.append(Entry(key: heap.string("restores"), value: restores.value(in: heap))) }
        if let emergency { entries.append(Entry(key: heap.string("emergency"), value: emergency.value(in: heap))) }
        if let contentDigest {
            entries.append(Entry(key: heap.string("content_digest"), value: text(contentDigest.description)))
        }
        return heap.object(entries)
    }
}
