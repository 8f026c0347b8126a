import PolicyDocuments
import RegoSyntax
import Testing

@Suite struct IdentityDocumentTests {
    static let head = "aegis: v1\nkind: Identity\nproviders:\n"

    static let jwt = head + "  - jwt: {issuer: \"https://a.example\", audience: a, tenant: acme, "

    static func read(_ text: String) throws(Diagnostics) -> [IdentityDocument.Provider] {
        try IdentityDocument(SourceFile(name: "identity.yaml", text: Array(text.utf8))).providers
    }

    @Test func `providers stand in the order in which they are looked at`() throws {
        let providers = try Self.read(
            Self.head + """
                  - mtls: {trust_domain: acme.example, tenant: acme}
                  - jwt: {issuer: "https://a.example", audience: aegis, tenant: acme, jwks_file: keys.json}
                  - jwt: {issuer: "https://b.example", audience: aegis, tenant: globex, jwks_url: "https://b.example/k"}
                  - api_key: true
                """)
        #expect(
            providers == [
                .mutualTLS(trustDomain: "acme.example", tenant: "acme"),
                .token(issuer: "https://a.example", audience: "aegis", tenant: "acme", keys: .file("keys.json")),
                .token(
                    issuer: "https://b.example", audience: "aegis", tenant: "globex", keys: .url("https://b.example/k")),
                .apiKey,
            ])
    }

    @Test func `an issuer tells of people by an audience and groups`() throws {
        let providers = try Self.read(
            Self.jwt + """
                jwks_file: k, people: {audience: console, name: email, groups: roles, grants: [{group: soc, role: auditor},
                    {group: ops, role: operator, tenant: globex}]}}
                """)
        #expect(
            providers == [
                .token(
                    issuer: "https://a.example", audience: "a", tenant: "acme", keys: .file("k"),
                    people: .init(
                        audience: "console", nameClaim: "email", groupsClaim: "roles",
                        grants: [
                            .init(group: "soc", role: "auditor", tenant: nil),
                            .init(group: "ops", role: "operator", tenant: "globex"),
                        ]))
            ])
    }

    @Test(arguments: [
        ("", "1:1 policy.missing-field: an identity configuration is one document, and here are 0"),
        (head + "  - api_kye: true\n", "4:5 policy.unknown-field: an identity provider has no field `api_kye`"),
        (head + "  - {}\n", "4:5 policy.missing-field: an identity provider needs one of `mtls`, `jwt`, `api_key`"),
        (
            head + "  - mtls: {trust_domain: \"acme.example:443\", tenant: acme}\n",
            "4:26 policy.invalid-identity: `acme.example:443` is not a trust domain"
        ),
        (
            head + "  - jwt: {issuer: \"https://a.example\", audience: aegis, tenant: acme}\n",
            "4:10 policy.missing-field: a token issuer needs its keys"
        ),
        (
            jwt + "jwks_file: k, jwks_url: \"https://a.example\"}\n",
            "4:10 policy.contradiction: `jwks_file` and `jwks_url` exclude each other"
        ),
        (
            jwt + "jwks_url: \"http://a.example/k\"}\n",
            "4:77 policy.invalid-identity: `http://a.example/k` is not a URL that keys can be fetched from"
        ),
        (
            jwt + "jwks_file: k, people: {grants: []}}\n", "4:98 policy.empty-list: `grants` is empty"
        ),
        (
            jwt + "jwks_file: k, people: {grants: [{group: soc}]}}\n",
            "4:99 policy.missing-field: a grant needs the field `role`"
        ),
        (
            jwt + "jwks_file: k}\n"
                + "  - jwt: {issuer: \"https://a.example\", audience: b, tenant: globex, jwks_file: k}\n",
            "5:19 policy.duplicate-value: `https://a.example` stands here twice, and the second entry would never be asked"
        ),
    ])
    func `a mistake is told with its place`(text: String, expected: String) {
        let error = #expect(throws: Diagnostics.self) { try Self.read(text) }
        let told = error?.all.map { "\($0.location.line):\($0.location.column) \($0.code): \($0.message)" }
        #expect(told?.contains(expected) == true, "\(told ?? [])")
    }
}
