/// Why a proof was refused or could not be made.
public enum ProofError: Error, Hashable, CustomStringConvertible {
    /// The index or size lies beyond the tree.
    case outOfRange
    /// The proof holds more or fewer hashes than this index and these sizes need.
    case wrongLength
    /// The hashes lead to another root than the one given.
    case rootMismatch

    public var description: String {
        switch self {
        case .outOfRange: "the index or size lies beyond the tree"
        case .wrongLength: "the proof has the wrong number of hashes"
        case .rootMismatch: "the proof leads to another root"
        }
    }
}

/// Checks proofs with nothing but the proof, the sizes and the roots.
public enum MerkleProof {
    /// Checks that `proof` ties leaf `index` to the tree of `size` leaves with this root.
    /// Source: RFC 9162, section 2.1.3.2.
    public static func verifyInclusion(
        of leaf: MerkleHash, index: UInt64, size: UInt64, root: MerkleHash, proof: [MerkleHash]
    ) throws(ProofError) {
        guard index < size, size <= UInt64(Int64.max) else { throw .outOfRange }
        var (node, last) = (index, size - 1)
        var hash = leaf
        for sibling in proof {
            guard last > 0 else { throw .wrongLength }
            if node & 1 == 1 || node == last {
                hash = .node(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongLength }
        guard hash == root else { throw .rootMismatch }
    }

    /// Checks that the tree of `oldSize` leaves is a prefix of the tree of `newSize` leaves.
    /// The empty tree is a prefix of every tree: its proof is empty.
    /// Source: RFC 9162, section 2.1.4.2.
    public static func verifyConsistency(
        from oldSize: UInt64, root oldRoot: MerkleHash, to newSize: UInt64, root newRoot: MerkleHash,
        proof: [MerkleHash]
    ) throws(ProofError) {
        guard oldSize <= newSize, newSize <= UInt64(Int64.max) else { throw .outOfRange }
        if oldSize == newSize || oldSize == 0 {
            guard proof.isEmpty else { throw .wrongLength }
            guard oldSize == 0 ? oldRoot == .emptyRoot : oldRoot == newRoot else { throw .rootMismatch }
            guard newSize > 0 || newRoot == .emptyRoot else { throw .rootMismatch }
            return
        }
        var path = proof[...]
        if oldSize.nonzeroBitCount == 1 { path = [oldRoot] + path }
        guard let first = path.popFirst() else { throw .wrongLength }
        var (node, last) = (oldSize - 1, newSize - 1)
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var (old, new) = (first, first)
        for sibling in path {
            guard last > 0 else { throw .wrongLength }
            if node & 1 == 1 || node == last {
                old = .node(sibling, old)
                new = .node(sibling, new)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = .node(new, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongLength }
        guard old == oldRoot, new == newRoot else { throw .rootMismatch }
    }
}
