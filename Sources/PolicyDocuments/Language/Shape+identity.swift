extension Shape {
    /// How a gateway's callers prove who they are: the gateway's own configuration, no part of a bundle.
    static let identityProviders = Shape(
        title: "an identity configuration",
        fields: [
            Field("aegis", .choice(["v1"]), required: true, "Version of the policy language."),
            Field("kind", .choice(["Identity"]), required: true, "What the document describes."),
            Field("description", .text, "What it is for, in a sentence."),
            Field(
                "providers", .list(.oneOf(identityProvider), atLeast: 1), required: true,
                "Who may prove callers. The first that answers for something the call carries decides."),
        ])

    private static let identityProvider = Shape(
        title: "an identity provider",
        fields: [
            Field("mtls", .object(mutualTLS), "SPIFFE ids of client certificates that Envoy has verified."),
            Field("jwt", .object(tokenIssuer), "Tokens of an OpenID Connect or OAuth 2.0 issuer."),
            Field("api_key", .boolean, "API keys of this gateway."),
        ])

    private static let mutualTLS = Shape(
        title: "an mTLS provider",
        fields: [
            Field("trust_domain", .format(.trustDomain), required: true, "The trust domain whose ids are believed."),
            Field("tenant", .format(.name), required: true, "The tenant of its agents."),
        ])

    private static let tokenIssuer = Shape(
        title: "a token issuer",
        fields: [
            Field("issuer", .format(.issuer), required: true, "The exact `iss` claim."),
            Field("audience", .text, required: true, "What `aud` must name: this gateway."),
            Field("tenant", .format(.name), required: true, "The tenant of its agents."),
            Field("jwks_file", .text, "A file with the issuer's keys; read again when it changes."),
            Field("jwks_url", .format(.keysURL), "Where the issuer publishes its keys."),
            Field("people", .object(people), "How its tokens tell of people. Without it all of them are agents'."),
        ])

    private static let people = Shape(
        title: "people of a token issuer",
        fields: [
            Field("audience", .text, "What `aud` names in people's tokens. Without it all tokens are people's."),
            Field("name", .text, "The claim that names the person; `sub` where absent."),
            Field("groups", .text, "The claim that lists the person's groups; `groups` where absent."),
            Field(
                "grants", .list(.object(grant), atLeast: 1), required: true,
                "What the members of which group may do. Who is in none of them is nobody here."),
        ])

    private static let grant = Shape(
        title: "a grant",
        fields: [
            Field("group", .text, required: true, "The group, as the token has it."),
            Field("role", .format(.name), required: true, "The role: of administration, or one that policies name."),
            Field("tenant", .format(.name), "Where it holds; the issuer's own tenant where absent."),
        ])
}

extension TextFormat {
    static let trustDomain = TextFormat(
        title: "a trust domain", code: .invalidIdentity, pattern: "^[a-z0-9._-]{1,255}$", example: "acme.example"
    ) { text in
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || "._-".utf8.contains($0)
            }
    }

    /// `https`, or `http` on loopback.
    static let keysURL = TextFormat(
        title: "a URL that keys can be fetched from", code: .invalidIdentity,
        pattern: #"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/).+"#,
        example: "https://idp.acme.example/jwks.json"
    ) { text in
        if text.hasPrefix("https://") { return text.utf8.count > "https://".utf8.count }
        return ["127.0.0.1", "localhost", "[::1]"].contains { host in
            text.hasPrefix("http://\(host)/") || text.hasPrefix("http://\(host):")
        }
    }
}
