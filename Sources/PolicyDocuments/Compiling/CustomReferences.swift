import RegoSyntax

/// What a hand-written Rego file reads of a call must be there to be read. A misspelt name is undefined, and a rule over it
/// silently never holds: in a denial that would let calls through.
struct CustomReferences {
    /// The tools that the policy speaks about.
    let tools: [ToolDocument]
    let findings: Findings

    /// What `input` has (docs/reference/policy-language.md).
    static let names = [
        "tenant", "agent", "tool", "params", "chain", "session", "context", "now", "request", "approval", "phase",
    ]

    func check(_ module: Module) {
        let aliases = Dictionary(
            module.imports.map { ($0.name, names(of: $0.path)) }, uniquingKeysWith: { first, _ in first })
        TermWalk { ref, location in
            var path = names(of: ref)
            if let first = path.first, let whole = aliases[first] { path = whole + path.dropFirst() }
            guard path.first == "input", path.count > 1 else { return }
            guard Self.names.contains(path[1]) else {
                return findings.error(
                    .conditionName, "`input` has no `\(path[1])`", at: location,
                    fix: NearMiss.of(path[1], among: Self.names).map { "did you mean `input.\($0)`?" }
                        ?? "use one of \(Self.names.joined(separator: ", "))")
            }
            if path[1] == "params", path.count > 2 { check(parameter: path[2], at: location) }
        }.walk(module)
    }

    private func check(parameter name: String, at location: SourceLocation) {
        // A tool without a schema may have any parameter.
        guard !tools.isEmpty, tools.allSatisfy({ $0.parameters != nil }),
            !tools.contains(where: { $0.parameters?.property(name) != nil })
        else { return }
        let known = Set(tools.flatMap { $0.parameters?.names ?? [] }).sorted()
        findings.error(
            .unknownParameter, "none of the policy's tools has a parameter `\(name)`", at: location,
            fix: NearMiss.of(name, among: known).map { "did you mean `\($0)`?" }
                ?? "declare it in a tool's `parameters`, or correct the name")
    }

    /// The leading names of a reference: `input.params[x].y` is `input`, `params`.
    private func names(of ref: Ref) -> [String] {
        guard case .variable(let root)? = ref.terms.first?.kind else { return [] }
        var path = [root]
        for step in ref.terms.dropFirst() {
            guard case .string(let name) = step.kind else { break }
            path.append(name)
        }
        return path
    }
}
