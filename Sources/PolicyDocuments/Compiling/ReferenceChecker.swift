import Redaction
import RegoSyntax

/// Checks that names are unique and that what documents name exists.
struct ReferenceChecker {
    let catalog: PolicyCatalog
    /// Nil when the policies are only looked at.
    let tenant: String?
    let findings: Findings

    func check() {
        checkNames(catalog.agents.map(\.header))
        checkNames(catalog.tools.map(\.header))
        checkNames(catalog.policies.map(\.header))
        if catalog.tenants.count > 1 {
            findings.error(
                .duplicateName, "a tree describes one tenant, and this is another", at: catalog.tenants[1].nameLocation,
                fix: "keep one document of kind Tenant")
        }
        if let document = catalog.tenants.first, let tenant, document.name != tenant {
            findings.error(
                .contradiction, "the tenant here is `\(document.name)`, and the policies are compiled for `\(tenant)`",
                at: document.nameLocation, fix: "compile them for `\(document.name)`, or correct the name")
        }
        if let document = catalog.tenants.first, document.node[name: "when_stale"] != nil,
            document.node[name: "stale_after"] == nil
        {
            findings.error(
                .contradiction, "`when_stale` says what happens then, and nothing says when: `stale_after` is missing",
                at: document.nameLocation, fix: "add stale_after: 24h")
        }
        checkNames(catalog.approvers)
        checkUnique(catalog.agents.flatMap { agent in agent.identities.map { (agent.name, $0) } }, .duplicateIdentity) {
            ("the agent `\($0)` has this identity too", "a caller is one agent: give each its own identity")
        }
        checkUnique(catalog.tools.flatMap { tool in tool.matches.map { (tool.name, $0) } }, .duplicateMatch) {
            ("the tool `\($0)` matches the same calls", "a call is one of one tool: make one of the two more specific")
        }
        for tool in catalog.tools { tool.checkReferences(findings) }
        checkNames(catalog.detectors.map(\.header))
        for detector in catalog.detectors { detector.check(findings) }
        if catalog.detectors.count > CustomDetectors.most {
            findings.error(
                .outOfRange, "there are \(catalog.detectors.count) detectors",
                at: catalog.detectors[CustomDetectors.most].header.nameLocation,
                fix: "a tenant may have \(CustomDetectors.most): join some of their patterns with `|`")
        }
        let detectors = Redactor.detectorNames + catalog.detectors.map(\.name)
        for policy in catalog.policies { check(detectors, of: policy) }
        guard catalog.isWhole else { return }
        for agent in catalog.agents {
            checkTools(agent.scopes)
            checkAgents(agent.acceptsFrom)
            checkAgents(agent.mayActAs)
        }
        for tool in catalog.tools {
            if let agent = tool.agent { checkAgents([agent]) }
        }
        for policy in catalog.policies {
            checkAgents(policy.agents)
            checkTools(policy.tools ?? [])
            for clause in policy.clauses {
                if case .deniedCallers(let callers) = clause.kind { checkAgents(callers) }
            }
        }
    }

    private func checkNames(_ headers: [DocumentHeader]) {
        var first: [String: DocumentHeader] = [:]
        for header in headers {
            if let other = first[header.name] {
                findings.error(
                    .duplicateName,
                    "another \(header.kind) has the name `\(header.name)`: "
                        + "\(other.nameLocation.file):\(other.nameLocation.line)",
                    at: header.nameLocation, fix: "give it a name of its own")
            } else {
                first[header.name] = header
            }
        }
    }

    private func checkUnique(
        _ items: [(owner: String, text: Located<String>)], _ code: PolicyCode,
        _ message: (String) -> (message: String, fix: String)
    ) {
        var owners: [String: String] = [:]
        for (owner, text) in items {
            if let other = owners[text.value] {
                let (message, fix) = message(other)
                findings.error(code, message, at: text.location, fix: fix)
            } else {
                owners[text.value] = owner
            }
        }
    }

    private func checkAgents(_ globs: [Located<NameGlob>]) {
        check(globs, among: catalog.agentNames, .unknownAgent, "agent")
    }

    private func checkTools(_ globs: [Located<NameGlob>]) {
        check(globs, among: catalog.toolNames, .unknownTool, "tool")
    }

    private func check(_ globs: [Located<NameGlob>], among names: NameIndex, _ code: PolicyCode, _ what: String) {
        for glob in globs where !glob.value.matchesAll && TextFormat.glob.accepts(glob.value.text) {
            guard !names.has(glob.value) else { continue }
            if glob.value.isExact {
                findings.error(
                    code, "there is no \(what) `\(glob.value.text)`", at: glob.location,
                    fix: NearMiss.of(glob.value.text, among: names.names).map { "did you mean `\($0)`?" }
                        ?? "add a document of kind \(what == "agent" ? "Agent" : "Tool"), or correct the name")
            } else {
                findings.warning(
                    .unusedGlob, "`\(glob.value.text)` matches no \(what)", at: glob.location,
                    fix: "correct it, or remove it")
            }
        }
    }

    private func check(_ detectors: [String], of policy: PolicyDocument) {
        let tools = catalog.tools(of: policy)
        for sanitizer in policy.sanitizers {
            for detector in sanitizer.detectors where !detectors.contains(detector.value) {
                findings.error(
                    .unknownDetector, "there is no detector `\(detector.value)`", at: detector.location,
                    fix: NearMiss.of(detector.value, among: detectors).map { "did you mean `\($0)`?" }
                        ?? "use one of \(detectors.sorted().joined(separator: ", "))")
            }
            // What a tool answers has no schema.
            for path in sanitizer.paths where !sanitizer.isOnResult {
                for tool in tools { tool.checkPath(path, findings) }
            }
        }
    }
}

extension PolicyDocument {
    var sanitizers: [Sanitizer] {
        clauses.flatMap { clause -> [Sanitizer] in
            switch clause.kind {
            case .sanitize(let sanitizers): sanitizers
            case .rule(let rule): rule.sanitizers
            default: []
            }
        }
    }
}
