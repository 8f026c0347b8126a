/// The text that detectors look at: ASCII where ``TextFolding`` could make it so, UTF-8 elsewhere.
///
/// Borrows its bytes; valid within the scan that made it. Reads outside of the text give NUL, which is in no class.
struct ScannedText {
    let base: UnsafePointer<UInt8>
    let count: Int

    @inline(__always) subscript(_ place: Int) -> UInt8 { place >= 0 && place < count ? base[place] : 0 }

    /// Whether a letter or digit ends right before this place.
    @inline(__always) func hasWord(before place: Int) -> Bool {
        let byte = self[place - 1]
        return byte < 0x80 ? byte.isAlphanumeric : isLetter(endingBefore: place)
    }

    /// Whether a letter or digit begins here.
    @inline(__always) func hasWord(at place: Int) -> Bool {
        let byte = self[place]
        return byte < 0x80 ? byte.isAlphanumeric : isLetter(at: place)
    }

    @inline(never) func isLetter(at place: Int) -> Bool {
        UnicodeClass.isAlphabetic(UnicodeClass.scalar(in: base, at: place, count).value)
    }

    private func isLetter(endingBefore place: Int) -> Bool {
        var start = place - 1
        while start > 0, start > place - 4, base[start] & 0xc0 == 0x80 { start -= 1 }
        return isLetter(at: start)
    }

    /// Whether these bytes stand here.
    @inline(__always) func has(_ word: StaticString, at place: Int) -> Bool {
        let length = word.utf8CodeUnitCount
        guard place >= 0, place + length <= count else { return false }
        for offset in 0..<length where base[place + offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// The end of the longest run of bytes of a class from here on, at most `limit` long.
    @inline(__always) func end(of isMember: (UInt8) -> Bool, from place: Int, limit: Int) -> Int {
        var end = place
        let last = min(count, place + limit)
        while end < last, isMember(base[end]) { end += 1 }
        return end
    }

    /// The number that `length` decimal digits write here; nil where others stand.
    @inline(__always) func number(at place: Int, length: Int) -> Int? {
        guard place >= 0, place + length <= count else { return nil }
        var number = 0
        for offset in 0..<length {
            guard base[place + offset].isDigit else { return nil }
            number = number * 10 + Int(base[place + offset] & 0x0f)
        }
        return number
    }
}

extension UInt8 {
    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always) var isUppercase: Bool { self &- 0x41 < 26 }
    @inline(__always) var isLowercase: Bool { self &- 0x61 < 26 }
    @inline(__always) var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    @inline(__always) var isAlphanumeric: Bool { isDigit || isASCIILetter }
    @inline(__always) var isHexadecimal: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
    /// RFC 4648, section 5.
    @inline(__always) var isBase64URL: Bool { isAlphanumeric || self == 0x2d || self == 0x5f }
    @inline(__always) var lowercased: UInt8 { isUppercase ? self | 0x20 : self }
}

extension UInt8 {
    /// Whether people put it between the groups of a number: what stands between such groups for nothing else.
    @inline(__always) var isGroupSeparator: Bool {
        self == UInt8(ascii: "-") || self == UInt8(ascii: " ") || self == UInt8(ascii: ".")
    }

    /// Whether it can stand between the groups of a number, and often stands between numbers: columns, parts of paths and of names.
    @inline(__always) var isWideSeparator: Bool {
        self == UInt8(ascii: "\t") || self == UInt8(ascii: "_") || self == UInt8(ascii: "/")
    }
}
