extension StarterSet {
    static let cmsPublishing = StarterSet(
        name: "cms-publishing", summary: "drafts are free, publishing is seen by an editor, the home page by two",
        files: [
            (
                "cms.yaml",
                """
                aegis: v1
                kind: Agent
                name: content-agent
                owner: web@example.com
                identities: [{api_key: content-1}]
                scopes: ["cms.*"]
                ---
                aegis: v1
                kind: Tool
                name: cms.draft
                match: [{http: {method: PUT, host: cms.example.com, path: "/v1/drafts/{page}"}}]
                parameters:
                  type: object
                  required: [page, body]
                  additionalProperties: false
                  properties:
                    page: {type: string, pattern: "^[a-z0-9-]{1,80}$"}
                    body: {type: string, maxLength: 100000}
                ---
                aegis: v1
                kind: Tool
                name: cms.publish
                match: [{http: {method: POST, host: cms.example.com, path: "/v1/pages/{page}/publish"}}]
                parameters:
                  type: object
                  required: [page]
                  additionalProperties: false
                  properties:
                    page: {type: string, pattern: "^[a-z0-9-]{1,80}$"}
                    # When it goes out; a default makes it safe to use in conditions.
                    embargo: {type: boolean, default: false}
                risk: medium
                ---
                aegis: v1
                kind: Policy
                name: drafts
                agents: [content-agent]
                tools: [cms.draft]
                effect: allow
                # What readers would see later: addresses and numbers of customers never get into a page.
                sanitize: [{detectors: [email, phone, payment_card], paths: ["$.body"]}]
                # Three different pages a session: a site is not rewritten in one go.
                max_distinct: [{of: params.page, limit: 3}]
                # A runaway loop stops here.
                rps: 2
                burst: 20
                ---
                aegis: v1
                kind: Policy
                name: publishing
                controls: ["SOC2:CC8.1"]
                agents: [content-agent]
                tools: [cms.publish]
                rules:
                  - name: no-embargoed-page
                    effect: deny
                    when: [params.embargo]
                    reason: An embargoed page is published by people
                  - name: front-page
                    effect: approval_needed
                    when: ['params.page in ["home", "pricing", "legal"]']
                    reason: Two editors look at the pages that everybody sees
                    approval: {approvers: ["role:editor"], quorum: 2, expires_after: 8h}
                  - name: any-page
                    effect: approval_needed
                    reason: An editor looks before readers do
                    approval: {approvers: ["role:editor"], expires_after: 8h}

                """
            ),
            (
                "cms_test.yaml",
                """
                aegis: v1
                kind: PolicyTest
                name: cms
                given: {agent: content-agent, session: {id: s1}}
                cases:
                  - name: a draft is written
                    given: {tool: cms.draft, parameters: {page: about-us, body: We make things}}
                    expect: {outcome: allow, policy: drafts}
                  - name: the request is recognised, and the page comes from its path
                    given: {request: {method: PUT, host: cms.example.com, path: /v1/drafts/about-us}, parameters: {body: We}}
                    expect: {outcome: allow, tool: cms.draft}
                  - name: an address does not get into a page
                    given: {tool: cms.draft, parameters: {page: team, body: write to jane.doe@acme.example}}
                    expect: {outcome: sanitize, redactions: [{path: /body, detector: email}]}
                  - name: the twenty-first draft of a second is too many
                    given: {tool: cms.draft, parameters: {page: about-us, body: We}, earlier: [{times: 20}]}
                    expect: {outcome: deny, reason: rate_exceeded}
                  - name: the fourth page of a session is one too many
                    given:
                      tool: cms.draft
                      parameters: {page: about-us, body: We}
                      earlier: [{parameters: {page: a, body: A}}, {parameters: {page: b, body: B}}, {parameters: {page: c, body: C}}]
                    expect: {outcome: deny, reason: distinct_exceeded}
                  - name: publishing waits for an editor
                    given: {tool: cms.publish, parameters: {page: about-us}}
                    expect: {outcome: approval_needed, rule: any-page}
                  - name: the home page waits for two
                    given: {tool: cms.publish, parameters: {page: home}}
                    expect: {outcome: approval_needed, rule: front-page}
                  - name: an approved page goes out
                    given: {tool: cms.publish, parameters: {page: about-us}, approved: true}
                    expect: {outcome: allow, reason: approval_granted}
                  - name: an embargoed page does not, approved or not
                    given: {tool: cms.publish, parameters: {page: about-us, embargo: true}, approved: true}
                    expect: {outcome: deny, rule: no-embargoed-page}
                """
            ),
        ])
}
