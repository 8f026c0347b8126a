/// What a character beyond ASCII is to a detector. Ranges of whole blocks, which is as exact as finding ends of words has to be.
enum UnicodeClass {
    /// A letter of a script that sets spaces between words. Ideographs, kana and Hangul are none: a number may touch them
    /// and still stand for itself.
    static func isAlphabetic(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xaa, 0xb5, 0xba: true
        case 0...0xbf, 0xd7, 0xf7: false
        case 0xc0...0x10ff, 0x1200...0x1fff, 0x2c00...0x2ddf, 0xa640...0xa95f, 0xa980...0xabff: true
        case 0xfb00...0xfdff, 0xfe70...0xfefe, 0x10000...0x16fff, 0x1d400...0x1d7cd, 0x1e000...0x1efff: true
        default: false
        }
    }

    /// Whether it can stand in an internationalised address (RFC 6531, RFC 5890): letters of every script.
    static func isLetter(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x1100...0x11ff, 0x3041...0x31bf, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xac00...0xd7ff, 0xf900...0xfaff,
            0x20000...0x323af:
            true
        default: isAlphabetic(scalar)
        }
    }

    /// The ASCII byte that a character stands for: decimal digits of every script, and forms of ASCII characters that are wide,
    /// raised or typographic. nil for others.
    static func ascii(_ scalar: UInt32) -> UInt8? {
        switch scalar {
        case 0xa0, 0x1680, 0x2000...0x200a, 0x202f, 0x205f, 0x2800, 0x3000: UInt8(ascii: " ")
        case 0x2028, 0x2029, 0x85: UInt8(ascii: "\n")
        case 0x58a, 0x5be, 0x2010...0x2015, 0x2043, 0x2212, 0x2e3a, 0x2e3b, 0xfe58, 0xfe63: UInt8(ascii: "-")
        case 0x2018, 0x2019, 0x201b, 0x2032, 0x02bc: UInt8(ascii: "'")
        case 0x201c, 0x201d, 0x201f, 0x2033: UInt8(ascii: "\"")
        case 0x2024, 0x3002, 0xfe52, 0xff61: UInt8(ascii: ".")
        case 0xfe6b: UInt8(ascii: "@")
        case 0xfe62: UInt8(ascii: "+")
        case 0xfe55, 0x2236: UInt8(ascii: ":")
        case 0x2044, 0x2215: UInt8(ascii: "/")
        case 0xff01...0xff5e: UInt8(truncatingIfNeeded: scalar - 0xff01 + 0x21)
        case 0xb9: UInt8(ascii: "1")
        case 0xb2: UInt8(ascii: "2")
        case 0xb3: UInt8(ascii: "3")
        case 0x2070: UInt8(ascii: "0")
        case 0x2074...0x2079: UInt8(truncatingIfNeeded: scalar - 0x2070 + 0x30)
        case 0x2080...0x2089: UInt8(truncatingIfNeeded: scalar - 0x2080 + 0x30)
        case 0x2460...0x2468: UInt8(truncatingIfNeeded: scalar - 0x2460 + 0x31)
        case 0x2474...0x247c: UInt8(truncatingIfNeeded: scalar - 0x2474 + 0x31)
        case 0x2488...0x2490: UInt8(truncatingIfNeeded: scalar - 0x2488 + 0x31)
        case 0x24f5...0x24fd: UInt8(truncatingIfNeeded: scalar - 0x24f5 + 0x31)
        case 0x2776...0x277e: UInt8(truncatingIfNeeded: scalar - 0x2776 + 0x31)
        case 0x2780...0x2788: UInt8(truncatingIfNeeded: scalar - 0x2780 + 0x31)
        case 0x278a...0x2792: UInt8(truncatingIfNeeded: scalar - 0x278a + 0x31)
        case 0x24ea, 0x24ff, 0x1f100, 0x1f10b, 0x1f10c: UInt8(ascii: "0")
        case 0x1f101...0x1f10a: UInt8(truncatingIfNeeded: scalar - 0x1f101 + 0x30)
        case 0x1d7ce...0x1d7ff: UInt8(truncatingIfNeeded: (scalar - 0x1d7ce) % 10 + 0x30)
        case 0x660...: decimalDigit(scalar)
        default: nil
        }
    }

    /// The first of each block of ten digits, general category Nd (Unicode 17), lowest first.
    private static let zeros: [UInt32] = [
        0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
        0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
        0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x10d40, 0x11066,
        0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0,
        0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70,
        0x1ccf0, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
    ]

    private static func decimalDigit(_ scalar: UInt32) -> UInt8? {
        if scalar > 0x1c59, scalar < 0xa620 { return nil }
        return zeros.withUnsafeBufferPointer { zeros in
            var (low, high) = (0, zeros.count)
            while low < high {
                let middle = (low + high) / 2
                if zeros[middle] <= scalar { low = middle + 1 } else { high = middle }
            }
            guard low > 0, scalar - zeros[low - 1] < 10 else { return nil }
            return UInt8(truncatingIfNeeded: scalar - zeros[low - 1] + 0x30)
        }
    }

    /// Characters that show nothing, or only change how their neighbour looks: joiners, direction marks, variation selectors,
    /// soft hyphens, combining strokes.
    static func isInvisible(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xad, 0x34f, 0x61c, 0x115f...0x1160, 0x17b4...0x17b5, 0x180b...0x180f, 0x200b...0x200f, 0x202a...0x202e:
            true
        case 0x2060...0x206f, 0x3164, 0xfe00...0xfe0f, 0xfeff, 0xffa0, 0xfff9...0xfffb, 0xe0000...0xe0fff: true
        case 0x300...0x36f, 0x1ab0...0x1aff, 0x1dc0...0x1dff, 0x20d0...0x20ff, 0xfe20...0xfe2f: true
        default: false
        }
    }

    /// The scalar whose UTF-8 begins here and its length; a malformed byte is U+FFFD of length 1.
    static func scalar(in base: UnsafePointer<UInt8>, at place: Int, _ count: Int) -> (value: UInt32, length: Int) {
        let first = base[place]
        let length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
        guard length > 0, place + length <= count else { return (0xfffd, 1) }
        if length == 1 { return (UInt32(first), 1) }
        var value = UInt32(first) & (0xff >> UInt32(length + 1))
        for offset in 1..<length {
            let byte = base[place + offset]
            guard byte & 0xc0 == 0x80 else { return (0xfffd, 1) }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        return (value, length)
    }
}
