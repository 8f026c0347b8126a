extension StarterSet {
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
            ),
            (
                "ehr_test.yaml",
                """
                aegis: v1
                kind: PolicyTest
                name: ehr-read
                given:
                  agent: clinical-agent
                  tool: ehr.read
                  request: {method: GET, host: ehr.example.com, path: /ehr/4711}
                  context: {purpose: care}
                cases:
                  - name: a record is read for care
                    expect: {outcome: allow, policy: ehr-read, rule: read}
                  - name: in an emergency too
                    given: {context: {purpose: emergency}}
                    expect: {outcome: allow}
                  - name: not for marketing
                    given: {context: {purpose: marketing}}
                    expect: {outcome: deny, reason: purpose_missing}
                  - name: never for export
                    given: {parameters: {export: true}}
                    expect: {outcome: deny, rule: no-export, message: Exporting records is forbidden}
                  - name: nothing else of the system is reachable
                    given: {request: {method: GET, host: ehr.example.com, path: /admin/users}}
                    expect: {outcome: deny, reason: endpoint_not_allowed}
                """
            ),
        ])
}
