extension StarterSet {
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
                # Who may hand work to it. Whoever stands in the chain needs the scope as well.
                accepts_from: [planner-agent]
                ---
                aegis: v1
                kind: Agent
                name: planner-agent
                owner: research@example.com
                identities: [{api_key: planner-1}]
                scopes: [web.get]
                accepts_from: [desk-agent]
                ---
                aegis: v1
                kind: Agent
                name: desk-agent
                owner: research@example.com
                identities: [{api_key: desk-1}]
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
                max_chain_depth: 1

                """
            ),
            (
                "egress_test.yaml",
                """
                aegis: v1
                kind: PolicyTest
                name: egress
                given:
                  agent: research-agent
                cases:
                  - name: a page of our own is fetched
                    given: {request: {method: GET, host: docs.example.com, path: /index.html}}
                    expect: {outcome: allow, tool: web.get, policy: research-web}
                  - name: the planner may hand a page on
                    given: {chain: [planner-agent], request: {method: GET, host: docs.example.com, path: /index.html}}
                    expect: {outcome: allow}
                  - name: and nobody else before it
                    given: {chain: [desk-agent, planner-agent], request: {method: GET, host: docs.example.com, path: /index.html}}
                    expect: {outcome: deny, reason: chain_too_deep}
                  - name: other hosts are out of reach
                    given: {request: {method: GET, host: paste.example.net, path: /}}
                    expect: {outcome: deny, reason: egress_not_allowed, policy: egress}
                  - name: the cloud's metadata service is out of reach, whatever the list says
                    given: {request: {method: GET, host: 169.254.169.254, path: /latest/meta-data/}}
                    expect: {outcome: deny, reason: egress_not_allowed}
                """
            ),
        ])
}
