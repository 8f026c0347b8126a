internal import RegoSyntax

/// Which lines of the modules tests reached. Tests themselves do not count.
public struct TestCoverage: Sendable {
    public struct File: Sendable {
        public var name: String
        public var covered: [Int]
        public var missed: [Int]
    }

    private var lines: [String: Set<Int>] = [:]
    private var reached: [String: Set<Int>] = [:]

    init(modules: [Module]) {
        for module in modules where !module.source.name.hasSuffix("_test.rego") {
            var found: Set<Int> = []
            for rule in module.rules where !rule.isDefault {
                if case .variable(let name)? = rule.head.reference.terms.first?.kind,
                    name.hasPrefix("test_") || name.hasPrefix("todo_test_")
                {
                    continue
                }
                found.insert(rule.location.line)
                found.formUnion(rule.body.flatMap(Self.lines))
                for branch in rule.elseBranches {
                    found.insert(branch.location.line)
                    found.formUnion(branch.body.flatMap(Self.lines))
                }
            }
            lines[module.source.name] = found
        }
    }

    /// The lines on which an expression and those inside of it start.
    private static func lines(_ expr: Expr) -> [Int] {
        switch expr.kind {
        case .every(let every): [expr.location.line] + every.body.flatMap(lines)
        case .some(let declaration):
            if case .variables = declaration.kind { [] } else { [expr.location.line] }
        default: [expr.location.line]
        }
    }

    mutating func add(_ locations: Set<SourceLocation>) {
        for location in locations { reached[location.file, default: []].insert(location.line) }
    }

    public var files: [File] {
        lines.sorted { $0.key < $1.key }.map { name, lines in
            let reached = reached[name] ?? []
            return File(
                name: name, covered: lines.intersection(reached).sorted(), missed: lines.subtracting(reached).sorted())
        }
    }

    /// The share of lines that were reached, in percent; 100 when there are none.
    public var percent: Double {
        let files = self.files
        let covered = files.reduce(0) { $0 + $1.covered.count }
        let all = files.reduce(covered) { $0 + $1.missed.count }
        return all == 0 ? 100 : Double(covered * 1000 / all) / 10
    }
}
