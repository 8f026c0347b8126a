/// The right edge of an append-only tree: the roots of its perfect subtrees, largest first. Enough to append leaves
/// and know the root in O(log n) space, without the leaves.
///
/// Invariant: `nodes.count` is the number of one bits in `size`; node `i` covers the i-th highest of them.
public struct MerkleFrontier: Sendable, Hashable {
    /// Leaves so far; at most 2^63 - 1.
    public private(set) var size: UInt64 = 0
    /// The roots of the perfect subtrees, largest first.
    public private(set) var nodes: [MerkleHash] = []

    /// The empty tree.
    public init() {}

    /// The state that another frontier reported. Nil when the count of nodes does not fit the size.
    public init?(size: UInt64, nodes: [MerkleHash]) {
        guard size <= UInt64(Int64.max), nodes.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.nodes = nodes
    }

    /// Adds the next leaf by its hash. Amortized one node hash.
    public mutating func append(_ leaf: MerkleHash) {
        var root = leaf
        var merged = size
        while merged & 1 == 1, let left = nodes.popLast() {
            root = .node(left, root)
            merged >>= 1
        }
        nodes.append(root)
        size += 1
    }

    /// Adds the root of the perfect subtree over the next `count` leaves. `count` is a power of two that divides the size.
    mutating func append(_ subtree: MerkleHash, covering count: UInt64) {
        var root = subtree
        var merged = size / count
        while merged & 1 == 1, let left = nodes.popLast() {
            root = .node(left, root)
            merged >>= 1
        }
        nodes.append(root)
        size += count
    }

    /// The root over all leaves so far. Source: RFC 6962, section 2.1.
    public var root: MerkleHash {
        guard var root = nodes.last else { return .emptyRoot }
        for left in nodes.dropLast().reversed() { root = .node(left, root) }
        return root
    }
}
