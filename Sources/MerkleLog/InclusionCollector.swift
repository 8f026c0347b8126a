/// Makes inclusion proofs for some leaves of a tree out of its edge and the leaves that come after that, as they go by: in
/// O(k log n) space for k proofs.
public struct InclusionCollector: Sendable {
    private struct Node: Sendable {
        let range: MerkleRange
        let hash: MerkleHash
    }

    private let end: UInt64
    /// The roots of the perfect subtrees so far, largest first.
    private var edge: [Node] = []
    /// What proofs need, once it is known.
    private var wanted: [MerkleRange: MerkleHash?] = [:]

    /// - Parameters:
    ///   - indices: the leaves to be proven; none of them before the edge.
    ///   - edge: of the tree before the first leaf that goes by.
    ///   - size: of the tree that proofs lead to.
    /// - Throws: ``ProofError/outOfRange`` for a leaf before the edge or beyond the tree.
    public init(of indices: [UInt64], from edge: MerkleFrontier, to size: UInt64) throws(ProofError) {
        end = size
        for index in indices {
            guard edge.size <= index, index < size, size <= UInt64(Int64.max) else { throw .outOfRange }
            for range in MerkleRange.inclusionPath(of: index, in: size) { wanted[range] = .some(nil) }
        }
        var start: UInt64 = 0
        for hash in edge.nodes {
            let width: UInt64 = 1 << (63 - UInt64((edge.size - start).leadingZeroBitCount))
            add(Node(range: MerkleRange(start: start, end: start + width), hash: hash))
            start += width
        }
    }

    /// Takes the next leaf; leaves beyond the tree are ignored.
    public mutating func append(_ leaf: MerkleHash) {
        let next = edge.last?.range.end ?? 0
        guard next < end else { return }
        var node = Node(range: MerkleRange(start: next, end: next + 1), hash: leaf)
        while let left = edge.last, left.range.count == node.range.count {
            note(node)
            edge.removeLast()
            node = Node(
                range: MerkleRange(start: left.range.start, end: node.range.end), hash: .node(left.hash, node.hash))
        }
        add(node)
    }

    private mutating func add(_ node: Node) {
        note(node)
        edge.append(node)
    }

    private mutating func note(_ node: Node) {
        if wanted[node.range] != nil { wanted[node.range] = node.hash }
    }

    /// The path from a leaf to the root, once every leaf of the tree has gone by. Source: RFC 6962, section 2.1.1.
    /// - Throws: ``ProofError/outOfRange`` when leaves are missing, or for a leaf that was not asked for.
    public func proof(of index: UInt64) throws(ProofError) -> [MerkleHash] {
        guard index < end, edge.last?.range.end == end else { throw .outOfRange }
        var path: [MerkleHash] = []
        for range in MerkleRange.inclusionPath(of: index, in: end) {
            guard let known = wanted[range] else { throw .outOfRange }
            path.append(known ?? ragged(from: range.start))
        }
        return path
    }

    // What reaches to the end of the tree and is no perfect subtree: the last nodes of its edge.
    private func ragged(from start: UInt64) -> MerkleHash {
        let nodes = edge.drop { $0.range.start < start }.map(\.hash)
        guard var root = nodes.last else { return .emptyRoot }
        for left in nodes.dropLast().reversed() { root = .node(left, root) }
        return root
    }
}
