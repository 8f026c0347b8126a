extension StarterSet {
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
            ),
            (
                "payments_test.yaml",
                """
                # What the policies of payments.yaml must do. `aegis policy test` runs these; they are no part of what is enforced.
                aegis: v1
                kind: PolicyTest
                name: finance-payments
                given:
                  agent: finance-agent
                  tool: payments.transfer
                  parameters: {amount: 120.50, currency: EUR, to: DE89370400440532013000}
                cases:
                  - name: a small payment passes
                    expect: {outcome: allow, reason: policy_allow, policy: finance-payments}
                  - name: above 5000 a treasurer looks at it
                    given: {parameters: {amount: 5000.01}}
                    expect: {outcome: approval_needed, policy: finance-payments, rule: max_amount}
                  - name: dollars always need a treasurer
                    given: {parameters: {currency: USD}}
                    expect: {outcome: approval_needed, rule: approval_needed}
                  - name: what a treasurer approved passes
                    given: {parameters: {amount: 7000}, approved: true}
                    expect: {outcome: allow}
                  - name: above 50000 no approval helps
                    given: {parameters: {amount: 50000.01}, approved: true}
                    expect: {outcome: deny, reason: amount_exceeded, rule: hard_max_amount}
                  - name: an account number that is none is refused
                    given: {parameters: {to: my own account}}
                    expect: {outcome: deny, reason: parameter_invalid}
                  - name: the draft about round amounts would block, and does not yet
                    given: {parameters: {amount: 3000}}
                    expect: {outcome: allow, would: deny}
                """
            ),
        ])
}
