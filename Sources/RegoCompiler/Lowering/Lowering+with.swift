internal import RegoSyntax

extension Lowering {
    /// Nil after a report.
    func lower(with modifier: With) -> CoreWith? {
        guard let target = target(of: modifier) else {
            report(
                "rego_type_error", "with keyword target must reference existing input, data, or a function",
                modifier.target.location, fix: nearTarget(modifier))
            return nil
        }
        switch target {
        case .function(let replaced):
            if let function = functionValue(modifier.value) {
                let (have, want) = (arity(of: function), arity(of: replaced))
                guard have == want else {
                    report(
                        "rego_type_error",
                        "\(shownName(replaced)): arity mismatch: have \(have), want \(want)", modifier.value.location,
                        fix: "replace it by a function of \(want) argument\(want == 1 ? "" : "s"), or by a value")
                    return nil
                }
                return CoreWith(target: target, value: .function(function), location: modifier.location)
            }
        case .data(let path):
            for end in 1..<max(path.count, 1) where functions.rulePaths.contains(Array(path.prefix(end))) {
                report(
                    "rego_compile_error", "with keyword cannot partially replace virtual document(s)",
                    modifier.target.location, fix: "replace the whole of `\(dataPath(Array(path.prefix(end))))`")
                return nil
            }
        case .input: break
        }
        return CoreWith(
            target: target, value: lower(modifier.value, hoisted: true), location: modifier.location)
    }

    private func nearTarget(_ modifier: With) -> String? {
        var terms = [modifier.target]
        if case .ref(let ref) = modifier.target.kind { terms = ref.terms }
        guard terms.dropFirst().allSatisfy({ GroundKey($0) != nil }), case .variable(let first)? = terms.first?.kind
        else {
            return "the path of what is replaced has to be constant"
        }
        let written = Call(function: Ref(terms), arguments: []).functionName
        if let near = NearMiss.of(first, among: ["input", "data"]) { return "did you mean `\(near)`?" }
        return NearMiss.fix(written, among: functions.builtins.keys.sorted())
    }

    private func target(of modifier: With) -> CoreWith.Target? {
        let terms: [Term]
        switch modifier.target.kind {
        case .ref(let ref): terms = ref.terms
        case .variable: terms = [modifier.target]
        default: return nil
        }
        guard case .variable(let first)? = terms.first?.kind else { return nil }
        var keys: [GroundKey] = []
        for term in terms.dropFirst() {
            guard let key = GroundKey(term) else { return nil }
            keys.append(key)
        }
        if first == "input" { return .input(keys) }
        if first == "data" {
            return functions.rules[keys] == nil ? .data(keys) : .function(.rule(keys))
        }
        if let global = scope.globals[first], !names.hides(first), names.declared(first) == nil {
            let path = global.path + keys
            if global.root == .input { return .input(path) }
            return functions.rules[path] == nil ? .data(path) : .function(.rule(path))
        }
        let written = Call(function: Ref(terms), arguments: []).functionName
        guard functions.builtins[written] != nil else { return nil }
        if let problem = refusal(ofReplacing: written) {
            report(
                "rego_compile_error", "with keyword replacing built-in function: \(problem)", modifier.target.location)
        }
        return .function(.builtin(written))
    }

    private func arity(of function: FunctionName) -> Int {
        switch function {
        case .builtin(let name): functions.builtins[name]?.arity ?? 0
        case .rule(let path): functions.rules[path] ?? 0
        }
    }

    private func refusal(ofReplacing name: String) -> String? {
        guard let signature = functions.builtins[name] else { return nil }
        if ["eq", "rego.metadata.chain", "rego.metadata.rule"].contains(name) {
            return "replacement of \"\(name)\" invalid"
        }
        if name.hasPrefix("internal.") { return "replacement of internal function \"\(name)\" invalid" }
        if signature.isRelation { return "target must not be a relation" }
        if signature.isVoid { return "target must not be a void function" }
        return nil
    }

    /// The function that a `with` value names, if it names one.
    private func functionValue(_ value: Term) -> FunctionName? {
        let terms: [Term]
        switch value.kind {
        case .ref(let ref): terms = ref.terms
        case .variable: terms = [value]
        default: return nil
        }
        guard case .variable(let first)? = terms.first?.kind, names.declared(first) == nil else { return nil }
        let keys = terms.dropFirst().compactMap(GroundKey.init)
        guard keys.count == terms.count - 1 else { return nil }
        if first == "data" { return functions.rules[keys] == nil ? nil : .rule(keys) }
        if let global = scope.globals[first], global.root == .data, !names.hides(first) {
            let path = global.path + keys
            return functions.rules[path] == nil ? nil : .rule(path)
        }
        let written = Call(function: Ref(terms), arguments: []).functionName
        return functions.builtins[written] == nil ? nil : .builtin(written)
    }
}
