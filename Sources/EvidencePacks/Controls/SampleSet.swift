import Crypto
import MerkleLog

/// A sample that nobody can steer once the seed is known, and that anybody can draw again: the records with the smallest
/// SHA-256(seed ‖ the record's `hash`).
struct SampleSet: Sendable {
    private struct Drawn: Sendable {
        let rank: String
        let index: UInt64
    }

    let size: Int
    private var drawn: [Drawn] = []

    init(size: Int) { self.size = size }

    /// What orders records, 64 hexadecimal digits.
    static func rank(seed: String, hash: String) -> String { PackDigest.hex(Array((seed + hash).utf8)) }

    mutating func add(rank: String, index: UInt64) {
        if drawn.count == size, let last = drawn.last, last.rank <= rank { return }
        let place = drawn.firstIndex { rank < $0.rank } ?? drawn.count
        drawn.insert(Drawn(rank: rank, index: index), at: place)
        if drawn.count > size { drawn.removeLast() }
    }

    /// Ascending.
    var indices: [UInt64] { drawn.map(\.index).sorted() }
}
