internal import Crypto
internal import MerkleLog
internal import RegoValues

/// The line that ends a batch: a signed checkpoint of every log that the batch touched, all under a chain of their own.
///
///     {"checkpoints":["NOTE",…],"commit":N,"commit_hash":"HEX"}
///
/// `commit_hash` is SHA-256(the hash of the commit before ‖ the leaf hashes of the batch's records as they stand ‖ the
/// line without `commit_hash`): the stream as a whole, its order included, is a chain of its own, and a reader finds a
/// changed commit without checking a signature.
struct Commit: Sendable {
    let number: UInt64
    /// Checkpoints as notes, in the order of their origins.
    var notes: [String]

    static let prefix = "{\"checkpoints\":["

    /// Writes the line with its newline.
    /// - Returns: its hash.
    func write(after previous: MerkleHash, leaves: [MerkleHash], to buffer: inout [UInt8]) -> MerkleHash {
        let start = buffer.count
        buffer.append(contentsOf: Self.prefix.utf8)
        for (place, note) in notes.enumerated() {
            if place > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append(quoted: note)
        }
        buffer.append(contentsOf: "],\"commit\":".utf8)
        buffer.append(decimal: number)
        let hash = buffer.withUnsafeBytes {
            Self.hash(after: previous, leaves, UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
        buffer.append(contentsOf: ",\"commit_hash\":\"".utf8)
        buffer.append(contentsOf: hash.hex.utf8)
        buffer.append(contentsOf: "\"}\n".utf8)
        return hash
    }

    /// Reads a line, newline not included, and the hash that it gives for itself. Nil when malformed.
    static func parse(_ line: UnsafeBufferPointer<UInt8>) -> (Commit, MerkleHash)? {
        var cursor = JSONCursor(line)
        guard cursor.literal("{\"checkpoints\":"), let notes = cursor.list({ $0.string() }),
            cursor.literal(",\"commit\":"), let number = cursor.unsigned(), cursor.literal(",\"commit_hash\":"),
            let digits = cursor.string(), cursor.literal("}"), cursor.isAtEnd,
            let hash = MerkleHash(hex: digits)
        else { return nil }
        return (Commit(number: number, notes: notes), hash)
    }

    /// The hash of a line that ``parse(_:)`` read, where it stands behind these.
    static func hash(
        of line: UnsafeBufferPointer<UInt8>, after previous: MerkleHash, leaves: [MerkleHash]
    ) -> MerkleHash {
        let suffix = 82  // ,"commit_hash":"64 digits"}
        return hash(
            after: previous, leaves, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(line).dropLast(suffix)))
    }

    private static func hash(
        after previous: MerkleHash, _ leaves: [MerkleHash], _ line: UnsafeRawBufferPointer
    ) -> MerkleHash {
        var hasher = SHA256()
        previous.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        for leaf in leaves { leaf.withUnsafeBytes { hasher.update(bufferPointer: $0) } }
        hasher.update(bufferPointer: line)
        withUnsafeBytes(of: UInt8(ascii: "}")) { hasher.update(bufferPointer: $0) }
        return MerkleHash(hasher.finalize())
    }
}
