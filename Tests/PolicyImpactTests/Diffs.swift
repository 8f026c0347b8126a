import PolicyDocuments
import RegoSyntax
import Testing

@testable import PolicyImpact

/// Small trees, and what changes between two of them.
enum Diffs {
    static let agents = """
        aegis: v1
        kind: Agent
        name: finance-agent
        owner: treasury
        identities: [{api_key: finance-1}]
        scopes: ["payments.*"]
        ---
        aegis: v1
        kind: Agent
        name: other-agent
        owner: treasury
        identities: [{api_key: other-1}]
        scopes: ["payments.*"]
        accepts_from: [finance-agent]

        """

    static let tools = """
        aegis: v1
        kind: Tool
        name: payments.transfer
        match: [{http: {method: POST, host: pay.example.com, path: /t}}]
        parameters:
          type: object
          required: [amount, currency, to]
          properties:
            amount: {type: number, minimum: 0, maximum: 100000}
            currency: {enum: [EUR, USD]}
            to: {type: string, maxLength: 40}
        sensitive: ["$.to"]
        risk: high
        ---
        aegis: v1
        kind: Tool
        name: payments.refund
        parameters:
          type: object
          required: [amount, currency, to]
          properties: {amount: {type: number}, currency: {enum: [EUR, USD]}, to: {type: string}}
        risk: high
        ---
        aegis: v1
        kind: Approvers
        name: treasury
        members: ["role:treasurer"]
        for_risk: [high]

        """

    static let policy = """
        aegis: v1
        kind: Policy
        name: payments
        agents: [finance-agent]
        tools: [payments.transfer]
        effect: allow
        approval_needed: params.amount > 5000
        hard_max_amount: 50000
        approval: {approvers: ["role:treasurer"], quorum: 2, expires_after: 30m}
        require: {purpose: [payroll, invoice]}
        allowed_domains: [pay.example.com]
        denied_callers: [other-agent]
        max_chain_depth: 2
        daily_budget: $100
        cost: params.amount
        rps: 5
        sanitize: [{detectors: [email, us_ssn], paths: ["$.to"]}]
        max_distinct: [{of: params.to, limit: 3}]
        rules:
          - {name: small, effect: allow, when: [params.amount <= 100]}
          - {name: no-usd, effect: deny, when: ['params.currency == "USD"', params.amount > 10]}

        """

    static func tree(_ texts: String...) -> PolicyTree {
        PolicyTree(files: [SourceFile(name: "all.yaml", text: texts.joined(separator: "---\n"))])
    }

    /// What the change of one piece of the tree means.
    static func diff(_ old: String, _ new: String) throws -> PolicyDiff {
        let before = [agents, tools, policy].joined(separator: "---\n")
        let after = before.replacing(old, with: new, maxReplacements: 1)
        try #require(before != after)
        return try PolicyDiff(from: tree(before), to: tree(after))
    }
}
