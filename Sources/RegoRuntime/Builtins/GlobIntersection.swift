import RegoValues

/// The small language of `regex.globs_match`: characters, `.`, sets such as `[a-c]`, each with `*` or `+`.
struct GlobIntersection {
    private enum Matcher {
        case any
        case ranges([ClosedRange<UInt32>])

        func meets(_ other: Matcher) -> Bool {
            switch (self, other) {
            case (.any, .any): true
            case (.any, .ranges(let ranges)), (.ranges(let ranges), .any): !ranges.isEmpty
            case (.ranges(let left), .ranges(let right)): left.contains { a in right.contains { a.overlaps($0) } }
            }
        }
    }

    private struct Token {
        let matcher: Matcher
        let isRepeated: Bool
    }

    private var tokens: [Token] = []

    init(_ text: String) throws(BuiltinError) {
        var reader = Reader(text: text)
        while !reader.isAtEnd {
            let matcher = try reader.matcher()
            switch reader.flag() {
            case nil: tokens.append(Token(matcher: matcher, isRepeated: false))
            case "*": tokens.append(Token(matcher: matcher, isRepeated: true))
            default: tokens += [Token(matcher: matcher, isRepeated: false), Token(matcher: matcher, isRepeated: true)]
            }
        }
    }

    /// Walks both at once; each pair of places is visited once.
    static func isNonEmpty(
        _ a: GlobIntersection, _ b: GlobIntersection, _ context: BuiltinContext
    ) throws(BuiltinError) -> Bool {
        let width = b.tokens.count + 1
        let (pairs, isBeyond) = (a.tokens.count + 1).multipliedReportingOverflow(by: width)
        guard !isBeyond else { throw .outOfMemory }
        try context.checkRoom(for: pairs)
        var seen = [Bool](repeating: false, count: pairs)
        var open = [(0, 0)]
        var looks = 0
        while let (i, j) = open.popLast() {
            looks += 1
            if looks & 1023 == 0 { try context.checkLimits() }
            if seen[i * width + j] { continue }
            seen[i * width + j] = true
            let (left, right) = (i < a.tokens.count ? a.tokens[i] : nil, j < b.tokens.count ? b.tokens[j] : nil)
            if left == nil && right == nil { return true }
            if let left, left.isRepeated { open.append((i + 1, j)) }
            if let right, right.isRepeated { open.append((i, j + 1)) }
            if let left, let right, left.matcher.meets(right.matcher) {
                open.append((left.isRepeated ? i : i + 1, right.isRepeated ? j : j + 1))
            }
        }
        return false
    }

    private struct Reader {
        let text: String
        let scalars: [UInt32]
        var position = 0

        init(text: String) {
            self.text = text
            scalars = text.unicodeScalars.map(\.value)
        }

        var isAtEnd: Bool { position >= scalars.count }

        func invalid(_ message: String) -> BuiltinError {
            .failure("input:\(text), pos:\(position), \(message): the input provided is invalid")
        }

        /// The next character, and whether it was escaped.
        mutating func next() throws(BuiltinError) -> (UInt32, escaped: Bool) {
            guard scalars[position] == 0x5c else {
                position += 1
                return (scalars[position - 1], false)
            }
            guard position + 1 < scalars.count else { throw invalid("input ends with a \\ (escape) character") }
            position += 2
            return (scalars[position - 1], true)
        }

        mutating func flag() -> Character? {
            guard !isAtEnd, scalars[position] == 0x2a || scalars[position] == 0x2b else { return nil }
            position += 1
            return scalars[position - 1] == 0x2a ? "*" : "+"
        }

        mutating func matcher() throws(BuiltinError) -> Matcher {
            let (scalar, escaped) = try next()
            if escaped { return .ranges([scalar...scalar]) }
            switch scalar {
            case 0x2e: return .any
            case 0x5b: return try set()
            case 0x5d: throw invalid("set-close ']' with no preceding '['")
            case 0x2a, 0x2b:
                throw invalid("flag '\(scalar == 0x2a ? "*" : "+")' must be preceded by a non-flag")
            default: return .ranges([scalar...scalar])
            }
        }

        mutating func set() throws(BuiltinError) -> Matcher {
            var ranges: [ClosedRange<UInt32>] = []
            var previous: UInt32?
            while !isAtEnd {
                let (scalar, escaped) = try next()
                if !escaped && scalar == 0x5d { return .ranges(ranges) }
                guard !escaped && scalar == 0x2d else {
                    ranges.append(scalar...scalar)
                    previous = scalar
                    continue
                }
                guard let low = previous else {
                    throw invalid("range character '-' must be preceded by a Unicode character")
                }
                guard position + 1 < scalars.count else {
                    throw invalid("range character '-' must be followed by a Unicode character")
                }
                let (high, highEscaped) = try next()
                if !highEscaped && (high == 0x5d || high == 0x2d) {
                    throw invalid("range character '-' cannot be followed by a special symbol")
                }
                guard low <= high else {
                    let names = [high, low].map { String(Character(Unicode.Scalar($0) ?? "?")) }
                    throw invalid("range is out of order: '\(names[0])' comes before '\(names[1])' in Unicode")
                }
                ranges.append(low...high)
                previous = nil
            }
            throw invalid("found [ without matching ]")
        }
    }
}
