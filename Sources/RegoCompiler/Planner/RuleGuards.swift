internal import RegoSyntax

/// What a rule needs of one part of the input or of one argument before anything else can matter.
struct RuleGuard {
    enum Subject: Hashable {
        case input([GroundKey])
        case argument(Int)
    }

    enum Test {
        case oneOf([Term])
        case prefix(String)
        case suffix(String)
    }

    var subject: Subject
    var test: Test
}

/// Finds the guards of a rule: conditions of its body that compare a part of the input with constants.
struct RuleGuards {
    private var subjects: [Variable: RuleGuard.Subject] = [:]
    private(set) var found: [RuleGuard] = []

    /// - Parameter isReplaced: whether `with` may replace a builtin somewhere, so that its meaning is not known.
    init(_ rule: CoreRule, isReplaced: (String) -> Bool) {
        guard rule.branches.count == 1 else { return }
        for (number, argument) in rule.arguments.enumerated() {
            switch argument {
            case .constant(let term): found.append(RuleGuard(subject: .argument(number), test: .oneOf([term])))
            case .variable(let variable): subjects[variable] = .argument(number)
            default: break
            }
        }
        for expr in rule.branches[0].body where !expr.isNegated && expr.withs.isEmpty {
            switch expr.kind {
            case .unify(let a, let b): addEquality(a, b)
            case .call(.builtin(let name), let arguments, nil) where !isReplaced(name): add(name, arguments)
            default: break
            }
        }
    }

    private mutating func addEquality(_ a: CoreTerm, _ b: CoreTerm) {
        if case .constant(let term) = b, let subject = subject(a) {
            found.append(RuleGuard(subject: subject, test: .oneOf([term])))
        } else if case .constant(let term) = a, let subject = subject(b) {
            found.append(RuleGuard(subject: subject, test: .oneOf([term])))
        } else if case .variable(let variable) = a, subjects[variable] == nil, let subject = subject(b) {
            subjects[variable] = subject
        } else if case .variable(let variable) = b, subjects[variable] == nil, let subject = subject(a) {
            subjects[variable] = subject
        }
    }

    private mutating func add(_ name: String, _ arguments: [CoreTerm]) {
        switch (name, arguments.count) {
        case ("equal", 2):
            addEquality(arguments[0], arguments[1])
        case ("internal.member_2", 2):
            guard let subject = subject(arguments[0]), case .constant(let list) = arguments[1] else { return }
            switch list.kind {
            case .array(let items), .set(let items):
                if items.count <= 256 { found.append(RuleGuard(subject: subject, test: .oneOf(items))) }
            default: break
            }
        case ("startswith", 2):
            guard let subject = subject(arguments[0]), case .constant(let term) = arguments[1],
                case .string(let start) = term.kind, !start.isEmpty
            else { return }
            found.append(RuleGuard(subject: subject, test: .prefix(start)))
        case ("endswith", 2):
            guard let subject = subject(arguments[0]), case .constant(let term) = arguments[1],
                case .string(let end) = term.kind, !end.isEmpty
            else { return }
            found.append(RuleGuard(subject: subject, test: .suffix(end)))
        case ("glob.match", 3):
            guard case .constant(let term) = arguments[0], case .string(let pattern) = term.kind,
                let subject = subject(arguments[2])
            else { return }
            addGlob(pattern, subject)
        default: break
        }
    }

    /// The text before the first special character has to be there; without any, that after the last.
    private mutating func addGlob(_ pattern: String, _ subject: RuleGuard.Subject) {
        let special = "*?[]{}!\\,"
        let literal = pattern.prefix { !special.contains($0) }
        let end = String(pattern.reversed().prefix { !special.contains($0) }.reversed())
        if literal.count == pattern.count {
            found.append(RuleGuard(subject: subject, test: .oneOf([Term(.string(pattern))])))
        } else if !literal.isEmpty {
            found.append(RuleGuard(subject: subject, test: .prefix(String(literal))))
        } else if !end.isEmpty {
            found.append(RuleGuard(subject: subject, test: .suffix(end)))
        }
    }

    private func subject(_ term: CoreTerm) -> RuleGuard.Subject? {
        switch term {
        case .variable(let variable): return subjects[variable]
        case .reference(let reference):
            var keys: [GroundKey] = []
            for step in reference.path {
                guard case .constant(let term) = step, let key = GroundKey(term) else { return nil }
                keys.append(key)
            }
            switch reference.head {
            case .input: return .input(keys)
            case .variable(let variable):
                guard case .input(let start)? = subjects[variable] else { return nil }
                return .input(start + keys)
            case .data: return nil
            }
        default: return nil
        }
    }
}
