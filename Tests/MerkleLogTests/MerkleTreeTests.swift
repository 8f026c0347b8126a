import MerkleLog
import Testing

/// Leaves `{"i": 0}` … and the figures that golang.org/x/mod/sumdb/tlog gives for them.
struct MerkleTreeTests {
    static let tree = MerkleTree(leaves: (0..<130).map { leaf($0) })

    static func leaf(_ index: Int) -> MerkleHash { .leaf(Array("{\"i\": \(index)}".utf8)) }

    // RFC 6962, section 2.1, word for word: the oracle.
    static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard let first = leaves.first else { return .emptyRoot }
        guard leaves.count > 1 else { return first }
        var k = 1
        while k * 2 < leaves.count { k *= 2 }
        return .node(root(leaves.prefix(k)), root(leaves.dropFirst(k)))
    }

    @Test func `hashes and roots are those of the public checksum tools`() throws {
        #expect(Self.leaf(0).hex == "ba4dedf2b4509c8efe73081f0769e1158e0ac5b175239413b98259c4bda7a596")
        #expect(
            try Self.tree.root(size: 4).hex == "8dd42ad49e9f31050be45135f9ee009c0950c8209a86dc4a60ffeeb60013d0dd")
        #expect(
            try Self.tree.root(size: 7).hex == "3506f592681859696299bd37a4ca31b6419bfa7e9f3be2fc783652eb9222449d")
        #expect(
            try Self.tree.root(size: 0).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `proofs are those of the public checksum tools`() throws {
        let inclusion = try Self.tree.inclusionProof(index: 5, size: 7).map(\.hex)
        #expect(inclusion.map { $0.prefix(8) } == ["e87bdde7", "cf09638d", "8dd42ad4"])
        #expect(inclusion.map { $0.suffix(4) } == ["2a4d", "9b18", "d0dd"])
        #expect(
            try Self.tree.consistencyProof(from: 4, to: 7).map(\.hex)
                == ["041c35904500f7fc905a2f183d7ee418f9696d47ead2311651065f6d4895f175"])
    }

    @Test func `tree and frontier have the root of the recursive definition at every size`() throws {
        var frontier = MerkleFrontier()
        for size in 0...130 {
            let expected = Self.root(Self.tree.leaves.prefix(size))
            #expect(try Self.tree.root(size: UInt64(size)) == expected)
            #expect(frontier.root == expected)
            #expect(MerkleFrontier(size: frontier.size, nodes: frontier.nodes) == frontier)
            if size < 130 { frontier.append(Self.tree.leaves[size]) }
        }
    }

    @Test func `a frontier refuses nodes that do not fit its size`() {
        #expect(MerkleFrontier(size: 3, nodes: [Self.leaf(0)]) == nil)
        #expect(MerkleFrontier(size: 0, nodes: [Self.leaf(0)]) == nil)
        #expect(MerkleFrontier(size: 1 << 63, nodes: [Self.leaf(0)]) == nil)
    }

    @Test func `every inclusion proof verifies and every change to it fails`() throws {
        for size in 1...UInt64(130) {
            let root = try Self.tree.root(size: size)
            for index in 0..<size {
                let proof = try Self.tree.inclusionProof(index: index, size: size)
                func check(
                    leaf: MerkleHash = Self.tree.leaves[Int(index)], index: UInt64 = index, size: UInt64 = size,
                    root: MerkleHash = root, _ proof: [MerkleHash]
                ) throws(ProofError) {
                    try MerkleProof.verifyInclusion(of: leaf, index: index, size: size, root: root, proof: proof)
                }
                try check(proof)
                #expect(throws: ProofError.rootMismatch) { try check(leaf: .zero, proof) }
                #expect(throws: ProofError.rootMismatch) { try check(root: .zero, proof) }
                #expect(throws: ProofError.wrongLength) { try check(proof + [.zero]) }
                #expect(throws: ProofError.outOfRange) { try check(index: size, proof) }
                if !proof.isEmpty {
                    #expect(throws: ProofError.wrongLength) { try check(proof.dropLast()) }
                    #expect(throws: ProofError.self) { try check(Array(proof.dropFirst())) }
                    #expect(throws: ProofError.self) { try check(index: index ^ 1, proof) }
                }
                for place in proof.indices {
                    var changed = proof
                    changed[place] = .zero
                    #expect(throws: ProofError.rootMismatch) { try check(changed) }
                }
            }
        }
    }

    @Test func `every consistency proof verifies and every change to it fails`() throws {
        for new in 0...UInt64(130) {
            let newRoot = try Self.tree.root(size: new)
            for old in 0...new {
                let oldRoot = try Self.tree.root(size: old)
                let proof = try Self.tree.consistencyProof(from: old, to: new)
                func check(
                    oldRoot: MerkleHash = oldRoot, newRoot: MerkleHash = newRoot, _ proof: [MerkleHash]
                ) throws(ProofError) {
                    try MerkleProof.verifyConsistency(from: old, root: oldRoot, to: new, root: newRoot, proof: proof)
                }
                try check(proof)
                #expect(throws: ProofError.rootMismatch) { try check(oldRoot: .zero, proof) }
                #expect(throws: ProofError.wrongLength) { try check(proof + [.zero]) }
                if old > 0 {
                    #expect(throws: ProofError.rootMismatch) { try check(newRoot: .zero, proof) }
                }
                if !proof.isEmpty { #expect(throws: ProofError.self) { try check(proof.dropLast()) } }
                for place in proof.indices {
                    var changed = proof
                    changed[place] = .zero
                    #expect(throws: ProofError.rootMismatch) { try check(changed) }
                }
            }
        }
    }

    @Test func `what lies beyond the tree cannot be proved`() {
        #expect(throws: ProofError.outOfRange) { try Self.tree.inclusionProof(index: 7, size: 7) }
        #expect(throws: ProofError.outOfRange) { try Self.tree.inclusionProof(index: 0, size: 131) }
        #expect(throws: ProofError.outOfRange) { try Self.tree.consistencyProof(from: 8, to: 7) }
        #expect(throws: ProofError.outOfRange) { try Self.tree.root(size: 131) }
    }
}
