public import RegoSyntax

/// How the callers of a gateway prove who they are, in the order in which the proofs are looked at.
public struct IdentityDocument: Sendable, Hashable {
    public enum Provider: Sendable, Hashable {
        /// SPIFFE ids of this trust domain, from client certificates.
        case mutualTLS(trustDomain: String, tenant: String)
        case token(issuer: String, audience: String, tenant: String, keys: KeySource, people: People? = nil)
        case apiKey
    }

    public enum KeySource: Sendable, Hashable {
        case file(String)
        case url(String)
    }

    /// How an issuer's tokens tell of people, who decide and administer.
    public struct People: Sendable, Hashable {
        public struct Grant: Sendable, Hashable {
            public let group: String
            public let role: String
            /// nil: the provider's own.
            public let tenant: String?

            public init(group: String, role: String, tenant: String?) {
                self.group = group
                self.role = role
                self.tenant = tenant
            }
        }

        /// What `aud` names in their tokens; nil: all tokens of the issuer are people's.
        public let audience: String?
        public let nameClaim: String
        public let groupsClaim: String
        public let grants: [Grant]

        public init(audience: String?, nameClaim: String, groupsClaim: String, grants: [Grant]) {
            self.audience = audience
            self.nameClaim = nameClaim
            self.groupsClaim = groupsClaim
            self.grants = grants
        }
    }

    public let providers: [Provider]

    /// Reads a YAML or JSON file with one document of kind `Identity`.
    /// - Throws: everything that is wrong in it.
    public init(_ file: SourceFile) throws(Diagnostics) {
        let findings = Findings(files: [file])
        let (documents, _) = DocumentReader.read(file, into: findings)
        let start = SourceLocation(file: file.name, line: 1, column: 1)
        if documents.count != 1, !findings.hasErrors {
            findings.error(
                .missingField, "an identity configuration is one document, and here are \(documents.count)", at: start,
                fix: "write `aegis: v1`, `kind: Identity` and `providers:`")
        }
        var providers: [Provider] = []
        if let document = documents.first {
            ShapeChecker(findings: findings).check(document, against: .identityProviders)
            for node in document[name: "providers"]?.elements ?? [] {
                if let provider = Self.provider(node, findings) { providers.append(provider) }
            }
            Self.checkUnique(document, findings)
        }
        guard !findings.hasErrors else { throw Diagnostics(findings.sorted) }
        self.providers = providers
    }

    private static func provider(_ node: LocatedNode, _ findings: Findings) -> Provider? {
        if let entry = node[name: "mtls"], let domain = entry[name: "trust_domain"]?.string,
            let tenant = entry[name: "tenant"]?.string
        {
            return .mutualTLS(trustDomain: domain, tenant: tenant)
        }
        if let entry = node[name: "jwt"] { return token(entry, findings) }
        return node[name: "api_key"]?.boolean == true ? .apiKey : nil
    }

    private static func token(_ node: LocatedNode, _ findings: Findings) -> Provider? {
        let keys: KeySource
        switch (node[name: "jwks_file"]?.string, node[name: "jwks_url"]?.string) {
        case (let file?, nil): keys = .file(file)
        case (nil, let url?): keys = .url(url)
        case (nil, nil):
            findings.error(
                .missingField, "a token issuer needs its keys", at: node.location,
                fix: "add `jwks_url`: where the issuer publishes them, or `jwks_file`")
            return nil
        case (_?, _?):
            findings.error(
                .contradiction, "`jwks_file` and `jwks_url` exclude each other", at: node.location,
                fix: "remove one of the two")
            return nil
        }
        guard let issuer = node[name: "issuer"]?.string, let audience = node[name: "audience"]?.string,
            let tenant = node[name: "tenant"]?.string
        else { return nil }
        return .token(
            issuer: issuer, audience: audience, tenant: tenant, keys: keys, people: node[name: "people"].map(people))
    }

    private static func people(_ node: LocatedNode) -> People {
        People(
            audience: node[name: "audience"]?.string, nameClaim: node[name: "name"]?.string ?? "sub",
            groupsClaim: node[name: "groups"]?.string ?? "groups",
            grants: (node[name: "grants"]?.elements ?? []).map { grant in
                People.Grant(
                    group: grant[name: "group"]?.string ?? "", role: grant[name: "role"]?.string ?? "",
                    tenant: grant[name: "tenant"]?.string)
            })
    }

    /// A trust domain or an issuer speaks for one tenant: of two entries the second would never be asked.
    private static func checkUnique(_ document: LocatedNode, _ findings: Findings) {
        var seen: Set<String> = []
        for provider in document[name: "providers"]?.elements ?? [] {
            guard let source = provider[name: "mtls"]?[name: "trust_domain"] ?? provider[name: "jwt"]?[name: "issuer"],
                let text = source.string, !seen.insert(text).inserted
            else { continue }
            findings.error(
                .duplicateValue, "`\(text)` stands here twice, and the second entry would never be asked",
                at: source.location, fix: "keep one of them")
        }
    }
}
