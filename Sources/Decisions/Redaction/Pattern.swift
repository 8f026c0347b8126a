import CRE2

/// A regular expression in RE2's syntax: searches take linear time, whatever the text.
///
/// `@unchecked Sendable`: compiled patterns are immutable and may be shared by threads.
final class Pattern: @unchecked Sendable {
    private let compiled: OpaquePointer

    struct Malformed: Error {
        let pattern: String
    }

    private static let memoryLimit: Int64 = 8 << 20

    init(_ text: String) throws(Malformed) {
        var copy = text
        let made = copy.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { cre2_compile($0.baseAddress, $0.count, Pattern.memoryLimit) }
        }
        guard let made else { throw Malformed(pattern: text) }
        compiled = made
        guard cre2_error_code(made) == CRE2_OK else { throw Malformed(pattern: text) }
    }

    deinit { cre2_free(compiled) }

    /// The leftmost match that begins at `from` or later; what stands before counts for `\b` and `\A`.
    func firstMatch(in text: UnsafeBufferPointer<UInt8>, from: Int) -> Range<Int>? {
        text.withMemoryRebound(to: CChar.self) { bytes in
            var range = cre2_range(start: 0, end: 0)
            guard cre2_match(compiled, bytes.baseAddress, bytes.count, from, false, &range, 1) else { return nil }
            return range.start..<range.end
        }
    }
}
