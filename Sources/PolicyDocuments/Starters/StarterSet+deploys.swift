extension StarterSet {
    static let deploys = StarterSet(
        name: "deploys",
        summary: "staging is free, production is built, tested, in hours, and seen by somebody on call",
        files: [
            (
                "deploys.yaml",
                """
                aegis: v1
                kind: Agent
                name: deploy-agent
                owner: platform@example.com
                identities: [{api_key: deploy-1}]
                scopes: ["ci.*"]
                # Who may hand work to it. Whoever stands in the chain needs the scope as well.
                accepts_from: [planner-agent]
                ---
                aegis: v1
                kind: Agent
                name: planner-agent
                owner: platform@example.com
                identities: [{api_key: planner-1}]
                scopes: ["ci.*"]
                accepts_from: [release-agent]
                ---
                aegis: v1
                kind: Agent
                name: release-agent
                owner: platform@example.com
                identities: [{api_key: release-1}]
                scopes: ["ci.*"]
                ---
                aegis: v1
                kind: Tool
                name: ci.test
                match: [{http: {method: POST, host: ci.example.com, path: /v1/test}}]
                parameters:
                  type: object
                  required: [service]
                  additionalProperties: false
                  properties: {service: {type: string, pattern: "^[a-z][a-z0-9-]{0,40}$"}}
                # A session in which tests ran says so.
                emits: [tested]
                ---
                aegis: v1
                kind: Tool
                name: ci.deploy
                match: [{http: {method: POST, host: ci.example.com, path: /v1/deploy}}]
                parameters:
                  type: object
                  required: [service, environment, image]
                  additionalProperties: false
                  properties:
                    service: {type: string, pattern: "^[a-z][a-z0-9-]{0,40}$"}
                    environment: {enum: [staging, production]}
                    # A digest and not a tag: what was tested is what runs.
                    image: {type: string, pattern: "^registry[.]example[.]com/[a-z0-9/-]+@sha256:[0-9a-f]{64}$"}
                risk: critical
                ---
                aegis: v1
                kind: Approvers
                name: on-call
                members: ["role:on-call"]
                for_risk: [critical]
                ---
                aegis: v1
                kind: Policy
                name: testing
                agents: [deploy-agent]
                tools: [ci.test]
                effect: allow
                ---
                aegis: v1
                kind: Policy
                name: staging
                agents: [deploy-agent]
                tools: [ci.deploy]
                rules:
                  - {name: to-staging, effect: allow, when: ['params.environment == "staging"']}
                ---
                aegis: v1
                kind: Policy
                name: production
                controls: ["SOC2:CC8.1"]
                agents: [deploy-agent]
                tools: [ci.deploy]
                rules:
                  - name: tested-first
                    effect: deny
                    when: ['params.environment == "production"', 'not "tested" in session.labels']
                    reason: Nothing goes to production from a session in which no test ran
                  - name: not-on-weekends
                    effect: deny
                    when: ['params.environment == "production"', 'time.weekday(now) in ["Saturday", "Sunday"]']
                    reason: Production rests on weekends
                  - name: to-production
                    effect: approval_needed
                    when: ['params.environment == "production"']
                    reason: Somebody on call looks at every deploy to production
                # Three services a session: a wider rollout is a decision of people.
                max_distinct: [{of: params.service, limit: 3}]
                # One caller may stand before it, no more.
                max_chain_depth: 1

                """
            ),
            (
                "deploys_test.yaml",
                """
                aegis: v1
                kind: PolicyTest
                name: deploys
                given:
                  agent: deploy-agent
                  tool: ci.deploy
                  parameters:
                    service: shop
                    environment: staging
                    image: registry.example.com/shop@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
                  session: {id: s1, labels: [tested]}
                  now: 2026-03-04T10:00:00Z  # a Wednesday
                cases:
                  - name: staging is free
                    expect: {outcome: allow, policy: staging, rule: to-staging}
                  - name: production waits for somebody on call
                    given: {parameters: {environment: production}}
                    expect: {outcome: approval_needed, rule: to-production}
                  - name: an approved deploy goes out
                    given: {parameters: {environment: production}, approved: true}
                    expect: {outcome: allow, reason: approval_granted}
                  - name: nothing untested goes out
                    given: {parameters: {environment: production}, session: {labels: []}, approved: true}
                    expect: {outcome: deny, rule: tested-first}
                  - name: nothing goes out on a Saturday
                    given: {parameters: {environment: production}, now: 2026-03-07T10:00:00Z, approved: true}
                    expect: {outcome: deny, rule: not-on-weekends}
                  - name: a tag is no digest
                    given: {parameters: {image: registry.example.com/shop:latest}}
                    expect: {outcome: deny, reason: parameter_invalid}
                  - name: the fourth service of a session is one too many
                    given:
                      earlier:
                        - {parameters: {service: a, environment: staging, image: registry.example.com/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}}
                        - {parameters: {service: b, environment: staging, image: registry.example.com/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}}
                        - {parameters: {service: c, environment: staging, image: registry.example.com/c@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}}
                    expect: {outcome: deny, reason: distinct_exceeded, policy: production}
                  - name: the planner may hand a deploy on
                    given: {chain: [planner-agent]}
                    expect: {outcome: allow}
                  - name: and nobody else before it
                    given: {chain: [release-agent, planner-agent]}
                    expect: {outcome: deny, reason: chain_too_deep}
                ---
                aegis: v1
                kind: PolicyTest
                name: tests-in-ci
                given: {agent: deploy-agent, tool: ci.test, parameters: {service: shop}}
                cases:
                  - name: tests run
                    expect: {outcome: allow, policy: testing}
                """
            ),
        ])
}
