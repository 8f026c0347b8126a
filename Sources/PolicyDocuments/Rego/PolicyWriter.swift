import RegoSyntax

/// Writes the Rego of one policy: `aegis/policies/NAME.rego`.
///
/// Each finding is an array that starts with the place of its clause in the policy and the clause's name, so that the
/// first in document order is the smallest.
struct PolicyWriter {
    let policy: PolicyDocument
    /// The tools that it speaks about.
    let tools: [ToolDocument]
    /// The lines of the file that it stands in.
    let lines: SourceLines?
    let findings: Findings

    private var rules: [String] = []
    private var used: Set<String> = []
    private var names: Set<String> = []

    init(policy: PolicyDocument, tools: [ToolDocument], lines: SourceLines?, findings: Findings) {
        self.policy = policy
        self.tools = tools
        self.lines = lines
        self.findings = findings
    }

    /// What a policy can find. What it has `found` has the members that it has rules for; its `verdict` has them all.
    static let kinds = ["deny", "approval", "allow", "unclear", "sanitize", "budgets", "rates", "distinct"]

    /// Where the policy's rules stand under `data`.
    static func package(of name: String) -> String { "aegis.policies[\(RegoText.string(name))]" }

    static func path(of name: String) -> String { "aegis/policies/\(name).rego" }

    mutating func write() -> String {
        for (index, clause) in policy.clauses.enumerated() { write(clause, index) }
        if policy.regoFile != nil { writeDelegation(policy.clauses.count) }
        let place = policy.header.node.location
        var text = "# Policy \(policy.name), written in \(place.file):\(place.line).\n"
        if let description = policy.header.description {
            text += comment(description)
        }
        let members = Self.kinds.filter(used.contains).map { "\t\"\($0)\": \($0),\n" }
        text +=
            "package \(Self.package(of: policy.name))\n\nverdict := object.union(data.aegis.no_findings, found)\n\nfound := "
        text += members.isEmpty ? "{}" : "{\n\(members.joined())}"
        return text + "\n\n" + rules.joined(separator: "\n\n") + (rules.isEmpty ? "" : "\n")
    }

    // MARK: Clauses

    private mutating func write(_ clause: PolicyDocument.Clause, _ index: Int) {
        switch clause.kind {
        case .effect(let effect):
            rule(clause, index, effect, [], approval: policy.approval, note: "effect: \(effect.rawValue)")
        case .maximumAmount(let limit, let isHard):
            guard let condition = amount(above: limit, clause) else { return }
            let note = "\(clause.name): \(limit)"
            if isHard {
                deny(clause, index, "amount_exceeded", "the amount is above \(limit)", [condition], note: note)
            } else {
                approve(
                    clause, index, "an amount above \(limit) needs approval", [condition], policy.approval, note: note)
            }
        case .approvalNeeded(let nodes):
            guard let conditions = compile(nodes) else { return }
            approve(
                clause, index, "policy `\(policy.name)` asks for approval of this call", conditions, policy.approval,
                note: "approval_needed: \(conditions.map(\.written).joined(separator: ", "))")
        case .sanitize(let sanitizers): sanitize(clause, index, sanitizers, [], note: "sanitize")
        case .endpoints(let endpoints): write(endpoints: endpoints, clause, index)
        case .domains(let domains): write(domains: domains, clause, index)
        case .require(let entries): write(requirements: entries, clause, index)
        case .deniedCallers(let globs): write(deniedCallers: globs, clause, index)
        case .maximumDepth(let depth):
            used.insert("deny")
            let finding = finding(index, clause, "chain_too_deep", "more than \(depth) callers stand before the agent")
            rules.append("# max_chain_depth: \(depth)\ndeny contains \(finding) if count(input.chain) > \(depth)")
        case .budget(let window, let money): write(window, money, clause, index)
        case .rate(let rps, let burst):
            used.insert("rates")
            rules.append(
                "# rps: \(rps)\nrates contains [\(index), {\(head(clause)), \"per\": \"\(policy.per)\", \"rps\": \(rps), \"burst\": \(burst)}]"
            )
        case .distinct(let counts): write(distinct: counts, clause, index)
        case .rule(let value):
            guard let conditions = compile(value.conditions) else { return }
            let note = "rule \(clause.name): \(value.effect.rawValue)"
            if value.effect == .sanitize {
                sanitize(clause, index, value.sanitizers, conditions, note: note)
            } else {
                rule(
                    clause, index, value.effect, conditions, approval: value.approval ?? policy.approval,
                    reason: value.reason, note: note)
            }
        }
    }

    private mutating func rule(
        _ clause: PolicyDocument.Clause, _ index: Int, _ effect: PolicyDocument.Effect, _ conditions: [Condition],
        approval: PolicyDocument.Approval?, reason: String? = nil, note: String
    ) {
        switch effect {
        case .allow:
            allow(clause, index, reason ?? "policy `\(policy.name)` permits this call", conditions, note: note)
        case .deny:
            deny(
                clause, index, "policy_deny", reason ?? "policy `\(policy.name)` denies this call", conditions,
                note: note)
        case .approvalNeeded:
            approve(
                clause, index, reason ?? "policy `\(policy.name)` asks for approval of this call", conditions, approval,
                note: note)
        case .sanitize: return
        }
    }

    private mutating func compile(_ nodes: [LocatedNode]) -> [Condition]? {
        ConditionCompiler(tools: tools, lines: lines, findings: findings).compile(nodes)
    }

    /// `params.amount > limit`, reported at the shorthand when a tool has no such parameter.
    private func amount(above limit: String, _ clause: PolicyDocument.Clause) -> Condition? {
        var isTotal = true
        for tool in tools {
            let property = tool.parameters?.property("amount")
            guard let property, property.schema.singleType == .number || property.schema.singleType == .integer else {
                findings.error(
                    .unknownParameter, "the tool `\(tool.name)` has no numeric parameter `amount` for `\(clause.name)`",
                    at: clause.location, fix: "declare it in the tool, or name only tools that have it")
                return nil
            }
            if !property.isRequired {
                isTotal = false
                if !property.hasDefault {
                    findings.error(
                        .optionalParameter,
                        "the parameter `amount` of the tool `\(tool.name)` is optional and has no default",
                        at: clause.location, fix: "make it required, or give it a `default` in the schema")
                    return nil
                }
            }
        }
        return Condition(
            written: "params.amount > \(limit)", holds: "input.params.amount > \(limit)",
            fails: "input.params.amount <= \(limit)", isTotal: isTotal && !tools.isEmpty)
    }

    // MARK: Outcomes

    private mutating func deny(
        _ clause: PolicyDocument.Clause, _ index: Int, _ code: String, _ message: String, _ conditions: [Condition],
        note: String
    ) {
        used.insert("deny")
        let matched = finding(index, clause, code, message)
        let unclear = finding(index, clause, "evaluation_error", unclearMessage(clause))
        emit("deny", clause, matched: matched, unclear: ("deny", unclear), conditions, note: note)
    }

    private mutating func approve(
        _ clause: PolicyDocument.Clause, _ index: Int, _ message: String, _ conditions: [Condition],
        _ approval: PolicyDocument.Approval?, note: String
    ) {
        used.insert("approval")
        let approval = approval ?? PolicyDocument.Approval()
        let terms = Self.terms(approval)
        let matched = finding(index, clause, "approval_required", message, terms)
        let unclear = finding(index, clause, "evaluation_error", unclearMessage(clause), terms)
        emit("approval", clause, matched: matched, unclear: ("approval", unclear), conditions, note: note)
    }

    private mutating func allow(
        _ clause: PolicyDocument.Clause, _ index: Int, _ message: String, _ conditions: [Condition], note: String
    ) {
        used.insert("allow")
        let matched = finding(index, clause, "policy_allow", message)
        let unclear = finding(index, clause, "evaluation_error", unclearMessage(clause))
        emit("allow", clause, matched: matched, unclear: ("unclear", unclear), conditions, note: note)
    }

    private mutating func sanitize(
        _ clause: PolicyDocument.Clause, _ index: Int, _ sanitizers: [PolicyDocument.Sanitizer],
        _ conditions: [Condition],
        note: String
    ) {
        used.insert("sanitize")
        for (position, sanitizer) in sanitizers.enumerated() {
            let paths = sanitizer.paths.isEmpty ? ["$"] : sanitizer.paths.map(\.value)
            let action = sanitizer.action.map { ", \"action\": \"\($0)\"" } ?? ""
            let target = sanitizer.isOnResult ? ", \"on\": \"result\"" : ""
            let element =
                "[\(index), \(position), {\(head(clause)), \"detectors\": \(RegoText.strings(sanitizer.detectors.map(\.value))), "
                + "\"paths\": \(RegoText.strings(paths))\(action)\(target)}]"
            emit("sanitize", clause, matched: element, unclear: ("sanitize", element), conditions, note: note)
        }
    }

    /// The rules that add `matched` when all conditions hold, and `unclear` when that cannot be told: no condition is
    /// false, and not all of them are true.
    private mutating func emit(
        _ kind: String, _ clause: PolicyDocument.Clause, matched: String, unclear: (kind: String, finding: String),
        _ conditions: [Condition], note: String
    ) {
        let heading = comment(note)
        if conditions.isEmpty {
            return rules.append("\(heading)\(kind) contains \(matched)")
        }
        if conditions.allSatisfy(\.isTotal) {
            return rules.append("\(heading)\(kind) contains \(matched) if \(body(conditions.map(\.holds)))")
        }
        used.insert(unclear.kind)
        let name = helperName(clause.name)
        var text = "\(heading)\(kind) contains \(matched) if \(name)_holds\n\n"
        text += "\(unclear.kind) contains \(unclear.finding) if {\n\tnot \(name)_holds\n\tnot \(name)_fails\n}\n\n"
        text += "\(name)_holds if \(body(conditions.map(\.holds)))"
        for condition in conditions { text += "\n\n\(name)_fails if \(condition.fails)" }
        rules.append(text)
    }

    /// Names of helper rules stay apart, also where two clauses map to one identifier.
    private mutating func helperName(_ clause: String) -> String {
        let base = RegoText.identifier(clause)
        var name = base
        var number = 2
        while !names.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }

    // MARK: Guards

    private mutating func write(endpoints: [Endpoint], _ clause: PolicyDocument.Clause, _ index: Int) {
        let bodies = endpoints.map { endpoint -> [String] in
            var lines: [String] = []
            if endpoint.method != "*" { lines.append("input.request.method == \(RegoText.string(endpoint.method))") }
            return lines + pathTest(endpoint.path)
        }
        wireGuard(
            clause, index, "endpoint_not_allowed", "this method and path are not on the list of allowed endpoints",
            name: "endpoint_allowed", bodies)
    }

    private mutating func write(domains: [DomainGlob], _ clause: PolicyDocument.Clause, _ index: Int) {
        let bodies = domains.map { domain -> [String] in
            switch domain.kind {
            case .every: ["data.aegis.request_host"]
            case .exact(let host): ["data.aegis.request_host == \(RegoText.string(host))"]
            case .below(let suffix): ["endswith(data.aegis.request_host, \(RegoText.string(suffix)))"]
            }
        }
        wireGuard(
            clause, index, "egress_not_allowed", "this host is not on the list of allowed domains",
            name: "domain_allowed",
            bodies)
    }

    private func pathTest(_ path: PathGlob) -> [String] {
        switch path.kind {
        case .exact(let text): ["data.aegis.request_path == \(RegoText.string(text))"]
        case .below(let prefix): ["startswith(data.aegis.request_path, \(RegoText.string(prefix)))"]
        case .pattern(let pattern): ["regex.match(\(RegoText.string(pattern)), data.aegis.request_path)"]
        }
    }

    /// A guard over what is on the wire: it speaks about tools that HTTP requests match, and denies where the request is
    /// not known.
    private mutating func wireGuard(
        _ clause: PolicyDocument.Clause, _ index: Int, _ code: String, _ message: String, name: String,
        _ bodies: [[String]]
    ) {
        let wired = tools.filter(\.hasHTTP)
        guard !wired.isEmpty else {
            return findings.warning(
                .withoutEffect, "`\(clause.name)` has no effect: none of the policy's tools matches HTTP requests",
                at: clause.location, fix: "give the tools an `http` match, or remove the field")
        }
        used.insert("deny")
        let finding = finding(index, clause, code, message)
        var lines: [String] = []
        if wired.count < tools.count { lines.append("data.aegis.tables.http_tools[input.tool.name]") }
        if !bodies.isEmpty { lines.append("not \(name)") }
        var text = "\(comment(clause.name))deny contains \(finding)" + (lines.isEmpty ? "" : " if \(body(lines))")
        for lines in bodies { text += "\n\n\(name) if \(body(lines))" }
        rules.append(text)
    }

    private mutating func write(requirements: [LocatedNode.Entry], _ clause: PolicyDocument.Clause, _ index: Int) {
        used.insert("deny")
        for entry in requirements {
            let path = RegoText.member(entry.key, of: "input.context")
            let code = entry.key == "purpose" ? "purpose_missing" : "policy_deny"
            let test: String
            let values: [String]
            if case .list(let elements) = entry.value.kind {
                values = elements.map(RegoText.literal)
                test = "\(path) in \(RegoText.set(values))"
            } else {
                values = [RegoText.literal(entry.value)]
                test = "\(path) == \(values[0])"
            }
            let listed = values.map { "`\($0.filter { $0 != "\"" })`" }.joined(separator: " or ")
            let finding = finding(index, clause, code, "the context must say \(entry.key) \(listed)")
            let name = helperName("required_\(entry.key)")
            rules.append(
                "# require: \(entry.key)\ndeny contains \(finding) if not \(name)\n\n\(name) if \(test)")
        }
    }

    private mutating func write(deniedCallers globs: [Located<NameGlob>], _ clause: PolicyDocument.Clause, _ index: Int)
    {
        guard !globs.isEmpty else { return }
        used.insert("deny")
        let finding = finding(index, clause, "caller_not_allowed", "a caller in the chain is denied")
        let exact = globs.filter { $0.value.isExact }.map { RegoText.string($0.value.text) }
        var text = "# denied_callers"
        if !exact.isEmpty {
            text +=
                "\ndeny contains \(finding) if {\n\tsome caller in input.chain\n\tcaller in \(RegoText.set(exact))\n}"
        }
        for glob in globs where !glob.value.isExact {
            let pattern = "^" + glob.value.text.replacing(".", with: "\\.").replacing("*", with: ".*") + "$"
            text +=
                "\(text.hasSuffix("}") ? "\n\n" : "\n")deny contains \(finding) if {\n\tsome caller in input.chain\n"
            text += "\tregex.match(\(RegoText.string(pattern)), caller)\n}"
        }
        rules.append(text)
    }

    // MARK: Budgets, Rego files

    private mutating func write(
        _ window: PolicyDocument.Window, _ money: Money, _ clause: PolicyDocument.Clause, _ index: Int
    ) {
        guard let cost = policy.cost,
            let text = ConditionCompiler(tools: tools, lines: lines, findings: findings).compileNumber(cost)
        else { return }
        used.insert("budgets")
        rules.append(
            "# \(clause.name)\nbudgets contains [\(index), {\n\t\(head(clause)), \"window\": \"\(window.rawValue)\", "
                + "\"per\": \"\(policy.per)\",\n\t\"limit_micros\": \(money.micros), \"currency\": \"\(money.currency)\", "
                + "\"cost\": cost,\(policy.isRefundable ? "" : " \"refund\": \"never\",")\n}]")
        guard names.insert("cost").inserted else { return }
        rules.append(
            "# cost: \(cost.string ?? text)\n# Null when it is no number, or a negative one: the call is then denied.\n"
                + "default cost := null\n\ncost := amount if {\n\tamount := \(text)\n\tis_number(amount)\n\tamount >= 0\n}"
        )
    }

    private mutating func write(
        distinct counts: [PolicyDocument.Distinct], _ clause: PolicyDocument.Clause, _ index: Int
    ) {
        for count in counts {
            let compiler = ConditionCompiler(tools: tools, lines: lines, findings: findings)
            guard let text = compiler.compileTerm(count.of) else { continue }
            used.insert("distinct")
            let name = helperName("counted")
            let rule = "\(clause.name) \(count.of.string ?? "")"
            rules.append(
                "\(comment("max_distinct: \(count.of.string ?? text), \(count.limit)"))distinct contains [\(index), {\n\t\"policy\": "
                    + "\(RegoText.string(policy.name)), \"rule\": \(RegoText.string(rule)),\n\t\"limit\": \(count.limit), "
                    + "\"value\": \(name),\n}]\n\n# Null when there is none: the call is then denied.\n"
                    + "default \(name) := null\n\n\(name) := \(text)")
        }
    }

    /// A Rego file's `deny`, `approval_needed`, `allow` and `sanitize` rules, as findings of this policy.
    private mutating func writeDelegation(_ index: Int) {
        used.formUnion(["deny", "approval", "allow", "sanitize"])
        let approval = policy.approval ?? PolicyDocument.Approval()
        let terms = Self.terms(approval, isOfEachReason: true)
        let custom = "data.aegis.custom[\(RegoText.string(policy.name))]"
        rules.append(
            """
            # rego: \(policy.regoFile?.value ?? "")
            deny contains [\(index), "rego", "policy_deny", message] if some message in \(custom).deny

            approval contains [\(index), "rego", "approval_required", message, \(terms)] if {
            \tsome message in \(custom).approval_needed
            }

            allow contains [\(index), "rego", "policy_allow", "policy `\(policy.name)` permits this call"] if {
            \t\(custom).allow == true
            }

            sanitize contains [\(index), 0, object.union(
            \t{\(RegoText.string("policy")): \(RegoText.string(policy.name)), "rule": "rego", "paths": ["$"]},
            \tsanitizer,
            )] if {
            \tsome sanitizer in \(custom).sanitize
            }
            """)
    }

    // MARK: Pieces

    /// What an approval asks for, as a Rego object; what is left to chance is left out.
    /// - Parameter isOfEachReason: whether consent is to what the rule said alone.
    private static func terms(_ approval: PolicyDocument.Approval, isOfEachReason: Bool = false) -> String {
        let escalation = approval.escalateAfter.map {
            ", \"escalate_after_s\": \($0), \"escalate_to\": \(RegoText.strings(approval.escalateTo))"
        }
        return "{\"approvers\": \(RegoText.strings(approval.approvers)), \"quorum\": \(approval.quorum), "
            + "\"expires_after_s\": \(approval.expiresAfter), \"notify\": \(RegoText.strings(approval.notify))"
            + (escalation ?? "") + (isOfEachReason ? ", \"each_reason\": true" : "") + "}"
    }

    private func finding(
        _ index: Int, _ clause: PolicyDocument.Clause, _ code: String, _ message: String, _ more: String? = nil
    ) -> String {
        let fixed = [String(index), RegoText.string(clause.name), RegoText.string(code), RegoText.string(message)]
        return "[" + (fixed + (more.map { [$0] } ?? [])).joined(separator: ", ") + "]"
    }

    private func head(_ clause: PolicyDocument.Clause) -> String {
        "\"policy\": \(RegoText.string(policy.name)), \"rule\": \(RegoText.string(clause.name))"
    }

    private func unclearMessage(_ clause: PolicyDocument.Clause) -> String {
        "`\(clause.name)` of policy `\(policy.name)` could not be evaluated"
    }

    private func body(_ lines: [String]) -> String {
        lines.count == 1 ? lines[0] : "{\n" + lines.map { "\t\($0)\n" }.joined() + "}"
    }

    private func comment(_ text: String) -> String {
        text.unicodeScalars.split {
            $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x2029
        }
        .map { "# \(String($0))\n" }.joined()
    }
}
