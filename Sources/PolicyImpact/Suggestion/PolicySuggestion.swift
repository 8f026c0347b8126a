public import PolicyDocuments
public import RegoSyntax

/// A policy that permits what was seen, and nothing else: a draft for people to read, not a judgement of what is right.
public struct PolicySuggestion: Sendable {
    /// One YAML file; empty where nothing was seen that the tree describes.
    public let text: String
    /// Pairs of agents and tools that it permits.
    public let permitted: Int
    /// What was seen and is not in it, with the reason, a line each.
    public let omitted: [String]

    /// A list of values is proposed only where each was seen this often on the average.
    private static let callsPerValue = 3

    /// - Parameters:
    ///   - tree: the agents and tools that the policies are for.
    ///   - isShadow: whether the policies are to be drafts that decide nothing.
    /// - Throws: what is wrong in the tree.
    public init(of traffic: ObservedTraffic, for tree: PolicyTree, isShadow: Bool) throws(Diagnostics) {
        let findings = Findings(files: tree.files)
        let catalog = PolicyCatalog(tree, findings: findings)
        guard !findings.hasErrors else { throw Diagnostics(findings.sorted) }
        let tools = Dictionary(catalog.tools.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let agents = Dictionary(catalog.agents.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let taken = Set(catalog.policies.map(\.name))
        var documents: [String] = []
        var omitted: [String] = []
        for (pair, use) in traffic.uses.sorted(by: { $0.key < $1.key }) {
            let what = "\(use.calls) calls of `\(pair.tool)` by `\(pair.agent)`"
            guard let tool = tools[pair.tool] else {
                omitted.append("\(what): no document describes the tool")
                continue
            }
            guard let agent = agents[pair.agent] else {
                omitted.append("\(what): no document describes the agent")
                continue
            }
            guard agent.isInScope(pair.tool) else {
                omitted.append("\(what): outside of the agent's scopes")
                continue
            }
            documents.append(Self.document(pair, use, tool, taken, isShadow))
        }
        permitted = documents.count
        self.omitted = omitted
        let heading = """
            # Permits what was seen in \(traffic.calls) calls, and nothing else. What agents did is not what they should do: read each
            # line, give limits some room, and take out what surprises you. Then try it: aegis policy replay

            """
        text = documents.isEmpty ? "" : heading + documents.joined(separator: "---\n")
    }

    /// What is proposed must compile beside what is there.
    /// - Throws: what is wrong in it.
    public func check(in tree: PolicyTree) throws(Diagnostics) {
        let name = "suggested.yaml"
        let proposed = PolicyTree(
            files: tree.files.filter { $0.name != name } + [SourceFile(name: name, text: text)])
        let wrong = PolicyCompiler.lint(proposed).filter { $0.location.file == name }
        if !wrong.isEmpty { throw Diagnostics(wrong) }
    }

    private static func document(
        _ pair: ObservedTraffic.Pair, _ use: ObservedTraffic.Use, _ tool: ToolDocument, _ taken: Set<String>,
        _ isShadow: Bool
    ) -> String {
        var name = "seen-\(pair.agent)-\(pair.tool)"
        if name.utf8.count > 120 { name = String(name.prefix(120)) }
        while taken.contains(name) { name += "-2" }
        var text = """
            # \(use.calls) calls from \(use.first.prefix(19))Z to \(use.last.prefix(19))Z, at most \(use.peak) in a second.
            aegis: v1
            kind: Policy
            name: \(name)
            agents: [\(pair.agent)]
            tools: [\(pair.tool)]

            """
        if isShadow { text += "mode: shadow  # a draft: it decides nothing until this line goes\n" }
        let callers = use.callers.sorted().joined(separator: ", ")
        text += "max_chain_depth: \(use.deepestChain)"
        text += use.callers.isEmpty ? "  # nobody stood before the agent\n" : "  # seen before the agent: \(callers)\n"
        var lines: [Line] = []
        var unsaid: [String] = []
        for parameter in tool.describedParameters {
            if let seen = use.parameters[parameter.name], let found = condition(parameter, seen) {
                lines += found
            } else {
                unsaid.append(parameter.name)
            }
        }
        text += "rules:\n  - name: as-seen\n    effect: allow\n"
        if !lines.isEmpty { text += "    when:\n" }
        for line in lines { text += "      - \(quoted(line.condition))  # \(line.note)\n" }
        if !unsaid.isEmpty {
            text +=
                "    # Nothing is said about \(unsaid.joined(separator: ", ")): hidden, optional, or of many values.\n"
        }
        return text
    }

    private typealias Line = (condition: String, note: String)

    private static func condition(
        _ described: ToolDocument.DescribedParameter, _ seen: ObservedTraffic.Parameter
    ) -> [Line]? {
        guard described.canBeNamed, !described.isSensitive else { return nil }
        let place = RegoText.member(described.name, of: "params")
        switch described.type {
        case "number", "integer":
            guard seen.numbers == seen.calls, let least = seen.least, let most = seen.most else { return nil }
            let note = "seen \(least.text) to \(most.text) in \(seen.calls) calls"
            var lines: [Line] = [("\(place) <= \(most.text)", note)]
            if least.value < 0 { lines.append(("\(place) >= \(least.text)", note)) }
            return lines
        case "string", "boolean":
            guard let values = seen.values, !values.isEmpty, seen.numbers == 0,
                described.type == "boolean" || seen.calls >= values.count * callsPerValue,
                !values.keys.contains(where: isRedacted)
            else { return nil }
            let sorted = values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let note = "seen: " + sorted.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            let literals = values.keys.sorted()
            return [
                literals.count == 1
                    ? ("\(place) == \(literals[0])", note)
                    : ("\(place) in [\(literals.joined(separator: ", "))]", note)
            ]
        default: return nil
        }
    }

    /// What a detector took out of a record stands in brackets.
    private static func isRedacted(_ value: String) -> Bool { value.contains("[") || value.contains("…") }

    /// A YAML scalar in single quotes.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
