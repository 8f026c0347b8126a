internal import RegoSyntax

/// Commented policies to start from: what `aegis policy init NAME` writes.
public struct StarterSet: Sendable {
    public let name: String
    /// One line.
    public let summary: String
    /// File names with their contents.
    public let files: [(name: String, text: String)]

    public static let all = [payments, ehr, llmBudget, egress]

    public static func named(_ name: String) -> StarterSet? { all.first { $0.name == name } }

    /// The set that somebody most likely meant.
    public static func nearest(to name: String) -> String? { NearMiss.of(name, among: all.map(\.name)) }

    static let payments = StarterSet(
        name: "payments", summary: "small payments pass, larger ones wait for a person, the largest never pass",
        files: [
            (
                "payments.yaml",
                """
                # Who may call. Each agent proves itself: by an API key here, by a SPIFFE id or a token where you have them.
                aegis: v1
                kind: Agent
                name: finance-agent
                owner: treasury@example.com
                identities: [{api_key: finance-1}]
                # The most it can ever be permitted, whatever policies say.
                scopes: ["payments.*"]
                ---
                # What may be called, and how a request on the wire becomes this tool.
                aegis: v1
                kind: Tool
                name: payments.transfer
                match: [{http: {method: POST, host: payments.example.com, path: /v1/transfers}}]
                # Checked on every call. `additionalProperties: false` refuses what nobody has thought of.
                parameters:
                  type: object
                  required: [amount, currency, to]
                  additionalProperties: false
                  properties:
                    amount: {type: number, exclusiveMinimum: 0, multipleOf: 0.01}
                    currency: {enum: [EUR, USD]}
                    to: {type: string, pattern: "^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$"}
                    memo: {type: string, maxLength: 140, default: ""}
                # Never in clear in logs, spans, errors and notifications.
                sensitive: ["$.to"]
                risk: high
                ---
                aegis: v1
                kind: Policy
                name: finance-payments
                controls: ["SOC2:CC6.1", "SOC2:CC8.1"]
                agents: [finance-agent]
                tools: [payments.transfer]
                effect: allow
                # Above this a person looks at the call ...
                max_amount: 5000
                approval_needed: params.currency == "USD"
                approval: {approvers: ["role:treasurer"], quorum: 1, expires_after: 30m}
                # ... and above this nobody can let it pass.
                hard_max_amount: 50000
                ---
                # A draft: recorded as what it would decide, and never enforced. Remove `mode` when you trust it.
                aegis: v1
                kind: Policy
                name: no-round-amounts
                mode: shadow
                agents: [finance-agent]
                tools: [payments.transfer]
                rules:
                  - name: large-and-round
                    effect: deny
                    when: [params.amount >= 1000, params.amount == floor(params.amount / 1000) * 1000]
                    reason: Round thousands are typed by hand more often than invoiced

                """
            )
        ])

    static let ehr = StarterSet(
        name: "ehr", summary: "health records are read for care, at the right endpoint, and never exported",
        files: [
            (
                "ehr.yaml",
                """
                aegis: v1
                kind: Agent
                name: clinical-agent
                owner: care@example.com
                identities: [{api_key: clinical-1}]
                scopes: [ehr.read]
                ---
                aegis: v1
                kind: Tool
                name: ehr.read
                match: [{http: {method: GET, host: ehr.example.com, path: "/**"}}]
                parameters:
                  type: object
                  properties:
                    # A default makes the parameter safe to use in conditions: it is filled in before they are looked at.
                    export: {type: boolean, default: false}
                risk: high
                # Its results mark the session, and other policies can ask: "phi" in session.labels
                emits: [phi]
                ---
                aegis: v1
                kind: Policy
                name: ehr-read
                controls: ["HIPAA:164.312(b)"]
                agents: [clinical-agent]
                tools: [ehr.read]
                # `*` is one segment of the path, `**` any number.
                allowed_endpoints: ["GET /ehr/*"]
                # The call must say what it is for.
                require: {purpose: [care, emergency]}
                rules:
                  - {name: no-export, effect: deny, when: [params.export], reason: Exporting records is forbidden}
                  - {name: read, effect: allow}

                """
            )
        ])

    static let llmBudget = StarterSet(
        name: "llm-budget", summary: "a model that may spend so much a day, and be called so often a second",
        files: [
            (
                "llm-budget.yaml",
                """
                aegis: v1
                kind: Agent
                name: llm-agent
                owner: platform@example.com
                identities: [{api_key: llm-1}]
                scopes: [llm.complete]
                ---
                aegis: v1
                kind: Tool
                name: llm.complete
                match: [{http: {method: POST, host: llm.example.com, path: /v1/complete}}]
                parameters:
                  type: object
                  required: [prompt, cost_usd]
                  properties:
                    prompt: {type: string, maxLength: 20000}
                    # The most that the call may cost; what it did cost is settled afterwards.
                    cost_usd: {type: number, minimum: 0, maximum: 10}
                ---
                aegis: v1
                kind: Policy
                name: llm-budget
                agents: [llm-agent]
                tools: [llm.complete]
                effect: allow
                # Reserved before the call, so that two callers never both fit the last dollar.
                hourly_budget: $5
                daily_budget: $20
                cost: params.cost_usd
                per: agent
                rps: 5
                burst: 10
                # Keys, addresses and numbers do not leave the house with a prompt.
                sanitize: [{detectors: [payment_card, us_ssn, email, private_key], paths: ["$.prompt"]}]

                """
            )
        ])

    static let egress = StarterSet(
        name: "egress", summary: "no agent reaches a host outside of a list",
        files: [
            (
                "egress.yaml",
                """
                aegis: v1
                kind: Agent
                name: research-agent
                owner: research@example.com
                identities: [{api_key: research-1}]
                scopes: [web.get]
                ---
                # Any host that no other tool claims.
                aegis: v1
                kind: Tool
                name: web.get
                match: [{http: {method: GET, host: "*", path: "/**"}}]
                ---
                aegis: v1
                kind: Policy
                name: research-web
                agents: [research-agent]
                tools: [web.get]
                effect: allow
                ---
                # A policy without `tools` speaks about all of them. It can deny and never permits.
                aegis: v1
                kind: Policy
                name: egress
                agents: ["*"]
                allowed_domains: [internal-api.company.local, "*.example.com"]
                # How many callers may stand before the agent.
                max_chain_depth: 4

                """
            )
        ])
}
