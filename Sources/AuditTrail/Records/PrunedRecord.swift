public import MerkleLog
internal import RegoValues

/// What is left of a record whose retention is over: its place, its leaf hash, and the hash that the next record links to.
///
///     {"pruned":{"hash":"HEX","index":N,"leaf":"BASE64","log":"gw-1/acme","prev_hash":"HEX"}}
///
/// Every root and signature can still be checked; what the record said cannot be known any more.
public struct PrunedRecord: Sendable, Hashable {
    public let log: String
    public let index: UInt64
    public let leaf: MerkleHash
    /// The record's own `hash`, and that of the one before it.
    public let hash: MerkleHash
    public let previous: MerkleHash

    /// What such a line begins with.
    public static let prefix = "{\"pruned\":{"
    static let fault = LineFault("what is left of a removed record is malformed")

    /// The line, without its newline.
    public var line: [UInt8] {
        var bytes = Array(
            "\(Self.prefix)\"hash\":\"\(hash.hex)\",\"index\":\(index),\"leaf\":\"\(leaf.base64)\",\"log\":".utf8)
        bytes.append(quoted: log)
        bytes += ",\"prev_hash\":\"\(previous.hex)\"}}".utf8
        return bytes
    }

    init(log: String, index: UInt64, leaf: MerkleHash, hash: MerkleHash, previous: MerkleHash) {
        self.log = log
        self.index = index
        self.leaf = leaf
        self.hash = hash
        self.previous = previous
    }

    /// Nil for a line that is none of these.
    public init?(line: some Collection<UInt8>) {
        guard let pruned = Array(line).withUnsafeBufferPointer({ PrunedRecord($0) }) else { return nil }
        self = pruned
    }

    /// Nil for a line that is none of these.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        var cursor = JSONCursor(line)
        guard cursor.literal("{\"pruned\":{\"hash\":"), let hash = cursor.string().flatMap({ MerkleHash(hex: $0) }),
            cursor.literal(",\"index\":"), let index = cursor.unsigned(), cursor.literal(",\"leaf\":"),
            let leaf = cursor.string().flatMap({ MerkleHash(base64: Array($0.utf8)) }), cursor.literal(",\"log\":"),
            let log = cursor.string(), cursor.literal(",\"prev_hash\":"),
            let previous = cursor.string().flatMap({ MerkleHash(hex: $0) }), cursor.literal("}}"), cursor.isAtEnd
        else { return nil }
        self.init(log: log, index: index, leaf: leaf, hash: hash, previous: previous)
    }
}
