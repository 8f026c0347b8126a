internal import CRE2
import RegoValues

/// A compiled RE2 pattern. Sendable: immutable after `init`, and RE2 matches from several threads at once.
final class Pattern: @unchecked Sendable {
    struct SyntaxError: Error {
        /// Go's words for the same mistake.
        let message: String
    }

    /// One match: where each group is, the whole first; nil for a group that took no part.
    typealias Match = [Range<Int>?]

    private static let memory: Int64 = 4 << 20
    private let handle: OpaquePointer
    let groupCount: Int

    init(_ text: UnsafeBufferPointer<UInt8>) throws(SyntaxError) {
        let compiled = text.withMemoryRebound(to: CChar.self) { cre2_compile($0.baseAddress, $0.count, Pattern.memory) }
        guard let compiled else { throw SyntaxError(message: "out of memory") }
        let code = cre2_error_code(compiled)
        guard code == CRE2_OK else {
            let error = Pattern.error(compiled, code)
            cre2_free(compiled)
            throw error
        }
        handle = compiled
        groupCount = Int(cre2_group_count(compiled))
    }

    deinit { cre2_free(handle) }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.withMemoryRebound(to: CChar.self) { cre2_match(handle, $0.baseAddress, $0.count, 0, false, nil, 0) }
    }

    /// Whether the pattern matches all of the text.
    func matchesWhole(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.withMemoryRebound(to: CChar.self) { cre2_match(handle, $0.baseAddress, $0.count, 0, true, nil, 0) }
    }

    func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Match? {
        let count = groupCount + 1
        return withUnsafeTemporaryAllocation(of: cre2_range.self, capacity: count) { ranges in
            let found = text.withMemoryRebound(to: CChar.self) {
                cre2_match(handle, $0.baseAddress, $0.count, start, false, ranges.baseAddress, Int32(count))
            }
            return found ? ranges.map { $0.start < 0 ? nil : $0.start..<$0.end } : nil
        }
    }

    func groupNumber(_ name: String) -> Int? {
        let number = name.withCString { cre2_group_number(handle, $0, name.utf8.count) }
        return number < 0 ? nil : Int(number)
    }

    /// Matches from left to right that do not overlap, at most `limit` where it is not negative; an empty match right
    /// after another match does not count.
    /// - Throws: `.memory` or `.halt` when the matches pass the evaluation's limits.
    func allMatches(
        in text: UnsafeBufferPointer<UInt8>, limit: Int, _ context: BuiltinContext
    ) throws(BuiltinError) -> [Match] {
        let matchSize = 64 + MemoryLayout<Range<Int>?>.stride * (groupCount + 1)
        var matches: [Match] = []
        var position = 0
        var previousEnd = -1
        while position <= text.count, limit < 0 || matches.count < limit,
            let match = firstMatch(in: text, from: position), let whole = match[0]
        {
            let isRepeat = whole.upperBound == position && whole.lowerBound == previousEnd
            if whole.upperBound == position {
                position += position < text.count ? max(1, UTF8Check.sequenceLength(text, at: position)) : 1
            } else {
                position = whole.upperBound
            }
            previousEnd = whole.upperBound
            if isRepeat { continue }
            matches.append(match)
            if matches.count & 1023 == 0 {
                try context.checkLimits()
                try context.checkRoom(for: matches.count * matchSize)
            }
        }
        return matches
    }

    private static func error(_ pattern: OpaquePointer, _ code: cre2_error) -> SyntaxError {
        var length = 0
        let start = cre2_error_argument(pattern, &length)
        let bytes = UnsafeBufferPointer(start: start, count: length)
        let argument = bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
        let reason =
            switch code {
            case CRE2_BAD_ESCAPE: "invalid escape sequence"
            case CRE2_BAD_CHARACTER_CLASS: "invalid character class"
            case CRE2_BAD_CHARACTER_RANGE: "invalid character class range"
            case CRE2_MISSING_BRACKET: "missing closing ]"
            case CRE2_MISSING_PARENTHESIS: "missing closing )"
            case CRE2_UNEXPECTED_PARENTHESIS: "unexpected )"
            case CRE2_TRAILING_BACKSLASH: "trailing backslash at end of expression"
            case CRE2_REPEAT_ARGUMENT: "missing argument to repetition operator"
            case CRE2_REPEAT_SIZE: "invalid repeat count"
            case CRE2_REPEAT_OPERATOR: "invalid nested repetition operator"
            case CRE2_BAD_PERL_OPERATOR: "invalid or unsupported Perl syntax"
            case CRE2_BAD_UTF8: "invalid UTF-8"
            case CRE2_BAD_NAMED_CAPTURE: "invalid named capture"
            case CRE2_TOO_LARGE: "expression too large"
            default: "regexp/syntax: internal error"
            }
        return SyntaxError(message: "error parsing regexp: \(reason): `\(argument)`")
    }
}

/// Compiled patterns by their text; not thread-safe, so that a look-up costs no lock. Starts over when it is full. Long ones, which no
/// policy has, are not kept: a pattern from outside takes up to a thousand times its length.
final class PatternCache {
    private struct Slot {
        let text: [UInt8]
        let pattern: Pattern
    }

    private static let capacity = 128
    private static let longest = 2048
    private var slots: [UInt64: Slot] = [:]

    /// The pattern known under a text, or the one that `compile` makes of it.
    func pattern(
        for value: Value, salt: UInt64 = 0, compile: () throws(BuiltinError) -> Pattern
    ) throws(BuiltinError) -> Pattern {
        let text = value.utf8
        let key = value.contentHash ^ salt
        if let slot = slots[key], slot.text.elementsEqual(text) { return slot.pattern }
        let pattern = try compile()
        guard text.count <= PatternCache.longest else { return pattern }
        if slots.count >= PatternCache.capacity { slots.removeAll(keepingCapacity: true) }
        slots[key] = Slot(text: Array(text), pattern: pattern)
        return pattern
    }
}
