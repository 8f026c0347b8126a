#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The lines of a segment, by the C library: they are looked for in megabytes at a time.
extension UnsafeBufferPointer<UInt8> {
    /// Where the next newline at or after `start` stands.
    func newline(from start: Int) -> Int? {
        guard start < count, let base = baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    func begins(with text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            guard count >= text.count, let own = baseAddress, let other = text.baseAddress else { return text.isEmpty }
            return memcmp(own, other, text.count) == 0
        }
    }

    /// Whether these bytes are all that stands in `range`.
    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount, range.upperBound <= count, let own = baseAddress else {
            return false
        }
        return memcmp(own + range.lowerBound, text.utf8Start, range.count) == 0
    }

    /// How many bytes from `start` on are no quote, no backslash and no control character, looked at in eights; fewer only at the end.
    ///
    /// Source: the tests for a zero byte and for a byte below a bound in Bit Twiddling Hacks (S. E. Anderson). They can be wrong only behind a
    /// byte for which they are right, and the first is what is asked for.
    func plainCharacters(from start: Int) -> Int {
        let bytes = UnsafeRawBufferPointer(self)
        let (ones, highs) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
        var place = start
        while place <= bytes.count - 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let (quote, backslash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5c))
            let found =
                ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- (ones &* 0x20)) & ~word)
            if found & highs != 0 { return place - start + (found & highs).trailingZeroBitCount / 8 }
            place += 8
        }
        while place < bytes.count, bytes[place] >= 0x20, bytes[place] != 0x22, bytes[place] != 0x5c { place += 1 }
        return place - start
    }

    /// Whether these bytes stand somewhere in it.
    func holds(_ text: StaticString) -> Bool {
        guard var place = baseAddress, text.utf8CodeUnitCount <= count else { return false }
        let end = place + (count - text.utf8CodeUnitCount + 1)
        while place < end, let found = memchr(place, Int32(text.utf8Start.pointee), end - place) {
            place = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            if memcmp(place, text.utf8Start, text.utf8CodeUnitCount) == 0 { return true }
            place += 1
        }
        return false
    }
}
