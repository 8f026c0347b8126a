extension GraphQL {
    /// "Did you mean …?"
    enum Suggestions {
        /// `"A"`, `"A" or "B"`, `"A", "B", or "C"`; no more than five.
        static func quotedList(_ names: [String]) -> String { list(names.map { "\"\($0)\"" }) }

        static func list(_ names: [String]) -> String {
            let names = Array(names.prefix(5))
            if names.count == 2 { return "\(names[0]) or \(names[1])" }
            guard let last = names.last, names.count > 1 else { return names.first ?? "" }
            return names.dropLast().joined(separator: ", ") + ", or \(last)"
        }

        /// The options that are close to `name`, the closest first.
        static func near(_ name: String, _ options: [String], _ budget: Budget) throws(BuiltinError) -> [String] {
            let threshold = name.utf8.count * 2 / 5 + 1
            let letters = Array(name.unicodeScalars)
            var result: [(name: String, distance: Int)] = []
            for option in options {
                try budget.spend()
                let other = Array(option.unicodeScalars)
                if abs(other.count - letters.count) > threshold { continue }
                try budget.spend(other.count * min(letters.count, 1 << 20))
                let distance = distance(name, option)
                if distance <= threshold { result.append((option, distance)) }
            }
            return result.enumerated().sorted {
                ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
            }.map(\.element.name)
        }

        /// The number of single edits; another case alone is one.
        private static func distance(_ first: String, _ second: String) -> Int {
            if first == second { return 0 }
            let a = Array(first.lowercased().unicodeScalars)
            let b = Array(second.lowercased().unicodeScalars)
            if a == b { return 1 }
            var row = Array(0...b.count)
            for (line, scalar) in a.enumerated() {
                var diagonal = row[0]
                row[0] = line + 1
                for (column, other) in b.enumerated() {
                    let edited = min(row[column], row[column + 1]) + 1
                    let kept = diagonal + (scalar == other ? 0 : 1)
                    diagonal = row[column + 1]
                    row[column + 1] = min(edited, kept)
                }
            }
            return row[b.count]
        }
    }
}

extension GraphQL.Validator {
    /// What a message ends with; empty when nothing is close.
    func suggestion(
        _ prefix: String, _ name: String, _ options: [String], isQuoted: Bool = true
    ) throws(BuiltinError) -> String {
        let near = try GraphQL.Suggestions.near(name, options, budget)
        if near.isEmpty { return "" }
        return " \(prefix) \(isQuoted ? GraphQL.Suggestions.quotedList(near) : GraphQL.Suggestions.list(near))?"
    }
}
