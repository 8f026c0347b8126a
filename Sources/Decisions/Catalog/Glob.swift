/// A glob over one text: `*` stands for any run without the separator, `**` for any run, everything else for itself.
/// As `glob.match` of the policy language with one separator, without its sets and classes.
struct Glob: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case literal(UInt8)
        case run
        case anything
    }

    private let parts: [Part]
    private let separator: UInt8
    let isLiteral: Bool

    init(_ pattern: String, separator: UInt8) {
        var parts: [Part] = []
        for byte in pattern.utf8 {
            guard byte == UInt8(ascii: "*") else {
                parts.append(.literal(byte))
                continue
            }
            switch parts.last {
            case .run, .anything: parts[parts.count - 1] = .anything
            default: parts.append(.run)
            }
        }
        self.parts = parts
        self.separator = separator
        isLiteral = parts.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// Follows every way to match at once, so the time is the product of the two lengths and no more.
    func matches(_ text: some Sequence<UInt8>) -> Bool {
        var places = [Bool](repeating: false, count: parts.count + 1)
        places[0] = true
        skipRuns(&places)
        for byte in text {
            var next = [Bool](repeating: false, count: parts.count + 1)
            for (place, isHere) in places.enumerated() where isHere && place < parts.count {
                switch parts[place] {
                case .literal(let expected): if expected == byte { next[place + 1] = true }
                case .run: if byte != separator { next[place] = true }
                case .anything: next[place] = true
                }
            }
            skipRuns(&next)
            places = next
        }
        return places[parts.count]
    }

    private func skipRuns(_ places: inout [Bool]) {
        for place in parts.indices where places[place] {
            if case .literal = parts[place] { continue }
            places[place + 1] = true
        }
    }
}
