import RegoSyntax

/// Checks what the fields of a policy say together.
struct PolicyChecker {
    let catalog: PolicyCatalog
    let findings: Findings

    func check() {
        for policy in catalog.policies {
            checkRules(policy)
            checkCompanions(policy)
            checkLimits(policy)
            checkApprovals(policy)
            ApprovalTermsChecker(findings: findings).check(policy.header.node)
            if policy.canPermit, policy.header.node[name: "tools"] == nil {
                findings.error(
                    .permitWithoutTools, "the policy `\(policy.name)` permits calls and names no tools",
                    at: policy.header.nameLocation, fix: "add `tools`: a policy that permits must name its tools")
            }
            if policy.clauses.isEmpty, policy.regoFile == nil {
                findings.warning(
                    .withoutEffect, "the policy `\(policy.name)` says nothing", at: policy.header.nameLocation,
                    fix: "add an `effect`, a limit or `rules`")
            }
        }
        if catalog.isWhole, !findings.hasErrors { warnAboutPermits() }
    }

    private func checkRules(_ policy: PolicyDocument) {
        var seen: Set<String> = []
        for node in policy.header.node[name: "rules"]?.elements ?? [] {
            guard let name = node[name: "name"], let text = name.string else { continue }
            if Shape.policy.field(text) != nil, policy.header.node[name: text] != nil {
                findings.error(
                    .duplicateName, "the rule `\(text)` has the name of a field that this policy uses",
                    at: name.location,
                    fix: "give the rule another name")
            } else if !seen.insert(text).inserted {
                findings.error(
                    .duplicateName, "the policy has two rules named `\(text)`", at: name.location,
                    fix: "give it a name of its own")
            }
            let effect = node[name: "effect"]?.string
            if effect == "sanitize", node[name: "sanitize"] == nil {
                findings.error(
                    .needsField, "the rule `\(text)` has the effect `sanitize` and does not say what to take out",
                    at: node.location, fix: "add `sanitize: [{detectors: [...]}]`")
            }
            if effect != "sanitize", let extra = node.entry("sanitize") {
                findings.error(
                    .contradiction, "`sanitize` in a rule needs the effect `sanitize`", at: extra.keyLocation,
                    fix: "make it a rule of its own")
            }
            if effect != "approval_needed", let extra = node.entry("approval") {
                findings.error(
                    .contradiction, "`approval` in a rule needs the effect `approval_needed`", at: extra.keyLocation,
                    fix: "remove it, or change the effect")
            }
        }
    }

    private func checkCompanions(_ policy: PolicyDocument) {
        let node = policy.header.node
        let budgets = PolicyDocument.Window.allCases.compactMap { node.entry($0.field) }
        if let budget = budgets.first, policy.cost == nil {
            findings.error(
                .needsField, "`\(budget.key)` needs `cost`", at: budget.keyLocation,
                fix: "add `cost`: what a call costs, such as `params.cost_usd`")
        }
        if let cost = node.entry("cost"), budgets.isEmpty {
            findings.error(
                .needsField, "`cost` needs a budget", at: cost.keyLocation, fix: "add `daily_budget`, or remove `cost`")
        }
        if let refund = node.entry("refund"), budgets.isEmpty {
            findings.error(
                .needsField, "`refund` needs a budget", at: refund.keyLocation,
                fix: "add `daily_budget`, or remove `refund`")
        }
        if let burst = node.entry("burst"), node[name: "rps"] == nil {
            findings.error(
                .needsField, "`burst` needs `rps`", at: burst.keyLocation, fix: "add `rps`, or remove `burst`")
        }
        if let per = node.entry("per"), node[name: "rps"] == nil, budgets.isEmpty {
            findings.error(
                .needsField, "`per` needs a budget or `rps`", at: per.keyLocation,
                fix: "add one of them, or remove `per`")
        }
        let asks = policy.clauses.contains(where: \.asksForApproval) || policy.regoFile != nil
        if let approval = node.entry("approval"), !asks {
            findings.warning(
                .withoutEffect, "`approval` has no effect: nothing in this policy asks for one",
                at: approval.keyLocation,
                fix: "add `approval_needed`, or remove it")
        }
    }

    private func checkLimits(_ policy: PolicyDocument) {
        let node = policy.header.node
        if let soft = node[name: "max_amount"], let hard = node.entry("hard_max_amount"), let low = soft.number,
            let high = hard.value.number, high < low
        {
            findings.error(
                .contradiction, "`hard_max_amount` is below `max_amount`", at: hard.value.location,
                fix: "raise it, or lower `max_amount`")
        }
        let sizes = PolicyDocument.Window.allCases.compactMap { window in
            node[name: window.field].flatMap { value in value.string.flatMap(Money.init).map { (window, value, $0) } }
        }
        for (shorter, longer) in zip(sizes, sizes.dropFirst()) {
            if shorter.2.currency != longer.2.currency {
                findings.error(
                    .contradiction,
                    "`\(longer.0.field)` is in \(longer.2.currency) and `\(shorter.0.field)` in \(shorter.2.currency)",
                    at: longer.1.location, fix: "a policy has one `cost`: use one currency")
            } else if longer.2.micros < shorter.2.micros {
                findings.error(
                    .contradiction, "`\(longer.0.field)` is below `\(shorter.0.field)`", at: longer.1.location,
                    fix: "the longer window has the larger budget")
            }
        }
    }

    /// An approval needs somebody who can give it.
    private func checkApprovals(_ policy: PolicyDocument) {
        guard catalog.isWhole else { return }
        let decided = catalog.approversForRisk
        for clause in policy.clauses where clause.asksForApproval {
            let approval =
                if case .rule(let rule) = clause.kind { rule.approval ?? policy.approval } else { policy.approval }
            guard approval?.approvers.isEmpty ?? true else { continue }
            for tool in catalog.tools(of: policy) where decided[tool.risk ?? ""] == nil {
                let risk = tool.risk.map { "of risk `\($0)`" } ?? "that has no risk"
                findings.error(
                    .needsField,
                    "`\(clause.name)` names no approvers, and nobody decides for the tool `\(tool.name)` \(risk)",
                    at: clause.location,
                    fix: "add `approval: {approvers: [\"role:...\"]}`, or a document of kind Approvers")
                break
            }
        }
    }

    // MARK: Warnings

    private func warnAboutPermits() {
        var isPermitted = [Bool](repeating: false, count: catalog.tools.count)
        for policy in catalog.policies where policy.canPermit {
            let agents = catalog.agentPlaces(of: policy)
            let tools = catalog.toolPlaces(of: policy)
            func canHappen(_ tool: Int) -> Bool {
                let name = catalog.toolNames.names[tool]
                return agents.contains { catalog.agents[$0].isInScope(name) }
            }
            if !tools.contains(where: canHappen) {
                findings.warning(
                    .neverPermits,
                    "the policy `\(policy.name)` can never permit a call: none of its tools is in the "
                        + "scopes of its agents", at: policy.header.nameLocation,
                    fix: "widen the agents' `scopes`, or correct `agents` and `tools`")
            }
            guard !policy.isShadow else { continue }
            for tool in tools where !isPermitted[tool] { isPermitted[tool] = canHappen(tool) }
        }
        for (place, tool) in catalog.tools.enumerated() {
            if !isPermitted[place] {
                findings.warning(
                    .unpermittedTool, "no policy permits any call of the tool `\(tool.name)`",
                    at: tool.header.nameLocation,
                    fix: "add a policy with `effect: allow` or an `allow` rule that names it")
            }
        }
    }
}

extension PolicyDocument.Clause {
    package var asksForApproval: Bool {
        switch kind {
        case .effect(.approvalNeeded), .approvalNeeded: true
        case .maximumAmount(_, let isHard): !isHard
        case .rule(let rule): rule.effect == .approvalNeeded
        default: false
        }
    }
}
