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
