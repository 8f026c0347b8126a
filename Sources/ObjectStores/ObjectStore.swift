/// Named byte strings that several machines share: a folder, an S3 bucket, a GCS bucket.
///
/// Implementers MUST write an object whole or not at all, MUST show it to every reader once `put` has returned, and MUST decide
/// a condition and the write in one step, so that of two writers with the same condition one fails. Keys are `/`-separated
/// names without empty, `.` and `..` parts; a store refuses others.
public protocol ObjectStore: Sendable {
    /// What operators call it, such as `s3://bucket/prefix`.
    var name: String { get }

    /// Reads an object whole.
    /// - Parameters:
    ///   - known: the tag of the content that the asker has.
    ///   - limit: the most bytes that are taken.
    /// - Throws: `.tooLarge`, `.accessDenied`, `.unavailable`, `.answerInvalid`.
    func get(_ key: String, unless known: ObjectTag?, limit: Int) async throws(ObjectStoreError) -> ObjectAnswer

    /// Writes an object.
    /// - Throws: `.conditionFailed` where the object is not as the condition wants it; also what `get` throws, and
    ///   `.unsupported` for a retention that the store cannot hold to.
    func put(
        _ bytes: [UInt8], at key: String, when condition: PutCondition, retention: ObjectRetention?
    ) async throws(ObjectStoreError) -> ObjectTag

    /// Reads an object whole, together with what keeps it there.
    /// - Returns: nil where there is none.
    /// - Throws: what `get` throws.
    func inspect(_ key: String, limit: Int) async throws(ObjectStoreError) -> StoredObject?

    /// Keeps an object that is there already for longer, or holds it. It shortens and lifts nothing.
    /// - Throws: `.unsupported`, and what `get` throws.
    func retain(_ key: String, _ retention: ObjectRetention) async throws(ObjectStoreError)

    /// The keys that begin with `prefix`, in the order of their bytes.
    /// - Parameter next: from the page before; nil for the first.
    func list(prefix: String, next: String?) async throws(ObjectStoreError) -> ObjectPage
}

/// Names one content of an object. Only the store that made it can read it: an ETag, a generation, a digest.
public struct ObjectTag: Sendable, Hashable {
    public let text: String

    public init(_ text: String) { self.text = text }
}

public enum ObjectAnswer: Sendable, Hashable {
    case absent
    /// It is still what the asker has.
    case unchanged
    case object([UInt8], tag: ObjectTag)
}

/// What an object must be for a write to take place.
public enum PutCondition: Sendable, Hashable {
    case any
    /// There is none of that name.
    case absent
    /// It has this content.
    case unchanged(ObjectTag)
}

/// How long an object must stay as it is, whoever asks. Source: S3 Object Lock; GCS object retention.
public struct ObjectRetention: Sendable, Hashable {
    public enum Mode: Sendable, Hashable {
        /// People with a special right may shorten it.
        case governance
        /// Nobody may.
        case compliance
    }

    public var mode: Mode
    /// Seconds since 1970.
    public var until: Int64
    /// Also keeps it after `until`, until somebody lifts that.
    public var legalHold: Bool

    public init(_ mode: Mode, until: Int64, legalHold: Bool = false) {
        self.mode = mode
        self.until = until
        self.legalHold = legalHold
    }
}

extension ObjectRetention {
    /// Whether this keeps an object at least as well as `wanted` does.
    func covers(_ wanted: ObjectRetention) -> Bool {
        (mode == .compliance || wanted.mode == .governance) && until >= wanted.until && (legalHold || !wanted.legalHold)
    }
}

public struct StoredObject: Sendable, Hashable {
    public var bytes: [UInt8]
    /// Nil where everybody with the right to write may remove it.
    public var retention: ObjectRetention?
}

public struct ObjectPage: Sendable, Hashable {
    public var keys: [String]
    /// For the next page; nil where this was the last.
    public var next: String?

    public init(keys: [String], next: String?) {
        self.keys = keys
        self.next = next
    }
}

extension ObjectStore {
    public func put(
        _ bytes: [UInt8], at key: String, when condition: PutCondition
    ) async throws(ObjectStoreError) -> ObjectTag {
        try await put(bytes, at: key, when: condition, retention: nil)
    }

    /// All keys that begin with `prefix`.
    public func keys(prefix: String) async throws(ObjectStoreError) -> [String] {
        var page = try await list(prefix: prefix, next: nil)
        var keys = page.keys
        var pages = 1
        while let next = page.next {
            // Stores give a thousand keys a page; one that never comes to an end is none.
            guard pages < 10_000 else {
                throw ObjectStoreError(
                    .answerInvalid, "the list of objects below `\(prefix)` does not end", location: name)
            }
            pages += 1
            page = try await list(prefix: prefix, next: next)
            keys += page.keys
        }
        return keys
    }
}
