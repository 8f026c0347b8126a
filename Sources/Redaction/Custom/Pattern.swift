import CRE2

/// A regular expression in RE2's syntax: searches take linear time, whatever the text.
///
/// `@unchecked Sendable`: compiled patterns are immutable and may be shared by threads.
final class Pattern: @unchecked Sendable {
    private let compiled: OpaquePointer
    /// Whether there is a capturing group: then it is the find, and what is around it only has to be there.
    let hasGroup: Bool

    private static let memoryLimit: Int64 = 1 << 20

    /// nil where the text is none of RE2's, or compiles to more than a megabyte.
    init?(_ text: String) {
        var copy = text
        let made = copy.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { cre2_compile($0.baseAddress, $0.count, Pattern.memoryLimit) }
        }
        guard let made else { return nil }
        compiled = made
        hasGroup = cre2_group_count(made) > 0
        guard cre2_error_code(made) == CRE2_OK else { return nil }
    }

    deinit { cre2_free(compiled) }

    /// The leftmost match within the text that begins at `from` or later, and what of it is the find.
    func firstMatch(in text: UnsafeBufferPointer<UInt8>, from: Int) -> (whole: Range<Int>, find: Range<Int>)? {
        text.withMemoryRebound(to: CChar.self) { bytes in
            var ranges = (cre2_range(start: 0, end: 0), cre2_range(start: -1, end: -1))
            let matched = withUnsafeMutableBytes(of: &ranges) { raw in
                cre2_match(
                    compiled, bytes.baseAddress, bytes.count, from, false,
                    raw.baseAddress?.assumingMemoryBound(to: cre2_range.self), hasGroup ? 2 : 1)
            }
            guard matched else { return nil }
            let whole = ranges.0.start..<ranges.0.end
            return (whole, ranges.1.start < 0 ? whole : ranges.1.start..<ranges.1.end)
        }
    }
}

/// Patterns looked for together, in one pass over the text.
///
/// `@unchecked Sendable`: compiled sets are immutable and may be shared by threads.
final class PatternSet: @unchecked Sendable {
    private let compiled: OpaquePointer
    private let count: Int

    private static let memoryLimit: Int64 = 32 << 20

    /// nil where they cannot be compiled together: then each is looked for.
    init?(_ texts: [String]) {
        count = texts.count
        guard !texts.isEmpty else { return nil }
        // One buffer for all, so that no pointer outlives what it points into.
        var joined: [CChar] = []
        var lengths: [Int] = []
        for text in texts {
            joined.append(contentsOf: text.utf8.lazy.map(CChar.init(bitPattern:)))
            lengths.append(text.utf8.count)
        }
        let made = joined.withUnsafeBufferPointer { joined -> OpaquePointer? in
            var starts: [UnsafePointer<CChar>?] = []
            var offset = 0
            for length in lengths {
                starts.append(joined.baseAddress.map { $0 + offset })
                offset += length
            }
            return cre2_set_compile(starts, lengths, Int32(lengths.count), PatternSet.memoryLimit)
        }
        guard let made else { return nil }
        compiled = made
    }

    deinit { cre2_set_free(compiled) }

    /// Bit `i` is set where the pattern `i` matches somewhere, or where that could not be found out.
    func mayMatch(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        withUnsafeTemporaryAllocation(of: Bool.self, capacity: count) { matched in
            matched.initialize(repeating: false)
            let isKnown = text.withMemoryRebound(to: CChar.self) {
                cre2_set_match(compiled, $0.baseAddress, $0.count, matched.baseAddress, Int32(count))
            }
            guard isKnown else { return .max }
            var bits: UInt64 = 0
            for index in 0..<count where matched[index] { bits |= 1 << UInt64(index) }
            return bits
        }
    }
}
