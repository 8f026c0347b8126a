/// A name in which `*` stands for any run of characters, dots included.
package struct NameGlob: Sendable, Hashable {
    package let text: String
    package let isExact: Bool
    package let matchesAll: Bool
    /// Whether the only `*` stands at the end, as in most globs.
    private let isPrefix: Bool

    package init(_ text: String) {
        self.text = text
        isExact = !text.utf8.contains(UInt8(ascii: "*"))
        matchesAll = text == "*"
        isPrefix =
            text.utf8.firstIndex(of: UInt8(ascii: "*")).map { $0 == text.utf8.index(before: text.utf8.endIndex) }
            ?? false
    }

    package func matches(_ name: String) -> Bool {
        if isExact { return text == name }
        if matchesAll { return true }
        if isPrefix { return Self.starts(name, with: text) }
        let pattern = Array(text.utf8)
        let subject = Array(name.utf8)
        var (p, s, star, mark) = (0, 0, -1, 0)
        while s < subject.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                (star, mark) = (p, s)
                p += 1
            } else if p < pattern.count, pattern[p] == subject[s] {
                p += 1
                s += 1
            } else if star >= 0 {
                p = star + 1
                mark += 1
                s = mark
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Whether the name begins with all of the glob but its last byte. Large trees compare millions of names.
    private static func starts(_ name: String, with glob: String) -> Bool {
        var (name, glob) = (name, glob)
        return name.withUTF8 { name in
            glob.withUTF8 { glob in
                let count = glob.count - 1
                return name.count >= count && (0..<count).allSatisfy { name[$0] == glob[$0] }
            }
        }
    }
}

/// A host, all hosts below a domain (`*.acme.example`, the domain itself excepted), or every host (`*`).
package struct DomainGlob: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case every
        case exact(String)
        /// The suffix, with its leading dot.
        case below(String)
    }

    package let kind: Kind

    package init?(_ text: String) {
        if text == "*" {
            kind = .every
            return
        }
        let isBelow = text.hasPrefix("*.")
        let domain = isBelow ? String(text.dropFirst(2)) : text
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        let isDomain = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
                        || $0 == UInt8(ascii: "_")
                }
        }
        guard isDomain, domain.utf8.count <= 253, !isBelow || labels.count >= 2 else { return nil }
        kind = isBelow ? .below("." + domain) : .exact(domain)
    }
}

/// A path in which `*` stands for one segment or a part of one, `**` for any number of segments, and `{name}` for one
/// segment that is a parameter: `/ehr/*`, `/files/**`.
package struct PathGlob: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case exact(String)
        /// Everything that starts with this prefix, which ends in `/`.
        case below(String)
        /// An anchored RE2 pattern.
        case pattern(String)
    }

    package let kind: Kind
    /// Names of `{name}` segments.
    package let parameters: [String]

    package init?(_ text: String) {
        guard text.hasPrefix("/"), text.utf8.count <= 2048,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"?#\\".utf8.contains($0) })
        else { return nil }
        let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var names: [String] = []
        var pattern = "^"
        for (index, segment) in segments.enumerated() {
            guard segment != ".", segment != "..", !segment.isEmpty || index == segments.count - 1 else { return nil }
            if segment == "**" {
                pattern += "(/.*)?"
            } else if segment == "*" {
                pattern += "/[^/]+"
            } else if segment.hasPrefix("{"), segment.hasSuffix("}"), segment.count > 2 {
                let name = String(segment.dropFirst().dropLast())
                guard !names.contains(name), !name.contains(where: { "{}*".contains($0) }) else { return nil }
                names.append(name)
                pattern += "/[^/]+"
            } else {
                guard !segment.contains("{"), !segment.contains("}"), !segment.contains("**") else { return nil }
                pattern +=
                    "/"
                    + segment.split(separator: "*", omittingEmptySubsequences: false)
                    .map { Self.quoted(String($0)) }.joined(separator: "[^/]*")
            }
        }
        parameters = names
        if names.isEmpty, !text.contains("*") {
            kind = .exact(text)
        } else if names.isEmpty, text.hasSuffix("/**"), !text.dropLast(2).contains("*") {
            kind = .below(String(text.dropLast(2)))
        } else {
            kind = .pattern(pattern + "$")
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for character in text {
            if ".+?()|[]{}^$".contains(character) { result += "\\" }
            result.append(character)
        }
        return result
    }
}

/// `METHOD /path`, with `*` for every method.
package struct Endpoint: Sendable, Hashable {
    package static let methods: Set = [
        "*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
    ]

    package let method: String
    package let path: PathGlob

    package init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.methods.contains(String(parts[0])), let path = PathGlob(String(parts[1])),
            path.parameters.isEmpty
        else { return nil }
        method = String(parts[0])
        self.path = path
    }
}

/// `$`, `.name`, `['any name']`, `[0]`, `[*]` and `.*`: where in the parameters something stands.
package struct JSONPath: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        case member(String)
        case element(Int)
        case every
    }

    package let steps: [Step]

    package init?(_ text: String) {
        guard text.hasPrefix("$") else { return nil }
        var rest = text.dropFirst()
        var steps: [Step] = []
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "." {
                let name = rest.prefix {
                    $0 == "_" || $0 == "-" || $0 == "*" || ($0.isASCII && ($0.isLetter || $0.isNumber))
                }
                rest = rest.dropFirst(name.count)
                if name == "*" {
                    steps.append(.every)
                } else {
                    guard let initial = name.first, initial == "_" || initial.isLetter, !name.contains("*") else {
                        return nil
                    }
                    steps.append(.member(String(name)))
                }
            } else if first == "[", let end = rest.firstIndex(of: "]") {
                let inside = rest[..<end]
                rest = rest[end...].dropFirst()
                if inside == "*" {
                    steps.append(.every)
                } else if inside.hasPrefix("'"), inside.hasSuffix("'"), inside.count >= 3 {
                    let name = inside.dropFirst().dropLast()
                    guard !name.contains("'") else { return nil }
                    steps.append(.member(String(name)))
                } else {
                    guard inside.utf8.allSatisfy({ (48...57).contains($0) }), let index = Int(inside) else {
                        return nil
                    }
                    steps.append(.element(index))
                }
            } else {
                return nil
            }
        }
        self.steps = steps
    }
}
