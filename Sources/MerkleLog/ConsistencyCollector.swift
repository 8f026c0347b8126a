/// Makes a consistency proof out of a tree's edge and the leaves that came after it, as they go by: in O(log n) space.
public struct ConsistencyCollector: Sendable {
    private enum Part: Sendable {
        case known(MerkleHash)
        case growing(MerkleRange, MerkleFrontier)
    }

    private var parts: [Part]
    private var next: UInt64
    private let end: UInt64

    /// - Parameters:
    ///   - old: the edge of the tree that is to be shown to be a prefix.
    ///   - new: the size of the larger tree.
    /// - Throws: ``ProofError/outOfRange`` when the larger tree is smaller.
    public init(from old: MerkleFrontier, to new: UInt64) throws(ProofError) {
        guard old.size <= new else { throw .outOfRange }
        parts = MerkleRange.consistencyPath(from: old.size, to: new).map { range in
            range.node(of: old).map(Part.known) ?? .growing(range, MerkleFrontier())
        }
        next = old.size
        end = new
    }

    /// Takes the next leaf after the old tree; leaves beyond the new one are ignored.
    public mutating func append(_ leaf: MerkleHash) {
        defer { next += 1 }
        for (place, part) in parts.enumerated() {
            guard case .growing(let range, var edge) = part, range.start <= next, next < range.end else { continue }
            edge.append(leaf)
            parts[place] = .growing(range, edge)
        }
    }

    /// The proof, once every leaf of the new tree has gone by. Source: RFC 6962, section 2.1.2.
    /// - Throws: ``ProofError/outOfRange`` when leaves are missing.
    public func proof() throws(ProofError) -> [MerkleHash] {
        guard next >= end else { throw .outOfRange }
        return parts.map { part in
            switch part {
            case .known(let node): node
            case .growing(_, let edge): edge.root
            }
        }
    }
}
