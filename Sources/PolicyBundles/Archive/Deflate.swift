/// A deflate encoder (RFC 1951) whose output depends on its input alone: one block of fixed Huffman codes, greedy matches
/// of 4 to 258 bytes found through a table of the last position of every hash.
///
/// Invariant: these bytes never change. Every machine must be able to make a bundle's archive again from its files and
/// compare; zlib's compressor differs from version to version, so it is used for reading only.
struct Deflate {
    private static let window = 32 << 10
    private static let longest = 258
    private static let hashBits: UInt32 = 15

    private var output: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingBits: UInt64 = 0

    /// The raw deflate stream of `bytes`.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = Deflate()
        encoder.output.reserveCapacity(bytes.count / 3 + 16)
        bytes.withUnsafeBufferPointer { encoder.block($0) }
        return encoder.output
    }

    private mutating func block(_ bytes: UnsafeBufferPointer<UInt8>) {
        put(1, bits: 1)
        put(1, bits: 2)
        var lastPositions = [Int](repeating: -1, count: 1 << Int(Self.hashBits))
        var position = 0
        while position < bytes.count {
            guard position + 4 <= bytes.count else {
                literal(UInt32(bytes[position]))
                position += 1
                continue
            }
            let slot = Self.hash(bytes, at: position)
            let candidate = lastPositions[slot]
            lastPositions[slot] = position
            let length =
                candidate >= 0 && position - candidate <= Self.window
                ? Self.matchLength(bytes, candidate, position) : 0
            guard length >= 4 else {
                literal(UInt32(bytes[position]))
                position += 1
                continue
            }
            match(length: length, distance: position - candidate)
            let end = position + length
            position += 1
            while position < end {
                if position + 4 <= bytes.count { lastPositions[Self.hash(bytes, at: position)] = position }
                position += 1
            }
        }
        literal(256)
        if pendingBits > 0 { put(0, bits: 8 - pendingBits) }
    }

    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        let word =
            UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2]) << 16
            | UInt32(bytes[position + 3]) << 24
        return Int((word &* 2_654_435_761) >> (32 - hashBits))
    }

    private static func matchLength(_ bytes: UnsafeBufferPointer<UInt8>, _ candidate: Int, _ position: Int) -> Int {
        let limit = min(longest, bytes.count - position)
        var length = 0
        while length < limit, bytes[candidate + length] == bytes[position + length] { length += 1 }
        return length
    }

    private mutating func literal(_ symbol: UInt32) {
        switch symbol {
        case 0...143: putCode(0x30 + symbol, bits: 8)
        case 144...255: putCode(0x190 + symbol - 144, bits: 9)
        case 256...279: putCode(symbol - 256, bits: 7)
        default: putCode(0xc0 + symbol - 280, bits: 8)
        }
    }

    private mutating func match(length: Int, distance: Int) {
        let lengthCode = Self.index(of: length, in: Self.lengthBases)
        literal(257 + UInt32(lengthCode))
        put(UInt64(length - Self.lengthBases[lengthCode]), bits: Self.lengthExtraBits[lengthCode])
        let distanceCode = Self.index(of: distance, in: Self.distanceBases)
        putCode(UInt32(distanceCode), bits: 5)
        put(UInt64(distance - Self.distanceBases[distanceCode]), bits: UInt64(max(0, distanceCode / 2 - 1)))
    }

    private static func index(of value: Int, in bases: [Int]) -> Int {
        var low = 0
        var high = bases.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if bases[middle] <= value { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// Huffman codes go in with their most significant bit first, everything else with the least.
    private mutating func putCode(_ code: UInt32, bits: UInt64) {
        var reversed: UInt64 = 0
        for bit in 0..<bits { reversed |= UInt64(code >> UInt32(bit) & 1) << (bits - 1 - bit) }
        put(reversed, bits: bits)
    }

    private mutating func put(_ value: UInt64, bits: UInt64) {
        pending |= value << pendingBits
        pendingBits += bits
        while pendingBits >= 8 {
            output.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingBits -= 8
        }
    }

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthExtraBits: [UInt64] = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
}
