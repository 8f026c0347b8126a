import MerkleLog
import Testing

/// Proofs out of a part of the tree are those out of the whole of it.
struct PartialTreeTests {
    static let leaves = (0..<70).map { MerkleHash.leaf(Array("record \($0)".utf8)) }

    static func edge(_ size: Int) -> MerkleFrontier {
        var edge = MerkleFrontier()
        for leaf in leaves.prefix(size) { edge.append(leaf) }
        return edge
    }

    @Test(arguments: [0, 1, 2, 3, 5, 8, 13, 31, 32, 33, 64]) func `a suffix proves its leaves as the whole tree does`(
        start: Int
    ) throws {
        let tree = MerkleTree(leaves: Self.leaves)
        var suffix = MerkleSuffix(Self.edge(start))
        for leaf in Self.leaves.dropFirst(start) { suffix.append(leaf) }
        #expect(suffix.size == 70)
        for size in start + 1...70 {
            for index in start..<size {
                let proof = try suffix.inclusionProof(index: UInt64(index), size: UInt64(size))
                let whole = try tree.inclusionProof(index: UInt64(index), size: UInt64(size))
                #expect(proof == whole)
            }
        }
    }

    @Test func `a suffix proves nothing of what it does not have`() throws {
        var suffix = MerkleSuffix(Self.edge(5))
        suffix.append(Self.leaves[5])
        #expect(throws: ProofError.outOfRange) { try suffix.inclusionProof(index: 4, size: 6) }
        #expect(throws: ProofError.outOfRange) { try suffix.inclusionProof(index: 5, size: 7) }
        #expect(throws: ProofError.outOfRange) { try suffix.inclusionProof(index: 6, size: 6) }
    }

    @Test(arguments: [0, 1, 2, 3, 6, 7, 16, 31, 32, 33, 64, 70])
    func `a collector gives the consistency proof of the whole tree`(old: Int) throws {
        let tree = MerkleTree(leaves: Self.leaves)
        for new in old...70 {
            var collector = try ConsistencyCollector(from: Self.edge(old), to: UInt64(new))
            for leaf in Self.leaves.dropFirst(old) { collector.append(leaf) }
            let proof = try collector.proof()
            let whole = try tree.consistencyProof(from: UInt64(old), to: UInt64(new))
            #expect(proof == whole)
        }
    }

    @Test func `a collector that has not seen every leaf proves nothing`() throws {
        var collector = try ConsistencyCollector(from: Self.edge(3), to: 6)
        collector.append(Self.leaves[3])
        #expect(throws: ProofError.outOfRange) { try collector.proof() }
        #expect(throws: ProofError.outOfRange) { try ConsistencyCollector(from: Self.edge(3), to: 2) }
    }

    @Test(arguments: [0, 1, 2, 3, 6, 7, 16, 31, 32, 33, 64, 69])
    func `a collector proves the leaves it was asked for as the whole tree does`(start: Int) throws {
        let tree = MerkleTree(leaves: Self.leaves)
        for size in start + 1...70 {
            let wanted = (start..<size).map(UInt64.init)
            var collector = try InclusionCollector(of: wanted, from: Self.edge(start), to: UInt64(size))
            // More than the tree has may go by.
            for leaf in Self.leaves.dropFirst(start) { collector.append(leaf) }
            for index in wanted {
                let proof = try collector.proof(of: index)
                #expect(proof == (try tree.inclusionProof(index: index, size: UInt64(size))))
            }
        }
    }

    @Test func `a collector proves nothing that it was not asked for, has not seen, or does not have`() throws {
        var collector = try InclusionCollector(of: [4], from: Self.edge(3), to: 6)
        for leaf in Self.leaves[3..<5] { collector.append(leaf) }
        #expect(throws: ProofError.outOfRange) { try collector.proof(of: 4) }
        collector.append(Self.leaves[5])
        #expect(try collector.proof(of: 4).count == 2)
        #expect(throws: ProofError.outOfRange) { try collector.proof(of: 3) }
        #expect(throws: ProofError.outOfRange) { try collector.proof(of: 6) }
        #expect(throws: ProofError.outOfRange) { try InclusionCollector(of: [2], from: Self.edge(3), to: 6) }
        #expect(throws: ProofError.outOfRange) { try InclusionCollector(of: [6], from: Self.edge(3), to: 6) }
    }
}
