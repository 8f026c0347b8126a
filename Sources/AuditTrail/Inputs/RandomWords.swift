import Glibc
import Synchronization

/// The system's randomness, fetched 256 bytes at a time: each decision needs four words of it, and a system call for each
/// of them took longer than all else that is done with them. No word is given out twice, and none stays here once it is out.
public enum RandomWords {
    /// As many as one `getentropy` gives at most.
    private static let fetched = 256 / MemoryLayout<UInt64>.size
    private static let stock = Mutex<[UInt64]>([])

    /// 128 bits, fit for salts and for names that nobody may guess.
    public static func pair() -> (UInt64, UInt64) {
        stock.withLock { words in
            if words.count < 2 { words = fetch() }
            return (take(&words), take(&words))
        }
    }

    private static func fetch() -> [UInt64] {
        var words = [UInt64](repeating: 0, count: fetched)
        let hasFilled = words.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { getentropy($0, bytes.count) == 0 } ?? false
        }
        return hasFilled ? words : []
    }

    /// Where the system gave none, it is asked for this one alone, and ends the program rather than give a word that is not random.
    private static func take(_ words: inout [UInt64]) -> UInt64 {
        guard let last = words.indices.last else {
            var source = SystemRandomNumberGenerator()
            return source.next()
        }
        let word = words[last]
        words[last] = 0
        words.removeLast()
        return word
    }
}
