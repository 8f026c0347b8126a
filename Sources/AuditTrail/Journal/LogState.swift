internal import Crypto
internal import MerkleLog
internal import RegoValues

/// The end of one log: what the next record links to, and the edge of its tree.
struct LogState: Sendable, Hashable {
    /// The `hash` of the last record; zero before the first.
    var lastHash = MerkleHash.zero
    var frontier = MerkleFrontier()

    /// The number of records, and the index of the next.
    var size: UInt64 { frontier.size }

    func checkpoint(origin: String) -> Checkpoint {
        Checkpoint(origin: origin, size: size, root: frontier.root)
    }

    /// Writes `record` as the next of this log to the end of `buffer`, with its newline.
    /// - Returns: its leaf hash.
    mutating func append(_ record: FormattedRecord, to buffer: inout [UInt8]) -> MerkleHash {
        let start = buffer.count
        buffer.append(contentsOf: record.bytes[..<record.hashOffset])
        let hashStart = buffer.count
        buffer.append(contentsOf: "\"hash\":\"".utf8)
        buffer.append(contentsOf: repeatElement(0, count: 64))
        buffer.append(contentsOf: "\",".utf8)
        let hashEnd = buffer.count
        buffer.append(contentsOf: record.bytes[record.hashOffset..<record.indexOffset])
        buffer.append(contentsOf: "\"index\":".utf8)
        buffer.append(decimal: size)
        buffer.append(contentsOf: record.bytes[record.indexOffset..<record.previousOffset])
        buffer.append(contentsOf: ",\"prev_hash\":\"".utf8)
        let previousStart = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: 64))
        buffer.append(UInt8(ascii: "\""))
        buffer.append(contentsOf: record.bytes[record.previousOffset...])
        let previous = lastHash
        let leaf = buffer.withUnsafeMutableBytes { bytes in
            previous.writeHex(to: UnsafeMutableRawBufferPointer(rebasing: bytes[previousStart..<previousStart + 64]))
            let hash = Self.hash(
                previous, UnsafeRawBufferPointer(rebasing: bytes[start..<hashStart]),
                UnsafeRawBufferPointer(rebasing: bytes[hashEnd...]))
            hash.writeHex(to: UnsafeMutableRawBufferPointer(rebasing: bytes[hashStart + 8..<hashStart + 72]))
            lastHash = hash
            return MerkleHash.leaf(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
        frontier.append(leaf)
        buffer.append(UInt8(ascii: "\n"))
        return leaf
    }

    /// Takes a line that claims to be the next record of this log.
    /// - Throws: what is wrong with it; the state is then as before.
    mutating func accept(_ record: RecordReading, log: String) throws(LineFault) {
        guard record.links.index == size else {
            throw LineFault("record \(record.links.index) of `\(log)` stands where record \(size) belongs")
        }
        guard record.previous == lastHash else {
            throw LineFault("record \(size) of `\(log)` does not link to the record before it")
        }
        // It was hashed behind the record that it links to, which is the one that stands here.
        guard let hash = record.hash else {
            throw LineFault("record \(size) of `\(log)` was changed: it does not match its hash")
        }
        lastHash = hash
        frontier.append(record.leaf)
    }

    /// Takes what is left of a record that was removed. Its leaf is under the checkpoints; its hash shows by the next record's link.
    mutating func accept(_ pruned: PrunedRecord) throws(LineFault) {
        guard pruned.index == size else {
            throw LineFault("removed record \(pruned.index) of `\(pruned.log)` stands where record \(size) belongs")
        }
        guard pruned.previous == lastHash else {
            throw LineFault("removed record \(size) of `\(pruned.log)` does not link to the record before it")
        }
        lastHash = pruned.hash
        frontier.append(pruned.leaf)
    }

    // SHA-256(previous as 32 raw bytes ‖ canonical record without its hash member), the record given in two parts.
    static func hash(
        _ previous: MerkleHash, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> MerkleHash {
        var hasher = SHA256()
        previous.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: first)
        hasher.update(bufferPointer: second)
        return MerkleHash(hasher.finalize())
    }
}

/// What is wrong with one line, in words.
struct LineFault: Error, Sendable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
