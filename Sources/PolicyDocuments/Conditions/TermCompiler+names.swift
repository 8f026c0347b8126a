import RegoSyntax

/// Names in scope: where each is read from, and what is known of it.
extension TermCompiler {
    func compileName(_ name: String, at term: Term) throws(Fault) -> Result {
        switch name {
        case "params": return Result(text: "input.params", type: .object, parameterPath: [])
        case "chain": return Result(text: "input.chain", type: .array(.string))
        case "session", "request", "context":
            return Result(text: "input.\(name)", type: .object, isTotal: false)
        case "now": return Result(text: "input.now", type: .number, isTotal: false)
        case "agent", "tool":
            throw report(
                .conditionUnsupported, "`\(name)` is not a value of its own here", at: term.location,
                fix: "name a field: \(Self.fields(of: name).map { "`\(name).\($0)`" }.joined(separator: ", "))")
        default: throw unknownName(name, at: term.location)
        }
    }

    private func unknownName(_ name: String, at location: SourceLocation) -> Fault {
        if name.hasPrefix("$") { return unsupported("`_`", at: location) }
        if name == "input" || name == "data" {
            return report(
                .conditionName, "conditions do not see `\(name)`", at: location,
                fix: "use what is in scope: \(Self.scope.joined(separator: ", "))")
        }
        let isParameter = tools.contains { $0.parameters?.property(name) != nil }
        let near = isParameter ? "params.\(name)" : NearMiss.of(name, among: Self.scope)
        return report(
            .conditionName, "`\(name)` is not in scope", at: location,
            fix: near.map { "did you mean `\($0)`?" } ?? "in scope are: \(Self.scope.joined(separator: ", "))")
    }

    func compile(_ ref: Ref, at term: Term) throws(Fault) -> Result {
        guard let head = ref.terms.first, case .variable(let name) = head.kind else {
            throw unsupported("a path into a literal", at: term.location)
        }
        let steps = Array(ref.terms.dropFirst())
        switch name {
        case "params": return try compileParameter(steps, at: term)
        case "agent", "tool": return try compileRegistered(name, steps, at: term)
        default:
            let base = try compileName(name, at: head)
            return try descend(from: base, root: name, steps: steps)
        }
    }

    // MARK: params

    private func compileParameter(_ steps: [Term], at term: Term) throws(Fault) -> Result {
        var path: [String] = []
        for step in steps {
            guard case .string(let name) = step.kind else { break }
            path.append(name)
        }
        var result = try parameter(path, at: term, presenceMatters: true)
        for step in steps.dropFirst(path.count) {
            result = try index(result, by: step)
        }
        return result
    }

    /// The parameter at `path`, in all tools that the rule speaks about.
    func parameter(_ path: [String], at term: Term, presenceMatters: Bool) throws(Fault) -> Result {
        var text = "input.params"
        for name in path { text = RegoText.member(name, of: text) }
        guard !path.isEmpty else { return Result(text: text, type: .object, parameterPath: []) }
        var types: [ValueType] = []
        var isTotal = true
        var allowed: [String]? = []
        for tool in tools {
            let found = try lookUp(path, in: tool, at: term, presenceMatters: presenceMatters)
            types.append(found.schema.map(ValueType.init) ?? .unknown)
            isTotal = isTotal && found.isTotal
            allowed = found.schema?.allowed.flatMap { values in allowed.map { $0 + values } }
        }
        let type = types.first.map { types.dropFirst().reduce($0) { $0.joined(with: $1) } } ?? .unknown
        return Result(
            text: text, type: type, isTotal: isTotal && !tools.isEmpty, parameterPath: path,
            allowed: tools.isEmpty ? nil : allowed)
    }

    private func lookUp(
        _ path: [String], in tool: ToolDocument, at term: Term, presenceMatters: Bool
    ) throws(Fault) -> (schema: ParameterView?, isTotal: Bool) {
        guard var schema = tool.parameters else {
            throw report(
                .unknownParameter, "the tool `\(tool.name)` declares no parameters", at: term.location,
                fix: "declare `\(path[0])` under its `parameters`")
        }
        var isTotal = true
        for (depth, name) in path.enumerated() {
            // What may be something else than an object may have no such member, though the schema requires it.
            if schema.singleType != .object { isTotal = false }
            guard let property = schema.property(name) else {
                if !schema.names.isEmpty || depth == 0 || !schema.allowsMore {
                    let names = schema.names
                    let shown = (["params"] + path.prefix(depth)).joined(separator: ".")
                    throw report(
                        .unknownParameter,
                        "the tool `\(tool.name)` has no parameter `\(path[...depth].joined(separator: "."))`",
                        at: term.location,
                        fix: NearMiss.of(name, among: names).map { "did you mean `\(shown).\($0)`?" }
                            ?? "declare it under the tool's `parameters`")
                }
                return (nil, false)
            }
            if !property.isRequired {
                let here = Array(path[...depth])
                let isTested = present.contains { $0.starts(with: here) }
                if presenceMatters, !property.hasDefault, !isTested {
                    throw report(
                        .optionalParameter,
                        "the parameter `\(here.joined(separator: "."))` of the tool `\(tool.name)` is optional and has no default",
                        at: term.location,
                        fix: "give it a `default` in the schema, or test its presence in the same rule: "
                            + "`\"\(name)\" in object.keys(\((["params"] + path.prefix(depth)).joined(separator: ".")))`"
                    )
                }
                if !isTested { isTotal = false }
            }
            schema = property.schema
        }
        return (schema, isTotal)
    }

    // MARK: agent and tool

    static func fields(of name: String) -> [String] {
        name == "agent" ? ["id", "owner", "labels", "scopes", "accepts_from"] : ["name", "risk", "labels", "emits"]
    }

    private func compileRegistered(_ name: String, _ steps: [Term], at term: Term) throws(Fault) -> Result {
        guard let first = steps.first, case .string(let field) = first.kind, Self.fields(of: name).contains(field)
        else {
            guard let first = steps.first, case .string(let field) = first.kind else {
                throw unsupported("`\(name)` without a field", at: term.location)
            }
            let near = NearMiss.of(field, among: Self.fields(of: name))
            throw report(
                .conditionName, "`\(name)` has no field `\(field)`", at: term.location,
                fix: near.map { "did you mean `\(name).\($0)`?" }
                    ?? "it has: \(Self.fields(of: name).joined(separator: ", "))")
        }
        let key = name == "agent" ? "id" : "name"
        let entry = "data.aegis.catalog.\(name)s[input.\(name).\(key)]"
        var result: Result =
            switch field {
            case key: Result(text: "input.\(name).\(key)", type: .string)
            case "labels": Result(text: entry + ".labels", type: .object)
            case "owner", "risk": Result(text: "\(entry).\(field)", type: .string, isTotal: false)
            default: Result(text: "\(entry).\(field)", type: .array(.string))
            }
        for step in steps.dropFirst() { result = try index(result, by: step) }
        return result
    }

    // MARK: session, request, context, chain

    private func descend(from base: Result, root: String, steps: [Term]) throws(Fault) -> Result {
        var result = base
        for (depth, step) in steps.enumerated() {
            result = try index(result, by: step)
            guard depth == 0, case .string(let field) = step.kind else { continue }
            let known: [String: ValueType]? =
                switch root {
                case "session":
                    [
                        "id": .string, "labels": .array(.string), "calls": .number, "tools": .object, "last": .string,
                        "recent": .array(.string), "latest": .object,
                    ]
                case "request": ["method": .string, "host": .string, "path": .string]
                default: nil
                }
            guard let known else { continue }
            guard let type = known[field] else {
                throw report(
                    .conditionName, "`\(root)` has no field `\(field)`", at: step.location,
                    fix: NearMiss.of(field, among: known.keys.sorted()).map { "did you mean `\(root).\($0)`?" }
                        ?? "it has: \(known.keys.sorted().joined(separator: ", "))")
            }
            result.type = type
            // The decision point always gives these.
            if root == "session", field != "id" { result.isTotal = true }
        }
        return result
    }

    /// One step into a value. Nothing says that the step exists.
    private func index(_ base: Result, by step: Term) throws(Fault) -> Result {
        guard base.type.isCollection || base.type == .unknown else {
            throw report(
                .conditionType, "`\(base.text)` is \(base.type.title) and has no parts", at: step.location,
                fix: "remove the step")
        }
        if case .string(let name) = step.kind {
            return Result(text: RegoText.member(name, of: base.text), type: base.type.element, isTotal: false)
        }
        let key = try compile(step)
        return Result(text: "\(base.text)[\(key.text)]", type: base.type.element, isTotal: false)
    }
}
