/// The right part of an append-only tree: its edge at some size, and the leaves after that. Enough to prove that one of
/// these leaves is in the tree, without the leaves before.
public struct MerkleSuffix: Sendable {
    /// The tree's edge where the leaves begin.
    private let base: MerkleFrontier
    private var leaves: [MerkleHash] = []

    public init(_ base: MerkleFrontier) { self.base = base }

    /// Leaves of the whole tree so far.
    public var size: UInt64 { base.size + UInt64(leaves.count) }

    /// Adds the next leaf by its hash.
    public mutating func append(_ leaf: MerkleHash) { leaves.append(leaf) }

    /// The path from leaf `index` to the root of the first `size` leaves. Source: RFC 6962, section 2.1.1.
    /// - Throws: ``ProofError/outOfRange`` for a leaf before the edge, or a size beyond the last leaf.
    public func inclusionProof(index: UInt64, size: UInt64) throws(ProofError) -> [MerkleHash] {
        guard index >= base.size, index < size, size <= self.size else { throw .outOfRange }
        return MerkleRange.inclusionPath(of: index, in: size).map(hash)
    }

    // Every range of a path ends at or before the edge as one of its nodes, or begins behind it, or holds it.
    private func hash(_ range: MerkleRange) -> MerkleHash {
        if let node = range.node(of: base) { return node }
        if range.start >= base.size, range.count == 1 { return leaves[Int(range.start - base.size)] }
        let (left, right) = range.halves
        return .node(hash(left), hash(right))
    }
}
