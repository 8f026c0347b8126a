/// A whole tree in memory: every leaf hash and every perfect subtree above them, so that roots and proofs of any past
/// size cost O(log n). About 64 bytes a leaf.
public struct MerkleTree: Sendable {
    // levels[k][i] covers the leaves i·2^k ..< (i+1)·2^k, and exists once all of them do.
    private var levels: [[MerkleHash]] = [[]]

    /// The empty tree.
    public init() {}

    /// The tree over these leaf hashes, in order.
    public init(leaves: some Sequence<MerkleHash>) {
        for leaf in leaves { append(leaf) }
    }

    /// Leaves so far.
    public var size: UInt64 { UInt64(levels[0].count) }

    /// The leaf hashes, in order.
    public var leaves: [MerkleHash] { levels[0] }

    /// Adds the next leaf by its hash.
    public mutating func append(_ leaf: MerkleHash) {
        levels[0].append(leaf)
        var level = 0
        while levels[level].count.isMultiple(of: 2) {
            let pair = levels[level].suffix(2)
            if level + 1 == levels.count { levels.append([]) }
            levels[level + 1].append(.node(pair[pair.startIndex], pair[pair.startIndex + 1]))
            level += 1
        }
    }

    /// The root over the first `size` leaves. Source: RFC 6962, section 2.1.
    /// - Throws: ``ProofError/outOfRange``.
    public func root(size: UInt64) throws(ProofError) -> MerkleHash {
        guard size <= self.size else { throw .outOfRange }
        return size == 0 ? .emptyRoot : hash(0, Int(size))
    }

    /// The path from leaf `index` to the root of the first `size` leaves. Source: RFC 6962, section 2.1.1.
    /// - Throws: ``ProofError/outOfRange``.
    public func inclusionProof(index: UInt64, size: UInt64) throws(ProofError) -> [MerkleHash] {
        guard index < size, size <= self.size else { throw .outOfRange }
        var proof: [MerkleHash] = []
        var (start, end) = (0, Int(size))
        while end - start > 1 {
            let middle = start + Self.split(end - start)
            if Int(index) < middle {
                proof.append(hash(middle, end))
                end = middle
            } else {
                proof.append(hash(start, middle))
                start = middle
            }
        }
        return proof.reversed()
    }

    /// What shows that the first `old` leaves are a prefix of the first `new`. Source: RFC 6962, section 2.1.2.
    /// - Throws: ``ProofError/outOfRange``.
    public func consistencyProof(from old: UInt64, to new: UInt64) throws(ProofError) -> [MerkleHash] {
        guard old <= new, new <= size else { throw .outOfRange }
        guard old > 0, old < new else { return [] }
        var proof: [MerkleHash] = []
        var (start, end) = (0, Int(new))
        while end != Int(old) {
            let middle = start + Self.split(end - start)
            if Int(old) <= middle {
                proof.append(hash(middle, end))
                end = middle
            } else {
                proof.append(hash(start, middle))
                start = middle
            }
        }
        // The old tree's own root is known to whoever checks, unless it is only a part of the old tree.
        if start != 0 { proof.append(hash(start, end)) }
        return proof.reversed()
    }

    // MTH over the leaves start ..< end, where start is a multiple of the largest power of two that fits.
    private func hash(_ start: Int, _ end: Int) -> MerkleHash {
        let count = end - start
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return levels[level][start >> level]
        }
        let middle = start + Self.split(count)
        return .node(hash(start, middle), hash(middle, end))
    }

    // The largest power of two strictly below `count`, which is at least 2.
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
