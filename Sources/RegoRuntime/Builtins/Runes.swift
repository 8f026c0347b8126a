import RegoValues

/// A string's characters as OPA counts them: code points, where each ill-formed byte counts as one U+FFFD.
enum Runes {
    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { bytes.allSatisfy { $0 < 0x80 } }

    static func count(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        var index = 0
        while index < bytes.count {
            index += max(1, UTF8Check.sequenceLength(bytes, at: index))
            count += 1
        }
        return count
    }

    /// Where each character starts, and the end.
    static func offsets(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
        var offsets: [Int] = []
        var index = 0
        while index < bytes.count {
            offsets.append(index)
            index += max(1, UTF8Check.sequenceLength(bytes, at: index))
        }
        offsets.append(bytes.count)
        return offsets
    }

    static func scalars(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt32] {
        offsets(bytes).dropLast().map { scalar(bytes, at: $0) }
    }

    /// The code point at an offset; U+FFFD for an ill-formed byte.
    static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32 {
        let first = UInt32(bytes[index])
        switch UTF8Check.sequenceLength(bytes, at: index) {
        case 1: return first
        case 2: return (first & 0x1f) << 6 | UInt32(bytes[index + 1] & 0x3f)
        case 3: return (first & 0x0f) << 12 | UInt32(bytes[index + 1] & 0x3f) << 6 | UInt32(bytes[index + 2] & 0x3f)
        case 4:
            return (first & 0x07) << 18 | UInt32(bytes[index + 1] & 0x3f) << 12
                | UInt32(bytes[index + 2] & 0x3f) << 6 | UInt32(bytes[index + 3] & 0x3f)
        default: return 0xfffd
        }
    }
}

/// Text as Go's standard library writes it in its messages.
enum GoText {
    /// `%q`.
    static func quoted(_ text: String) -> String {
        var text = text
        var bytes: [UInt8] = []
        text.withUTF8 { RegoTermWriter.writeQuoted($0, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UnsafeBufferPointer where Element == UInt8 {
    func hasPrefix(_ other: UnsafeBufferPointer<UInt8>) -> Bool { matches(other, at: 0) }

    func hasSuffix(_ other: UnsafeBufferPointer<UInt8>) -> Bool { matches(other, at: count - other.count) }

    func matches(_ other: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
        guard offset >= 0, offset + other.count <= count else { return false }
        for index in 0..<other.count where self[offset + index] != other[index] { return false }
        return true
    }

    /// The first place at or after `start` where `other` is.
    func firstRange(of other: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        guard let first = other.first else { return start <= count ? start : nil }
        if other.count > BytePattern.shortest { return BytePattern(other).firstPlace(in: self, from: start) }
        var index = start
        while index + other.count <= count {
            if self[index] == first && matches(other, at: index) { return index }
            index += 1
        }
        return nil
    }

    func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[start..<end])
    }
}
