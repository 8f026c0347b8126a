extension StarterSet {
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
            ),
            (
                "llm-budget_test.yaml",
                """
                aegis: v1
                kind: PolicyTest
                name: llm-budget
                given:
                  agent: llm-agent
                  tool: llm.complete
                  parameters: {prompt: Say hello, cost_usd: 0.05}
                cases:
                  - name: a prompt passes
                    expect: {outcome: allow}
                  - name: a card number leaves the prompt
                    given: {parameters: {prompt: charge 4111111111111111}}
                    expect:
                      outcome: sanitize
                      redactions: [{path: /prompt, detector: payment_card}]
                  - name: the last cent of the hour is spent
                    given: {spent: [{policy: llm-budget, budget: hourly_budget, amount: $4.95}]}
                    expect: {outcome: allow}
                  - name: and not one more
                    given: {spent: [{policy: llm-budget, budget: hourly_budget, amount: $4.96}]}
                    expect: {outcome: deny, reason: budget_exceeded, rule: hourly_budget}
                  - name: the day ends at twenty dollars, whatever the hour has left
                    given: {spent: [{policy: llm-budget, budget: daily_budget, amount: $19.99}]}
                    expect: {outcome: deny, reason: budget_exceeded, rule: daily_budget}
                  - name: ten calls come at once, the eleventh is too fast
                    given: {parameters: {cost_usd: 0}, earlier: [{times: 10}]}
                    expect: {outcome: deny, reason: rate_exceeded, rule: rps}
                """
            ),
        ])
}
