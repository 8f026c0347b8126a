/// The path of a tool's `match`: segments that are literal, `*` (one segment), `**` (any number, also none), `{name}`
/// (one segment, which becomes a parameter), or a glob within a segment such as `*.pdf`.
struct PathPattern: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case glob(Glob)
        case capture(String)
        case any
        case rest

        /// The more literal, the higher.
        var rank: Int {
            switch self {
            case .literal: 4
            case .glob: 3
            case .capture: 2
            case .any: 1
            case .rest: 0
            }
        }
    }

    let segments: [Segment]

    /// nil for a pattern that does not start with `/`, names a capture twice, or has a malformed one.
    init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        var segments: [Segment] = []
        var names: Set<Substring> = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if part == "**" {
                segments.append(.rest)
            } else if part == "*" {
                segments.append(.any)
            } else if part.hasPrefix("{"), part.hasSuffix("}") {
                let name = part.dropFirst().dropLast()
                guard !name.isEmpty, !name.contains(where: { "{}*".contains($0) }), names.insert(name).inserted
                else { return nil }
                segments.append(.capture(String(name)))
            } else if part.contains("*") {
                segments.append(.glob(Glob(String(part), separator: UInt8(ascii: "/"))))
            } else {
                guard !part.contains("{"), !part.contains("}") else { return nil }
                segments.append(.literal(String(part)))
            }
        }
        self.segments = segments
    }

    /// The captures in order where the path matches, else nil. A `**` takes as few segments as will do.
    func match(_ path: [Substring]) -> [(name: String, value: Substring)]? {
        var captures: [(name: String, value: Substring)] = []
        var place = 0
        var index = 0
        var resume: (place: Int, index: Int, captures: Int)?
        while true {
            if place < segments.count, case .rest = segments[place] {
                resume = (place + 1, index, captures.count)
                place += 1
                continue
            }
            if place == segments.count, index == path.count { return captures }
            if place < segments.count, index < path.count, accepts(segments[place], path[index], &captures) {
                place += 1
                index += 1
                continue
            }
            guard let last = resume, last.index < path.count else { return nil }
            captures.removeSubrange(last.captures...)
            place = last.place
            index = last.index + 1
            resume = (last.place, index, last.captures)
        }
    }

    private func accepts(
        _ segment: Segment, _ text: Substring, _ captures: inout [(name: String, value: Substring)]
    ) -> Bool {
        switch segment {
        // By bytes, as servers compare: texts of Swift are equal in another Unicode form, too.
        case .literal(let literal): return text.utf8.elementsEqual(literal.utf8)
        case .glob(let glob): return glob.matches(text.utf8)
        case .any: return !text.isEmpty
        case .capture(let name):
            guard !text.isEmpty else { return false }
            captures.append((name, text))
            return true
        case .rest: return false
        }
    }

    /// Whether this pattern is the more literal one: more literal segments, then fewer `**`, then the first difference.
    func isMoreLiteral(than other: PathPattern) -> Bool? {
        let (mine, theirs) = (literalCount, other.literalCount)
        if mine != theirs { return mine > theirs }
        let (myRests, theirRests) = (restCount, other.restCount)
        if myRests != theirRests { return myRests < theirRests }
        for (a, b) in zip(segments, other.segments) where a.rank != b.rank { return a.rank > b.rank }
        return segments.count == other.segments.count ? nil : segments.count > other.segments.count
    }

    private var literalCount: Int { segments.count { $0.rank == 4 } }
    private var restCount: Int { segments.count { $0.rank == 0 } }
}
