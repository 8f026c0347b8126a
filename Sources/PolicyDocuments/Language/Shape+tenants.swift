extension Shape {
    /// Whom a gateway decides for, and by what: the gateway's own configuration, no part of a bundle.
    static let tenants = Shape(
        title: "a tenant configuration",
        fields: [
            Field("aegis", .choice(["v1"]), required: true, "Version of the policy language."),
            Field("kind", .choice(["Tenants"]), required: true, "What the document describes."),
            Field("description", .text, "What it is for, in a sentence."),
            Field(
                "tenants", .list(.object(servedTenant), atLeast: 1), required: true, "The tenants of this gateway."),
        ])

    private static let servedTenant = Shape(
        title: "a tenant",
        fields: [
            Field("name", .format(.tenantName), required: true, "Its name, as bundles, keys and records have it."),
            Field("bundle", .text, "Where its signed bundles are: a file, or a store's URL."),
            Field(
                "trust", .list(.text, atLeast: 1),
                "The public keys that may sign for it; no other tenant's keys speak for it."),
            Field(
                "bundle_token", .oneOf(secret),
                "The key with which a bundle service is asked, where `bundle` is the address of one."),
            Field("policies", .text, "A folder of policies in place of a bundle, for development."),
            Field(
                "candidate", .text, "A bundle or folder to try beside them: evaluated on every call, never enforced."),
            Field("channels", .text, "Where its people are told about approvals: a document of kind `Channels`."),
        ])
}

extension TextFormat {
    static let tenantName = TextFormat(
        title: "a tenant's name", code: .invalidName, pattern: "^[a-z0-9][a-z0-9_-]{0,62}$", example: "acme"
    ) { text in
        let bytes = Array(text.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
        guard (1...63).contains(bytes.count), let first = bytes.first else { return false }
        return isAlphanumeric(first) && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f }
    }
}
