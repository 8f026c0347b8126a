/// The leaves `start ..< end` of a tree, as they stand together under one node of it. Source: RFC 6962, section 2.1.
struct MerkleRange: Hashable {
    let start: UInt64
    let end: UInt64

    var count: UInt64 { end - start }

    /// Its two parts, split at the largest power of two below its count, which must be at least 2.
    var halves: (left: MerkleRange, right: MerkleRange) {
        let middle = start + 1 << (63 - UInt64((count - 1).leadingZeroBitCount))
        return (MerkleRange(start: start, end: middle), MerkleRange(start: middle, end: end))
    }

    /// What stands beside the way from leaf `index` up to the root of `size` leaves. Section 2.1.1.
    static func inclusionPath(of index: UInt64, in size: UInt64) -> [MerkleRange] {
        var path: [MerkleRange] = []
        var range = MerkleRange(start: 0, end: size)
        while range.count > 1 {
            let (left, right) = range.halves
            path.append(index < right.start ? right : left)
            range = index < right.start ? left : right
        }
        return path.reversed()
    }

    /// What shows that the first `old` leaves are a prefix of the first `new`. Section 2.1.2.
    static func consistencyPath(from old: UInt64, to new: UInt64) -> [MerkleRange] {
        guard old > 0, old < new else { return [] }
        var path: [MerkleRange] = []
        var range = MerkleRange(start: 0, end: new)
        while range.end != old {
            let (left, right) = range.halves
            path.append(old <= right.start ? right : left)
            range = old <= right.start ? left : right
        }
        // The old tree's own root is known to whoever checks, unless this is only a part of the old tree.
        if range.start != 0 { path.append(range) }
        return path.reversed()
    }

    /// The edge's node over exactly these leaves, if it has one.
    func node(of edge: MerkleFrontier) -> MerkleHash? {
        guard end <= edge.size else { return nil }
        var covered: UInt64 = 0
        var rest = edge.size
        for node in edge.nodes {
            let width: UInt64 = 1 << (63 - UInt64(rest.leadingZeroBitCount))
            if covered == start, width == count { return node }
            covered += width
            rest -= width
        }
        return nil
    }
}
