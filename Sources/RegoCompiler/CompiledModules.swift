public import RegoSyntax
public import RegoValues

public struct CompilerOptions: Sendable {
    /// Refuses unused imports and variables too, as `opa check --strict` does.
    public var isStrict = false
    /// Refuses references that these say cannot be.
    public var schemas = SchemaSet()

    public init(isStrict: Bool = false, schemas: SchemaSet = SchemaSet()) {
        self.isStrict = isStrict
        self.schemas = schemas
    }
}

/// Modules that were resolved, put in order and checked together; queries are planned against them.
///
/// Unchecked Sendable: the tree is not changed after `init`.
public final class CompiledModules: @unchecked Sendable {
    let tree = RuleNode(path: [])
    let functions: FunctionTable
    let dataOverrides: Set<[GroundKey]>
    let replacedFunctions: Set<FunctionName>
    let prints: Bool
    private let scopes: [ModuleScope]
    private let schemas: SchemaSet

    /// - Throws: everything that is wrong with the modules, in order.
    public init(
        modules: [Module], builtins: [String: CallableBuiltin], metadata: AnnotationReader? = nil,
        options: CompilerOptions = CompilerOptions()
    ) throws(Diagnostics) {
        var functions = FunctionTable(builtins: builtins)
        let packages = modules.map { $0.package.path.terms.dropFirst().compactMap(GroundKey.init) }
        for (module, package) in zip(modules, packages) {
            for rule in module.rules {
                let (path, _) = RuleLowering.split(rule.head, package: package)
                functions.rulePaths.insert(path)
                if let arguments = rule.head.arguments { functions.rules[path] = arguments.count }
            }
        }
        self.functions = functions
        schemas = options.schemas

        var namesByPackage: [[GroundKey]: Set<String>] = [:]
        for (module, package) in zip(modules, packages) {
            for rule in module.rules {
                guard case .variable(let name)? = rule.head.reference.terms.first?.kind else { continue }
                namesByPackage[package, default: []].insert(name)
            }
        }
        let scopes = modules.indices.map { index in
            var scope = ModuleScope(package: packages[index], module: index)
            for name in namesByPackage[packages[index]] ?? [] { scope.addRuleName(name) }
            for item in modules[index].imports { scope.addImport(item) }
            return scope
        }
        self.scopes = scopes

        let annotations = ModuleAnnotations(
            modules: modules, packages: packages, reader: metadata, schemas: options.schemas)
        var diagnostics = annotations.diagnostics
        for (index, module) in modules.enumerated() {
            _ = tree.insert(packages[index])
            for (number, rule) in module.rules.enumerated() {
                let lowering = RuleLowering(
                    rule: rule, scope: scopes[index], functions: functions,
                    metadata: annotations.constants(module: index, rule: number), isStrict: options.isStrict)
                let (core, found) = lowering.lower()
                diagnostics += found
                core.schemas = annotations.schemaScope(module: index, rule: number)
                tree.insert(core.path).rules.append(core)
            }
        }
        diagnostics += ConflictCheck(tree: tree, modules: modules, packages: packages).run()
        if diagnostics.isEmpty { diagnostics += RecursionCheck(tree: tree).run() }
        if diagnostics.isEmpty { diagnostics += TypeCheck(tree: tree, functions: functions).run() }
        diagnostics += ModuleNameCheck(modules: modules, isStrict: options.isStrict).run()

        var scan = ReplacementScan()
        tree.visit { node in
            for branch in node.rules.flatMap(\.branches) { scan.visit(branch.body) }
        }
        dataOverrides = scan.data
        replacedFunctions = scan.functions
        prints = scan.prints
        guard diagnostics.isEmpty else { throw Diagnostics(located(diagnostics, in: modules)) }
    }

    /// Plans a query over the modules and `data`.
    /// - Parameters:
    ///   - capturesValues: whether rows end with the value of each of the query's expressions that is a term (a lone one
    ///     that does not iterate then also holds when it is `false`).
    ///   - tracksCoverage: whether the plan notes which expressions its runs reach.
    /// - Throws: what is wrong with the query.
    public func plan(
        query: [Expr], imports: [Import] = [], package: Ref? = nil, data: Document?, capturesValues: Bool = false,
        tracksCoverage: Bool = false
    ) throws(Diagnostics) -> Plan {
        let path = package?.terms.dropFirst().compactMap(GroundKey.init) ?? []
        var scope = ModuleScope(package: path, module: -1)
        if package != nil, let known = scopes.first(where: { $0.package == path }) { scope = known }
        for item in imports { scope.addImport(item) }
        let lowering = Lowering(scope: scope, functions: functions)
        let single = capturesValues ? nil : singleTerm(query)
        var value: CoreTerm?
        var captures: [Variable] = []
        let lowered = lowering.collecting {
            if let single {
                value = lowering.lower(single, hoisted: false)
            } else {
                captures = lowering.lowerQuery(query, capturesValues: capturesValues)
            }
        }
        var diagnostics = lowering.diagnostics
        var ordered = lowered
        if diagnostics.isEmpty {
            var ordering = SafetyOrdering(variables: lowering.variables, scope: scope)
            ordered = ordering.order(lowered, safe: [], heads: [], location: query.first?.location ?? .none)
            diagnostics += ordering.diagnostics
        }
        if diagnostics.isEmpty {
            let types = TypeCheck(tree: tree, functions: functions)
            types.check(ordered, lowering.variables, SchemaScope(input: schemas.input, statements: []))
            diagnostics += types.diagnostics
        }
        guard diagnostics.isEmpty else { throw Diagnostics(diagnostics) }
        var scan = ReplacementScan(data: dataOverrides, functions: replacedFunctions, prints: prints)
        scan.visit(ordered)
        let planner = Planner(
            tree: tree, functions: functions, document: data, overrides: scan.sortedData,
            replaced: scan.sortedFunctions, prints: scan.prints, tracksCoverage: tracksCoverage)
        return planner.plan(query: ordered, value: value, variables: lowering.variables, captures: captures)
    }

    /// The term of a query that is one reference without variables, such as `data.app.allow`.
    private func singleTerm(_ query: [Expr]) -> Term? {
        guard query.count == 1, !query[0].isNegated, query[0].withs.isEmpty, case .term(let term) = query[0].kind,
            case .ref(let ref) = term.kind,
            ref.terms.dropFirst().allSatisfy({ GroundKey($0) != nil })
        else { return nil }
        return term
    }

    private func located(_ diagnostics: [Diagnostic], in modules: [Module]) -> [Diagnostic] {
        var order: [String: Int] = [:]
        for (index, module) in modules.enumerated() { order[module.source.name] = index }
        let filled = diagnostics.map { diagnostic in
            var diagnostic = diagnostic
            if diagnostic.sourceLine == nil, let index = order[diagnostic.location.file] {
                diagnostic.sourceLine = modules[index].source.line(diagnostic.location.line)
            }
            return diagnostic
        }
        return filled.enumerated().sorted { a, b in
            let left = a.element.location
            let right = b.element.location
            return (order[left.file] ?? 0, left.line, left.column, a.offset)
                < (order[right.file] ?? 0, right.line, right.column, b.offset)
        }.map(\.element)
    }
}
