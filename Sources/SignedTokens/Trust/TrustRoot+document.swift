extension TrustRoot {
    /// What root keys sign.
    var document: SignedDocument {
        .object([
            "schema_version": .integer(Int64(Self.schemaVersion)), "version": .integer(Int64(version)),
            "issued_at": .text(issuedAt.description), "threshold": .integer(Int64(threshold)),
            "root_keys": .list(
                rootKeys.map { .object(["name": .text($0.name), "public_key": .text($0.pem)]) }),
            "keys": .list(keys.map(Self.document)),
            "review": .object(
                reviewRules.byTenant.mapValues { rules in
                    .object([
                        "quorum": .object(rules.quorum.mapValues { .integer(Int64($0)) }),
                        "separate_publisher": .boolean(rules.separatesPublisher),
                    ])
                }),
        ])
    }

    private static func document(of entry: TrustedKey) -> SignedDocument {
        var members: [String: SignedDocument] = [
            "name": .text(entry.key.name), "public_key": .text(entry.key.pem), "person": .optional(entry.person),
            "roles": .texts((entry.roles ?? []).sorted()),
            "tenants": entry.tenants.map { .texts($0.sorted()) } ?? .null,
        ]
        if let scope = entry.scope { members["scope"] = .text(scope) }
        if let from = entry.validFrom { members["valid_from"] = .text(from.description) }
        if let until = entry.validUntil { members["valid_until"] = .text(until.description) }
        if let revocation = entry.revocation {
            members["revoked"] = .object([
                "at": .text(revocation.at.description), "reason": .text(revocation.reason),
                "compromised": .boolean(revocation.isCompromised),
            ])
        }
        return .object(members)
    }

    /// - Throws: `.documentInvalid`, `.keyInvalid` and its kin, and as ``check()``.
    init(_ document: SignedDocument) throws(TokenError) {
        let reader = try MemberReader(
            document, path: "root.",
            known: ["schema_version", "version", "issued_at", "threshold", "root_keys", "keys", "review"])
        _ = try reader.integer("schema_version", in: 1...Int64(Self.schemaVersion))
        var rootKeys: [VerificationKey] = []
        for child in try reader.children("root_keys", known: ["name", "public_key"]) {
            rootKeys.append(try VerificationKey(pem: child.text("public_key"), name: child.text("name")))
        }
        var keys: [TrustedKey] = []
        for child in try reader.children(
            "keys",
            known: [
                "name", "public_key", "person", "roles", "tenants", "scope", "valid_from", "valid_until", "revoked",
            ])
        {
            keys.append(try Self.key(child))
        }
        var rules: [String: ReviewRules] = [:]
        for (tenant, value, path) in try reader.map("review") {
            let member = try MemberReader(value, path: path, known: ["quorum", "separate_publisher"])
            var quorum: [String: Int] = [:]
            for (role, count, place) in try member.map("quorum") {
                guard case .integer(let number) = count, (1...16).contains(number) else {
                    throw TokenError(
                        .documentInvalid, "`\(place.dropLast())` must be a whole number from 1 to 16")
                }
                quorum[role] = Int(number)
            }
            rules[tenant] = ReviewRules(
                quorum: quorum, separatesPublisher: try member.boolean("separate_publisher"))
        }
        try self.init(
            version: reader.integer("version", in: 1...(1 << 53)), issuedAt: reader.time("issued_at"),
            rootKeys: rootKeys, threshold: reader.integer("threshold", in: 1...64), keys: keys,
            reviewRules: ReviewRulebook(byTenant: rules))
    }

    private static func key(_ reader: MemberReader) throws(TokenError) -> TrustedKey {
        var revocation: Revocation?
        if let member = try reader.optionalChild("revoked", known: ["at", "reason", "compromised"]) {
            revocation = Revocation(
                at: try member.time("at"), reason: try member.text("reason"),
                isCompromised: try member.boolean("compromised"))
        }
        return TrustedKey(
            try VerificationKey(pem: reader.text("public_key"), name: reader.text("name")),
            scope: try reader.optionalText("scope"),
            tenants: reader.has("tenants") ? Set(try reader.texts("tenants")) : nil,
            person: try reader.text("person"), roles: Set(try reader.texts("roles")),
            validFrom: try reader.optionalTime("valid_from"), validUntil: try reader.optionalTime("valid_until"),
            revocation: revocation)
    }
}
