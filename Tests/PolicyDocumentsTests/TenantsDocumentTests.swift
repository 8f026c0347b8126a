import PolicyDocuments
import RegoSyntax
import Testing

@Suite struct TenantsDocumentTests {
    static let head = "aegis: v1\nkind: Tenants\ntenants:\n"

    static func read(_ text: String) throws(Diagnostics) -> [TenantsDocument.Tenant] {
        try TenantsDocument(SourceFile(name: "tenants.yaml", text: Array(text.utf8))).tenants
    }

    @Test func `each tenant has its own policies, keys and channels`() throws {
        let tenants = try Self.read(
            Self.head + """
                  - {name: acme, bundle: acme.tar.gz, trust: [keys/acme.pub.pem, keys/next.pub.pem], channels: acme-channels.yaml}
                  - {name: globex, policies: policies/globex}
                """)
        #expect(tenants.map(\.name) == ["acme", "globex"])
        #expect(tenants[0].policies == .bundle("acme.tar.gz", trust: ["keys/acme.pub.pem", "keys/next.pub.pem"]))
        #expect(tenants[0].channels == "acme-channels.yaml")
        #expect(tenants[1].policies == .folder("policies/globex"))
        #expect(tenants[1].channels == nil)
    }

    @Test func `each tenant has a key of its own for its bundle service`() throws {
        let tenants = try Self.read(
            Self.head + """
                  - {name: acme, bundle: "https://c.example/v1/bundles/acme", trust: [k], bundle_token: {env: ACME_TOKEN}}
                  - {name: globex, policies: p, candidate: "https://c.example/v1/bundles/globex", bundle_token: {file: t}}
                  - {name: initech, policies: q}
                """)
        #expect(tenants.map(\.bundleToken) == [.environment("ACME_TOKEN"), .file("t"), nil])
    }

    @Test(arguments: [
        (
            head + "  - {name: acme, bundle: b.tar.gz, trust: [k], bundle_token: {env: T}}\n",
            "4:62 policy.contradiction: `bundle_token` goes with the address of a bundle service"
        ),
        ("", "1:1 policy.missing-field: a tenant configuration is one document, and here are 0"),
        (head + "  - {name: acme}\n", "4:5 policy.missing-field: a tenant needs policies"),
        (
            head + "  - {name: acme, bundle: b.tar.gz}\n",
            "4:5 policy.needs-field: a bundle needs the keys that may have signed it"
        ),
        (
            head + "  - {name: acme, bundle: b, policies: p, trust: [k]}\n",
            "4:5 policy.contradiction: `bundle` and `policies` exclude each other"
        ),
        (
            head + "  - {name: acme, policies: p, trust: [k]}\n",
            "4:38 policy.contradiction: `trust` goes with `bundle`; `policies` is signed with the development key"
        ),
        (
            head + "  - {name: acme, policies: p}\n  - {name: acme, policies: q}\n",
            "5:12 policy.duplicate-name: the tenant `acme` stands here twice"
        ),
        (head + "  - {name: ../acme, policies: p}\n", "4:12 policy.invalid-name: `../acme` is not a tenant's name"),
        (head + "  - {name: Acme, policies: p}\n", "4:12 policy.invalid-name: `Acme` is not a tenant's name"),
        (
            head + "  - {name: acme, policies: p, regions: [eu]}\n",
            "4:31 policy.unknown-field: a tenant has no field `regions`"
        ),
    ])
    func `a mistake is told with its place`(text: String, expected: String) {
        let error = #expect(throws: Diagnostics.self) { try Self.read(text) }
        let told = error?.all.map { "\($0.location.line):\($0.location.column) \($0.code): \($0.message)" }
        #expect(told?.contains(expected) == true, "\(told ?? [])")
    }
}
