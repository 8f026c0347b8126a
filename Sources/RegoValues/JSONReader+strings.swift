extension JSONReader {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The first of 8 bytes that is a quote, a backslash, a control or not ASCII; 8 when there is none.
    @inline(__always)
    static func firstSpecial(_ word: UInt64) -> Int {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let mask =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word) | word
        return (mask & highs).trailingZeroBitCount >> 3
    }

    /// Reads a string whose opening quote is at the cursor.
    @inline(__always)
    mutating func string() -> Value {
        let first = cursor + 1
        var place = first
        while true {
            let word = UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
            let offset = JSONReader.firstSpecial(word)
            place += offset
            if offset == 8 { continue }
            guard place.pointee == UInt8(ascii: "\"") else { return longString(from: first, at: place) }
            cursor = place + 1
            return .string(borrowing: UnsafeBufferPointer(start: UnsafePointer(first), count: place - first))
        }
    }

    /// Goes on at the first byte that is not plain ASCII, moving unescaped text down over the escapes.
    @inline(never)
    private mutating func longString(
        from first: UnsafeMutablePointer<UInt8>, at special: UnsafeMutablePointer<UInt8>
    ) -> Value {
        var read = special
        var write = special
        while true {
            let byte = read.pointee
            switch byte {
            case UInt8(ascii: "\""):
                cursor = read + 1
                return .string(borrowing: UnsafeBufferPointer(start: UnsafePointer(first), count: write - first))
            case UInt8(ascii: "\\"):
                guard unescape(&read, &write) else { return .undefined }
            case 0..<0x20:
                if read >= end {
                    return fail(.unexpectedEnd, at: end, "the string has no closing quote")
                }
                return fail(.controlCharacter, at: read, "control character \(byte) in a string; write it as an escape")
            case 0x20..<0x80:
                write.pointee = byte
                read += 1
                write += 1
            default:
                let length = UTF8Check.sequenceLength(UnsafePointer(read))
                guard length > 0 else { return fail(.invalidUTF8, at: read, "invalid UTF-8 in a string") }
                for _ in 0..<length {
                    write.pointee = read.pointee
                    read += 1
                    write += 1
                }
            }
        }
    }

    /// Reads one escape; what it stands for is never longer than the escape, so writing stays behind reading.
    private mutating func unescape(
        _ read: inout UnsafeMutablePointer<UInt8>, _ write: inout UnsafeMutablePointer<UInt8>
    ) -> Bool {
        let plain: UInt8
        switch read[1] {
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): plain = UInt8(ascii: "/")
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0c
        case UInt8(ascii: "n"): plain = 0x0a
        case UInt8(ascii: "r"): plain = 0x0d
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"): return unescapeUnicode(&read, &write)
        default:
            let atEnd = read + 1 >= end
            _ = fail(
                atEnd ? .unexpectedEnd : .invalidEscape, at: atEnd ? end : read,
                atEnd ? "the string has no closing quote" : "invalid escape in a string")
            return false
        }
        write.pointee = plain
        write += 1
        read += 2
        return true
    }

    private mutating func unescapeUnicode(
        _ read: inout UnsafeMutablePointer<UInt8>, _ write: inout UnsafeMutablePointer<UInt8>
    ) -> Bool {
        guard let unit = hexadecimal(read + 2) else {
            _ = fail(.invalidEscape, at: read, "`\\u` needs four hexadecimal digits")
            return false
        }
        var scalar = UInt32(unit)
        var length = 6
        if unit & 0xf800 == 0xd800 {
            if unit < 0xdc00, read[6] == UInt8(ascii: "\\"), read[7] == UInt8(ascii: "u"),
                let low = hexadecimal(read + 8), low & 0xfc00 == 0xdc00
            {
                scalar = 0x10000 + (UInt32(unit & 0x3ff) << 10 | UInt32(low & 0x3ff))
                length = 12
            } else if replacesLoneSurrogates {
                scalar = 0xfffd
            } else {
                _ = fail(.loneSurrogate, at: read, "half of a surrogate pair in a string")
                return false
            }
        }
        read += length
        UTF8Check.encode(scalar) { byte in
            write.pointee = byte
            write += 1
        }
        return true
    }

    /// Four hexadecimal digits; the padding makes all four readable.
    private func hexadecimal(_ place: UnsafeMutablePointer<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for offset in 0..<4 {
            let byte = place[offset]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

/// UTF-8 by the table of the Unicode standard (3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
public enum UTF8Check {
    /// The length of the sequence at `place`, 0 when it is ill-formed. Reads on only while bytes continue the sequence.
    @inlinable
    public static func sequenceLength(_ place: UnsafePointer<UInt8>) -> Int {
        let first = place[0]
        if first < 0x80 { return 1 }
        if first < 0xc2 || first > 0xf4 { return 0 }
        let second = place[1]
        if first < 0xe0 { return second & 0xc0 == 0x80 ? 2 : 0 }
        let low: UInt8 = first == 0xe0 ? 0xa0 : (first == 0xf0 ? 0x90 : 0x80)
        let high: UInt8 = first == 0xed ? 0x9f : (first == 0xf4 ? 0x8f : 0xbf)
        guard second >= low, second <= high, place[2] & 0xc0 == 0x80 else { return 0 }
        if first < 0xf0 { return 3 }
        return place[3] & 0xc0 == 0x80 ? 4 : 0
    }

    /// Calls `write` with the UTF-8 bytes of a scalar.
    @inlinable
    public static func encode(_ scalar: UInt32, _ write: (UInt8) -> Void) {
        if scalar < 0x80 {
            write(UInt8(truncatingIfNeeded: scalar))
        } else if scalar < 0x800 {
            write(UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6))
            write(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
        } else if scalar < 0x10000 {
            write(UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12))
            write(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f))
            write(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
        } else {
            write(UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18))
            write(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3f))
            write(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f))
            write(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
        }
    }

    /// Whether all of `bytes` is well-formed.
    public static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            let length = sequenceLength(bytes, at: index)
            if length == 0 { return false }
            index += length
        }
        return true
    }

    /// The length of the sequence at `index`, 0 when it is ill-formed or cut off.
    public static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let left = bytes.count - index
        guard left > 0, let start = bytes.baseAddress else { return 0 }
        if start[index] < 0x80 { return 1 }
        if left >= 4 { return sequenceLength(start + index) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { padded in
            padded.initialize(repeating: 0)
            for offset in 0..<left { padded[offset] = start[index + offset] }
            return padded.baseAddress.map { sequenceLength(UnsafePointer($0)) } ?? 0
        }
    }
}
