extension CallExplanation {
    /// The rules that decide, and those that could not be evaluated: what a failed test shows.
    public var briefLines: [String] {
        guards.map { "guard \($0.rule): \($0.message)" }
            + lines.filter { $0.decides || $0.state == .unclear }.flatMap(Self.text)
    }

    /// Everything.
    public var fullLines: [String] {
        guards.map { "guard     \($0.rule): \($0.message)" } + lines.flatMap(Self.text)
    }

    private static func text(_ line: Line) -> [String] {
        let state =
            switch line.state {
            case .matched: "matched"
            case .notMatched: "not matched"
            case .unclear: "could not be evaluated"
            case .applies: "applies to calls that pass"
            }
        let step = line.step.padded(to: 9)
        let mark = line.isShadow ? " (shadow)" : ""
        var rows = [
            "\(step) \(line.policy)/\(line.rule)\(mark): \(state)\(line.decides ? ", decides" : "")  \(line.location)"
        ]
        if line.conditions.isEmpty {
            rows.append("            \(line.text)")
        }
        for condition in line.conditions {
            let truth = condition.holds.map { $0 ? "true" : "false" } ?? "?"
            rows.append("            \(truth.padded(to: 5)) \(condition.text)")
        }
        if !line.values.isEmpty {
            rows.append("            with  \(line.values.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))")
        }
        return rows
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
