internal import RegoSyntax

/// Lowers one rule of a module and puts its bodies into a safe order.
struct RuleLowering {
    let rule: Rule
    let scope: ModuleScope
    let functions: FunctionTable
    let metadata: MetadataConstants
    var isStrict = false

    /// The rule's path, split at its first variable.
    static func split(_ head: RuleHead, package: [GroundKey]) -> (path: [GroundKey], suffix: [Term]) {
        var path = package
        var terms = head.reference.terms[...]
        if case .variable(let name)? = terms.first?.kind {
            path.append(.string(name))
            terms.removeFirst()
        }
        while let term = terms.first, let key = GroundKey(term) {
            path.append(key)
            terms.removeFirst()
        }
        return (path, Array(terms))
    }

    func lower() -> (rule: CoreRule, diagnostics: [Diagnostic]) {
        let lowering = Lowering(scope: scope, functions: functions, metadata: metadata, isStrict: isStrict)
        var computed: [(variable: Variable, term: Term)] = []
        let arguments = (rule.head.arguments ?? []).map { lowerArgument($0, lowering, &computed) }
        let (path, suffix) = Self.split(rule.head, package: scope.package)
        let safe = arguments.reduce(into: Set<Variable>()) { $1.collectVariables(into: &$0) }

        var loweredSuffix: [CoreTerm] = []
        var branches: [CoreRule.Branch] = []
        let truth = Term(.boolean(true), location: rule.head.location)
        branches.append(
            branch(lowering, rule.body, rule.head.key ?? rule.head.value ?? truth, rule.location, safe, computed) {
                loweredSuffix = suffix.map { lowering.lower($0, hoisted: true) }
                return loweredSuffix
            })
        for other in rule.elseBranches {
            branches.append(branch(lowering, other.body, other.value ?? truth, other.location, safe, computed) { [] })
        }
        lowering.popLevel()
        let kind: CoreRule.Kind =
            rule.head.arguments != nil
            ? .function : rule.head.key != nil ? .partialSet : suffix.isEmpty ? .complete : .partialObject
        let core = CoreRule(
            kind: kind, isDefault: rule.isDefault, path: path, suffix: loweredSuffix, arguments: arguments,
            branches: branches, variables: lowering.variables, module: scope.module, location: rule.location,
            headLocation: rule.head.location)
        return (core, lowering.diagnostics)
    }

    private func branch(
        _ lowering: Lowering, _ body: Body, _ value: Term, _ location: SourceLocation, _ safe: Set<Variable>,
        _ computed: [(variable: Variable, term: Term)], _ lowerHead: () -> [CoreTerm]
    ) -> CoreRule.Branch {
        lowering.pushLevel()
        var head: [CoreTerm] = []
        var loweredValue = CoreTerm.constant(value)
        let before = lowering.diagnostics.count
        let lowered = lowering.collecting {
            lowering.lowerBody(body)
            for (variable, term) in computed {
                lowering.emit(
                    .unify(.variable(variable), lowering.lower(term, hoisted: false)), term.location, generated: true)
            }
            head = lowerHead()
            loweredValue = lowering.lower(lowering.withCallsFirst([value])[0], hoisted: true)
        }
        lowering.popLevel()
        guard lowering.diagnostics.count == before else {
            return CoreRule.Branch(body: lowered, value: loweredValue, location: location)
        }
        var ordering = SafetyOrdering(variables: lowering.variables, scope: scope)
        let ordered = ordering.order(lowered, safe: safe, heads: head + [loweredValue], location: location)
        lowering.diagnostics += ordering.diagnostics
        return CoreRule.Branch(body: ordered, value: loweredValue, location: location)
    }

    /// Patterns and constants; an argument that has to be computed is compared at the end of the body.
    private func lowerArgument(
        _ term: Term, _ lowering: Lowering, _ computed: inout [(variable: Variable, term: Term)]
    ) -> CoreTerm {
        switch term.kind {
        case .variable(let name):
            if let known = lowering.names.declared(name) { return .variable(known) }
            guard name.isSourceName else { return .variable(lowering.freeVariable(name, term.location)) }
            if name == "input" || name == "data" {
                lowering.report(
                    "rego_compile_error", "args must not shadow \(name) (use a different variable name)",
                    term.location, fix: "rename the argument")
            }
            let variable = lowering.variables.add(name, term.location)
            lowering.names.declare(name, variable, .argument)
            return .variable(variable)
        case .array(let items):
            let lowered = items.map { lowerArgument($0, lowering, &computed) }
            return lowered.allSatisfy(\.isConstant) ? .constant(term) : .array(lowered)
        case .object(let entries):
            let lowered = entries.map { entry in
                CoreEntry(
                    key: lowerArgument(entry.key, lowering, &computed),
                    value: lowerArgument(entry.value, lowering, &computed))
            }
            return lowered.allSatisfy { $0.key.isConstant && $0.value.isConstant } ? .constant(term) : .object(lowered)
        case .null, .boolean, .number, .string:
            return .constant(term)
        default:
            if isGround(term) { return .constant(term) }
            let variable = lowering.generate(term.location)
            computed.append((variable, term))
            return .variable(variable)
        }
    }

    private func isGround(_ term: Term) -> Bool {
        switch term.kind {
        case .null, .boolean, .number, .string: true
        case .set(let items), .array(let items): items.allSatisfy(isGround)
        case .object(let entries): entries.allSatisfy { isGround($0.key) && isGround($0.value) }
        default: false
        }
    }
}
