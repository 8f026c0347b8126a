import RegoSyntax

/// Checks that what tests name exists: a test of an agent that there is not would pass for the wrong reason.
struct PolicyTestChecker {
    let catalog: PolicyCatalog
    let findings: Findings

    func check() {
        for test in catalog.tests {
            var seen: Set<String> = []
            for one in test.cases {
                if !seen.insert(one.name).inserted {
                    findings.error(
                        .duplicateName, "the test has two cases named `\(one.name)`", at: one.location,
                        fix: "give it a name of its own")
                }
                check(given: one.givenNode)
                if catalog.isWhole { check(expected: one.expectedNode) }
            }
        }
    }

    /// Also for a call that stands alone, as `aegis policy explain` takes it.
    func check(given node: LocatedNode) {
        if let agent = node[name: "agent"] {
            checkName(agent, among: catalog.agents.map(\.name), .unknownAgent, "agent")
        } else {
            findings.error(
                .missingField, "a given call needs the field `agent`", at: node.location, fix: "add `agent`: who calls")
        }
        let tools = catalog.tools.map(\.name)
        if let tool = node[name: "tool"] {
            checkName(tool, among: tools, .unknownTool, "tool")
        } else if node[name: "request"] == nil {
            findings.error(
                .missingField, "a given call needs `tool` or `request`", at: node.location,
                fix: "add `tool`: what is called")
        }
        for agent in node[name: "chain"]?.elements ?? [] {
            checkName(agent, among: catalog.agents.map(\.name), .unknownAgent, "agent")
        }
        for call in node[name: "earlier"]?.elements ?? [] {
            if let tool = call[name: "tool"] { checkName(tool, among: tools, .unknownTool, "tool") }
        }
        for count in node[name: "session"]?[name: "tools"]?.entries ?? [] {
            checkName(count.key, at: count.keyLocation, among: tools, .unknownTool, "tool")
            if !(0...1000).contains(count.value.integer ?? -1) {
                findings.error(
                    .outOfRange, "`\(count.key)` is no count of calls", at: count.value.location,
                    fix: "write a whole number from 0 to 1000")
            }
        }
        for spent in node[name: "spent"]?.elements ?? [] { check(spent: spent) }
    }

    private func check(spent node: LocatedNode) {
        guard let name = node[name: "policy"] else { return }
        checkName(name, among: catalog.policies.map(\.name), .unknownPolicy, "policy")
        guard let policy = catalog.policies.first(where: { $0.name == name.string }),
            let budget = node[name: "budget"], let field = budget.string
        else { return }
        guard let limit = policy.header.node[name: field]?.string.flatMap(Money.init) else {
            return findings.error(
                .needsField, "the policy `\(policy.name)` has no `\(field)`", at: budget.location,
                fix: "name a budget that it has")
        }
        if let amount = node[name: "amount"], let spent = amount.string.flatMap(Money.init),
            spent.currency != limit.currency
        {
            findings.error(
                .contradiction, "`\(field)` is in \(limit.currency), and this in \(spent.currency)",
                at: amount.location, fix: "write the amount in \(limit.currency)")
        }
    }

    private func check(expected node: LocatedNode) {
        if let tool = node[name: "tool"] { checkName(tool, among: catalog.tools.map(\.name), .unknownTool, "tool") }
        guard let name = node[name: "policy"] else { return }
        checkName(name, among: catalog.policies.map(\.name), .unknownPolicy, "policy")
        guard let policy = catalog.policies.first(where: { $0.name == name.string }), let rule = node[name: "rule"],
            let text = rule.string
        else { return }
        let names = policy.clauses.map(\.name) + (policy.regoFile == nil ? [] : ["rego"])
        // A count is named with what it counts: `max_distinct params.to`.
        let isCount = text.hasPrefix("max_distinct ") && names.contains("max_distinct")
        guard !names.contains(text), !isCount else { return }
        findings.error(
            .unknownRule, "the policy `\(policy.name)` has no rule `\(text)`", at: rule.location,
            fix: NearMiss.of(text, among: names).map { "did you mean `\($0)`?" }
                ?? "use one of \(names.joined(separator: ", "))")
    }

    private func checkName(_ node: LocatedNode, among names: [String], _ code: PolicyCode, _ what: String) {
        guard let name = node.string, TextFormat.name.accepts(name) else { return }
        checkName(name, at: node.location, among: names, code, what)
    }

    private func checkName(
        _ name: String, at location: SourceLocation, among names: [String], _ code: PolicyCode, _ what: String
    ) {
        guard catalog.isWhole, !names.contains(name) else { return }
        findings.error(
            code, "there is no \(what) `\(name)`", at: location,
            fix: NearMiss.of(name, among: names).map { "did you mean `\($0)`?" }
                ?? "add a document of kind \(what == "agent" ? "Agent" : what == "tool" ? "Tool" : "Policy"), or correct the name"
        )
    }
}
