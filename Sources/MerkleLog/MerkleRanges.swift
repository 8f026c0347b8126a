/// The parts of a tree that a proof is made of: each of its hashes is the root over a run of leaves.
///
/// The runs do not overlap, so one pass over the leaves, in order, makes any proof in O(log² n) memory.
public struct MerkleRanges: Sendable {
    /// The runs, in the order of the proof's hashes.
    public let ranges: [Range<UInt64>]
    private var edges: [MerkleFrontier]

    private init(_ ranges: [Range<UInt64>]) {
        self.ranges = ranges
        edges = ranges.map { _ in MerkleFrontier() }
    }

    /// What an inclusion proof is made of. Source: RFC 6962, section 2.1.1.
    /// - Throws: ``ProofError/outOfRange``.
    public init(inclusionOf index: UInt64, size: UInt64) throws(ProofError) {
        guard index < size, size <= UInt64(Int64.max) else { throw .outOfRange }
        var ranges: [Range<UInt64>] = []
        var (start, end) = (UInt64(0), size)
        while end - start > 1 {
            let middle = start + MerkleRanges.split(end - start)
            if index < middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(start..<middle)
                start = middle
            }
        }
        self.init(ranges.reversed())
    }

    /// What a consistency proof is made of. Source: RFC 6962, section 2.1.2.
    /// - Throws: ``ProofError/outOfRange``.
    public init(consistencyFrom old: UInt64, to new: UInt64) throws(ProofError) {
        guard old <= new, new <= UInt64(Int64.max) else { throw .outOfRange }
        guard old > 0, old < new else {
            self.init([])
            return
        }
        var ranges: [Range<UInt64>] = []
        var (start, end) = (UInt64(0), new)
        while end != old {
            let middle = start + MerkleRanges.split(end - start)
            if old <= middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(start..<middle)
                start = middle
            }
        }
        if start != 0 { ranges.append(start..<end) }
        self.init(ranges.reversed())
    }

    /// Takes what is known of the leaves before `frontier.size`, in the place of these leaves.
    public mutating func begin(at frontier: MerkleFrontier) {
        var start: UInt64 = 0
        for (place, node) in frontier.nodes.enumerated() {
            // Node i covers the i-th highest bit of the size.
            var rest = frontier.size
            for _ in 0..<place { rest &= ~(UInt64(1) << UInt64(63 - rest.leadingZeroBitCount)) }
            let count = UInt64(1) << UInt64(63 - rest.leadingZeroBitCount)
            if let found = ranges.firstIndex(where: { $0.lowerBound <= start && start + count <= $0.upperBound }) {
                edges[found].append(node, covering: count)
            }
            start += count
        }
    }

    /// Takes the leaf hash at `index`; they come in order, each once.
    public mutating func add(_ leaf: MerkleHash, at index: UInt64) {
        guard let found = ranges.firstIndex(where: { $0.contains(index) }) else { return }
        edges[found].append(leaf)
    }

    /// The proof, once all leaves of its ranges have been taken.
    /// - Throws: ``ProofError/outOfRange`` while some are missing.
    public func proof() throws(ProofError) -> [MerkleHash] {
        guard zip(ranges, edges).allSatisfy({ UInt64($0.count) == $1.size }) else { throw .outOfRange }
        return edges.map(\.root)
    }

    // The largest power of two strictly below `count`, which is at least 2.
    private static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}
