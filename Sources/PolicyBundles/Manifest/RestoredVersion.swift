import RegoValues

/// What a rollback brings back: a version that was reviewed, with the parts of its manifest that differ from the new one's.
/// Together with the files they give the content digest that the reviewers signed.
public struct RestoredVersion: Sendable, Hashable {
    public var version: Int
    public var parent: BundleDigest?
    public var createdAt: String
    public var author: String
    public var coauthors: [String]
    /// Why it is brought back.
    public var reason: String

    public init(
        version: Int, parent: BundleDigest?, createdAt: String, author: String, coauthors: [String] = [], reason: String
    ) {
        self.version = version
        self.parent = parent
        self.createdAt = createdAt
        self.author = author
        self.coauthors = coauthors
        self.reason = reason
    }

    init(_ reader: ManifestReader) throws(BundleError) {
        try reader.checkNames(["version", "parent", "created_at", "author", "coauthors", "reason"])
        version = try reader.integer("version", atLeast: 1)
        parent = try BundleMetadata.digest(reader, "parent")
        createdAt = try reader.string("created_at")
        author = try reader.string("author")
        coauthors = try reader.optionalStrings("coauthors")
        reason = try reader.string("reason")
    }

    func value(in heap: Heap) -> Value {
        var entries = [
            Entry(key: heap.string("version"), value: .integer(version)),
            Entry(key: heap.string("parent"), value: parent.map { heap.string($0.description) } ?? .null),
            Entry(key: heap.string("created_at"), value: heap.string(createdAt)),
            Entry(key: heap.string("author"), value: heap.string(author)),
            Entry(key: heap.string("reason"), value: heap.string(reason)),
        ]
        if !coauthors.isEmpty {
            entries.append(
                Entry(key: heap.string("coauthors"), value: heap.array(coauthors.map { heap.string($0) })))
        }
        return heap.object(entries)
    }
}

/// Who published without waiting for reviews, and why.
public struct EmergencyNote: Sendable, Hashable {
    public var by: String
    public var reason: String

    public init(by: String, reason: String) {
        self.by = by
        self.reason = reason
    }

    init(_ reader: ManifestReader) throws(BundleError) {
        try reader.checkNames(["by", "reason"])
        by = try reader.string("by")
        reason = try reader.string("reason")
    }

    func value(in heap: Heap) -> Value {
        heap.object([
            Entry(key: heap.string("by"), value: heap.string(by)),
            Entry(key: heap.string("reason"), value: heap.string(reason)),
        ])
    }
}
