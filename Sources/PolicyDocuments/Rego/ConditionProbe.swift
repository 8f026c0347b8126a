package import RegoSyntax

/// Rules that say of each condition of a tree whether it holds or fails in a call: what an explanation asks. They stand
/// beside a bundle's modules and are never part of one.
package struct ConditionProbe: Sendable {
    package struct Clause: Sendable {
        package let policy: String
        /// The clause's place in its policy, which findings name too.
        package let place: Int
        package let conditions: [Probed]
    }

    package struct Probed: Sendable {
        /// As authored.
        package let text: String
        /// What it speaks about, such as `["params", "amount"]`.
        package let references: [[String]]
    }

    package let clauses: [Clause]
    /// `data.aegis.probes[POLICY].holds` and `.fails` are sets of `[clause, condition]`.
    package let modules: [SourceFile]

    /// - Parameter catalog: of a tree that compiles.
    package init(_ catalog: PolicyCatalog) {
        let findings = Findings(files: [])
        let lines = Dictionary(
            catalog.tree.files.map { ($0.name, SourceLines(file: $0)) }, uniquingKeysWith: { first, _ in first })
        var clauses: [Clause] = []
        var modules: [SourceFile] = []
        for policy in catalog.policies {
            let compiler = ConditionCompiler(
                tools: catalog.tools(of: policy), lines: lines[policy.header.node.location.file], findings: findings)
            var text = "package aegis.probes[\(RegoText.string(policy.name))]\n"
            for (place, clause) in policy.clauses.enumerated() {
                let conditions = Self.conditions(of: clause, compiler)
                guard !conditions.isEmpty else { continue }
                for (number, condition) in conditions.enumerated() {
                    text += "\nholds contains [\(place), \(number)] if \(condition.holds)\n"
                    text += "\nfails contains [\(place), \(number)] if \(condition.fails)\n"
                }
                clauses.append(
                    Clause(
                        policy: policy.name, place: place,
                        conditions: conditions.map {
                            Probed(text: $0.written, references: ConditionReferences.paths(in: $0.written))
                        }))
            }
            modules.append(SourceFile(name: "aegis/probes/\(policy.name).rego", text: Array(text.utf8)))
        }
        self.clauses = clauses
        self.modules = modules
    }

    private static func conditions(of clause: PolicyDocument.Clause, _ compiler: ConditionCompiler) -> [Condition] {
        switch clause.kind {
        case .maximumAmount(let limit, _):
            [
                Condition(
                    written: "params.amount > \(limit)", holds: "input.params.amount > \(limit)",
                    fails: "input.params.amount <= \(limit)", isTotal: false)
            ]
        case .maximumDepth(let depth):
            [
                Condition(
                    written: "count(chain) > \(depth)", holds: "count(input.chain) > \(depth)",
                    fails: "count(input.chain) <= \(depth)", isTotal: false)
            ]
        case .approvalNeeded(let nodes): compiler.compile(nodes) ?? []
        case .rule(let rule): compiler.compile(rule.conditions) ?? []
        default: []
        }
    }
}
