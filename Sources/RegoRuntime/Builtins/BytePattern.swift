/// A byte string that is looked for in others, in time that grows with both lengths alone.
///
/// Source: Knuth, Morris, Pratt, "Fast pattern matching in strings", SIAM J. Comput. 6 (1977).
struct BytePattern {
    /// Shorter ones are compared at each place: that is faster, and never slow.
    static let shortest = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    /// For each place, how much of the beginning also ends there.
    private let borders: [Int]

    /// - Parameter bytes: not empty; they outlive the pattern.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var borders = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for place in 1..<max(1, bytes.count) {
            while length > 0, bytes[place] != bytes[length] { length = borders[length - 1] }
            if bytes[place] == bytes[length] { length += 1 }
            borders[place] = length
        }
        self.borders = borders
    }

    func firstPlace(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var length = 0
        for place in stride(from: start, to: text.count, by: 1) {
            while length > 0, text[place] != bytes[length] { length = borders[length - 1] }
            if text[place] == bytes[length] { length += 1 }
            if length == bytes.count { return place + 1 - length }
        }
        return nil
    }
}
