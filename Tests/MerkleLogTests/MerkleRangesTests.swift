import MerkleLog
import Testing

/// Proofs made in one pass over the leaves are those of the tree in memory, also when the pass begins later.
struct MerkleRangesTests {
    private static let leaves = (0..<70).map { MerkleHash.leaf([UInt8($0)]) }

    private func collect(_ ranges: MerkleRanges, from start: UInt64, to end: UInt64) throws -> [MerkleHash] {
        var ranges = ranges
        var frontier = MerkleFrontier()
        for leaf in MerkleRangesTests.leaves[..<Int(start)] { frontier.append(leaf) }
        ranges.begin(at: frontier)
        for index in start..<end { ranges.add(MerkleRangesTests.leaves[Int(index)], at: index) }
        return try ranges.proof()
    }

    @Test func `inclusion proofs`() throws {
        let tree = MerkleTree(leaves: MerkleRangesTests.leaves)
        for size in UInt64(1)...70 {
            for index in 0..<size {
                let wanted = try tree.inclusionProof(index: index, size: size)
                for start in Set([0, index / 2, index]) {
                    let ranges = try MerkleRanges(inclusionOf: index, size: size)
                    #expect(try collect(ranges, from: start, to: size) == wanted, "\(index) of \(size) from \(start)")
                }
            }
        }
    }

    @Test func `consistency proofs`() throws {
        let tree = MerkleTree(leaves: MerkleRangesTests.leaves)
        for new in UInt64(0)...70 {
            for old in 0...new {
                let wanted = try tree.consistencyProof(from: old, to: new)
                for start in Set([0, old / 2, old > 0 ? old - 1 : 0]) {
                    let ranges = try MerkleRanges(consistencyFrom: old, to: new)
                    #expect(try collect(ranges, from: start, to: new) == wanted, "\(old) to \(new) from \(start)")
                }
            }
        }
    }

    @Test func `a proof with leaves missing, and one beyond the tree, are refused`() throws {
        let ranges = try MerkleRanges(inclusionOf: 3, size: 8)
        #expect(throws: ProofError.outOfRange) { try collect(ranges, from: 0, to: 7) }
        #expect(throws: ProofError.outOfRange) { try MerkleRanges(inclusionOf: 8, size: 8) }
        #expect(throws: ProofError.outOfRange) { try MerkleRanges(consistencyFrom: 9, to: 8) }
    }
}
