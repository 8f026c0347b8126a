internal import RegoSyntax
internal import RegoValues

/// Infers types through bodies and rules, and reports what can never hold: arguments that a builtin refuses, equality
/// of different types, references into what has no such member.
final class TypeCheck {
    private let tree: RuleNode
    private let functions: FunctionTable
    private(set) var diagnostics: [Diagnostic] = []
    private var nodeTypes: [ObjectIdentifier: BuiltinType] = [:]
    private var branchTypes: [ObjectIdentifier: [BuiltinType]] = [:]
    private var running: Set<ObjectIdentifier> = []
    private var depth = 0
    /// What is known of documents in the rule at hand, and the names of its variables.
    private var scope = SchemaScope(input: nil, statements: [])
    private var variables = VariableTable()

    typealias Environment = [Variable: BuiltinType]

    init(tree: RuleNode, functions: FunctionTable) {
        self.tree = tree
        self.functions = functions
    }

    func run() -> [Diagnostic] {
        tree.visit { node in
            for rule in node.rules { _ = types(of: rule) }
        }
        return diagnostics
    }

    /// A query's own body.
    func check(_ body: [CoreExpr], _ variables: VariableTable, _ scope: SchemaScope) {
        self.variables = variables
        self.scope = scope
        var environment: Environment = [:]
        infer(body, &environment)
    }

    // MARK: - Rules

    /// The type of each branch's value. Deep chains are cut: their types are `any`.
    private func types(of rule: CoreRule) -> [BuiltinType] {
        let id = ObjectIdentifier(rule)
        if let known = branchTypes[id] { return known }
        guard running.insert(id).inserted else { return [.any] }
        depth += 1
        let (outerScope, outerVariables) = (scope, variables)
        (scope, variables) = (rule.schemas, rule.variables)
        defer {
            running.remove(id)
            depth -= 1
            (scope, variables) = (outerScope, outerVariables)
        }
        let types = rule.branches.map { branch -> BuiltinType in
            var environment: Environment = [:]
            infer(branch.body, &environment)
            return type(branch.value, environment)
        }
        branchTypes[id] = types
        return types
    }

    private func type(of node: RuleNode) -> BuiltinType {
        if let known = nodeTypes[ObjectIdentifier(node)] { return known }
        guard depth < 64 else { return .any }
        if node.rules.contains(where: { running.contains(ObjectIdentifier($0)) }) { return .any }
        let type: BuiltinType
        if node.isDynamic {
            type = .anyObject
        } else {
            let values = BuiltinType.union(node.rules.flatMap { types(of: $0) })
            type = node.rules[0].kind == .partialSet ? .set(values) : values
        }
        nodeTypes[ObjectIdentifier(node)] = type
        return type
    }

    // MARK: - Bodies

    private func infer(_ body: [CoreExpr], _ environment: inout Environment) {
        for expr in body {
            let found = diagnostics.count
            infer(expr, &environment)
            // A replaced document or function may be of any type, so nothing is certain under it.
            if expr.replacesTypes, diagnostics.count > found {
                diagnostics.removeLast(diagnostics.count - found)
            }
        }
    }

    private func infer(_ expr: CoreExpr, _ environment: inout Environment) {
        switch expr.kind {
        case .term(let term):
            _ = type(term, environment)
            bindSteps(of: term, &environment)
        case .unify(let a, let b):
            let left = type(a, environment)
            let right = type(b, environment)
            if !left.overlaps(right) {
                report(
                    "match error: left is \(left.brief), right is \(right.brief)", expr.location,
                    "the two can never be equal")
            }
            guard !expr.isNegated else { return }
            bindSteps(of: a, &environment)
            bindSteps(of: b, &environment)
            let replaced = expr.replacesTypes
            assign(a, replaced ? .any : right, &environment)
            assign(b, replaced ? .any : left, &environment)
        case .call(let function, let arguments, let result):
            let value = check(function, arguments, expr, environment)
            if let result, !expr.isNegated { assign(result, expr.replacesTypes ? .any : value, &environment) }
        case .every(let key, let value, let domain, let body):
            let types = type(domain, environment).iterated
            var inner = environment
            if let key { inner[key] = types.key }
            inner[value] = types.value
            infer(body, &inner)
        }
    }

    /// What a call yields; reports arguments that cannot be right.
    private func check(
        _ function: FunctionName, _ arguments: [CoreTerm], _ expr: CoreExpr, _ environment: Environment
    ) -> BuiltinType {
        let have = arguments.map { type($0, environment) }
        switch function {
        case .builtin(let name):
            guard let signature = functions.builtins[name]?.signature else { return .any }
            let want = signature.parameters
            if have.count == want.count, !zip(have, want).allSatisfy({ $0.overlaps($1) }) {
                let given = have.map(\.brief).joined(separator: ", ")
                let wanted = want.map(\.description).joined(separator: ", ")
                report(
                    "\(name): invalid argument(s): have (\(given)), want (\(wanted))", expr.location,
                    ArgumentHint(signature: signature, have: have).text)
            }
            return signature.result ?? .any
        case .rule(let path):
            return tree.find(path).map { type(of: $0) } ?? .any
        }
    }

    private func assign(_ pattern: CoreTerm, _ type: BuiltinType, _ environment: inout Environment) {
        switch pattern {
        case .variable(let variable):
            if environment[variable] == nil { environment[variable] = type }
        case .array(let items):
            guard case .array(let fixed, let others) = type else {
                for item in items { assign(item, .any, &environment) }
                return
            }
            for (index, item) in items.enumerated() {
                assign(item, fixed.indices.contains(index) ? fixed[index] : others ?? .any, &environment)
            }
        case .object(let entries):
            for entry in entries {
                let keyType = self.type(entry.key, environment)
                assign(entry.value, type.member(at: entry.key, keyType) ?? .any, &environment)
            }
        default: break
        }
    }

    // MARK: - Terms

    private func type(_ term: CoreTerm, _ environment: Environment) -> BuiltinType {
        switch term {
        case .constant(let term): return BuiltinType(constant: term)
        case .variable(let variable): return environment[variable] ?? .any
        case .array(let items): return .array(fixed: items.map { type($0, environment) }, others: nil)
        case .set(let items): return .set(.union(items.map { type($0, environment) }))
        case .object(let entries):
            return .object(
                of: entries.map { entry in
                    var key: Term?
                    if case .constant(let term) = entry.key { key = term }
                    return (key, type(entry.key, environment), type(entry.value, environment))
                })
        case .comprehension(let comprehension):
            var inner = environment
            infer(comprehension.body, &inner)
            let value = type(comprehension.value, inner)
            switch comprehension.kind {
            case .array: return .array(fixed: [], others: value)
            case .set: return .set(value)
            case .object:
                let key = comprehension.key.map { type($0, inner) } ?? .any
                return .object(fixed: [], others: BuiltinType.OtherMembers(key: key, value: value))
            }
        case .reference(let reference): return type(reference, environment)
        case .function: return .any
        }
    }

    private func type(_ reference: CoreReference, _ environment: Environment) -> BuiltinType {
        let (type, rest) = start(reference, environment)
        return follow(type, rest, reference, environment)
    }

    /// Variables that stand as steps of a reference are keys of what it goes through.
    private func bindSteps(of term: CoreTerm, _ environment: inout Environment) {
        guard case .reference(let reference) = term else { return }
        let found = diagnostics.count
        defer { diagnostics.removeLast(diagnostics.count - found) }
        var (current, rest) = start(reference, environment)
        for step in rest {
            if case .variable(let variable) = step, environment[variable] == nil {
                environment[variable] = current.iterated.key
            }
            guard let next = current.member(at: step, type(step, environment)) else { return }
            (current, rest) = (next, rest.dropFirst())
        }
    }

    /// The type of the document that a reference starts at, and the steps that are left from there.
    private func start(
        _ reference: CoreReference, _ environment: Environment
    ) -> (type: BuiltinType, rest: ArraySlice<CoreTerm>) {
        switch reference.head {
        case .input: return (scope.input, reference.path[...])
        case .variable(let variable): return (environment[variable] ?? .any, reference.path[...])
        case .data:
            if let (type, steps) = scope.type(ofData: reference.path) {
                return (type, reference.path.dropFirst(steps))
            }
            var node = tree
            var rest = reference.path[...]
            while node.rules.isEmpty {
                guard case .constant(let term)? = rest.first, let key = GroundKey(term), let next = node.child(key)
                else {
                    return (.any, [])
                }
                node = next
                rest.removeFirst()
            }
            if node.rules[0].kind == .function {
                report(
                    "function \(dataPath(node.path)) used as reference, not called", reference.location,
                    "call it: `\(node.path.last?.step.drop { $0 == "." } ?? "")(…)`")
                return (.any, [])
            }
            return (type(of: node), rest)
        }
    }

    private func follow(
        _ start: BuiltinType, _ steps: ArraySlice<CoreTerm>, _ reference: CoreReference, _ environment: Environment
    ) -> BuiltinType {
        var current = start
        for step in steps {
            guard let next = current.member(at: step, type(step, environment)) else {
                let name = shown(reference).map { "\($0): " } ?? ""
                report(
                    "undefined ref: \(name)\(current.brief) has no such member", reference.location,
                    suggestion(for: step, in: current))
                return .any
            }
            current = next
        }
        return current
    }

    /// What could stand in the place of a step that leads nowhere.
    private func suggestion(for step: CoreTerm, in type: BuiltinType) -> String? {
        let members = type.memberNames
        guard !members.isEmpty else {
            switch type {
            case .set: return "a set is asked for its elements: `x in set`"
            case .array: return "arrays are indexed by numbers from 0"
            case .null, .boolean, .number, .string: return "only objects, arrays and sets have members"
            default: return nil
            }
        }
        if case .constant(let term) = step, case .string(let name) = term.kind,
            let fix = NearMiss.fix(name, among: members)
        {
            return fix
        }
        let listed = members.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        return "its members are \(listed)\(members.count > 8 ? ", …" : "")"
    }

    /// Nil when the reference starts at a variable that has no name.
    private func shown(_ reference: CoreReference) -> String? {
        let root: String
        switch reference.head {
        case .data: root = "data"
        case .input: root = "input"
        case .variable(let variable):
            guard let name = variables.entries[variable].name else { return nil }
            root = name
        }
        return root
            + reference.path.map { step in
                if case .constant(let term) = step, let key = GroundKey(term) { return key.step }
                return "[_]"
            }.joined()
    }

    private func report(_ message: String, _ location: SourceLocation, _ fix: String?) {
        diagnostics.append(Diagnostic(code: "rego_type_error", message: message, location: location, fix: fix))
    }
}

extension CoreExpr {
    /// Whether a `with` replaces something whose type is known from elsewhere than the input.
    fileprivate var replacesTypes: Bool {
        withs.contains { if case .input = $0.target { false } else { true } }
    }
}
