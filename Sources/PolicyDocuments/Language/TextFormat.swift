/// How a text must be written: its name in messages, its pattern in the published schema, and what makes it wrong.
struct TextFormat: Sendable {
    /// What messages call it: `a tool name or glob`.
    let title: String
    let code: PolicyCode
    /// For JSON Schema; necessary, and where it says so sufficient.
    let pattern: String
    /// One or two right ones, for the fix.
    let example: String
    let accepts: @Sendable (String) -> Bool

    /// Names of agents, policies, rules, detectors, labels.
    static let name = TextFormat(
        title: "a name", code: .invalidName, pattern: #"^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$"#,
        example: "finance-agent"
    ) { text in
        let bytes = Array(text.utf8)
        guard (1...128).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    /// A name in which `*` stands for any run of characters.
    static let glob = TextFormat(
        title: "a name or glob", code: .invalidGlob, pattern: #"^[A-Za-z0-9._*-]{1,128}$"#, example: "payments.*"
    ) { text in
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "._*-".utf8.contains($0) } && !text.contains("**")
    }

    static let money = TextFormat(
        title: "an amount of money", code: .invalidMoney,
        pattern: #"^([$€£][0-9]+(\.[0-9]{1,6})?|[0-9]+(\.[0-9]{1,6})? [A-Z]{3})$"#, example: "$20` or `20 USD"
    ) { Money($0) != nil }

    static let duration = TextFormat(
        title: "a duration", code: .invalidDuration, pattern: #"^[1-9][0-9]*(s|m|h|d)$"#, example: "30m"
    ) { WholeDuration($0) != nil }

    static let endpoint = TextFormat(
        title: "an endpoint", code: .invalidEndpoint, pattern: #"^(\*|[A-Z]+) /[^ ?#]*$"#, example: "GET /ehr/*"
    ) { Endpoint($0) != nil }

    static let path = TextFormat(
        title: "a path", code: .invalidPath, pattern: #"^/[^ ?#]*$"#, example: "/v1/transfers"
    ) { PathGlob($0) != nil }

    static let method = TextFormat(
        title: "an HTTP method", code: .unknownValue, pattern: #"^(\*|[A-Z]+)$"#, example: "POST` or `*"
    ) { Endpoint.methods.contains($0) }

    static let domain = TextFormat(
        title: "a domain or `*.` and a domain", code: .invalidDomain,
        pattern: #"^(\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)$"#,
        example: "api.acme.example` or `*.acme.example"
    ) { DomainGlob($0) != nil }

    static let jsonPath = TextFormat(
        title: "a JSON path", code: .invalidJSONPath,
        pattern: #"^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\.\*|\[\*\]|\[[0-9]+\]|\['[^']*'\])*$"#, example: "$.memo"
    ) { JSONPath($0) != nil }

    static let spiffe = TextFormat(
        title: "a SPIFFE id", code: .invalidIdentity, pattern: #"^spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)+$"#,
        example: "spiffe://acme/ns/fin/sa/agent"
    ) { text in
        guard text.hasPrefix("spiffe://"), text.utf8.count <= 2048 else { return false }
        let parts = text.dropFirst("spiffe://".count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2, let domain = parts.first, !domain.isEmpty,
            domain.utf8.allSatisfy({ isLowerAlphanumeric($0) || "._-".utf8.contains($0) })
        else { return false }
        return parts.dropFirst().allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
        }
    }

    static let issuer = TextFormat(
        title: "a token issuer", code: .invalidIdentity, pattern: #"^https://[^ ]+$"#,
        example: "https://idp.acme.example"
    ) { $0.hasPrefix("https://") && $0.utf8.count > 8 && !$0.contains(" ") }

    static let keyID = TextFormat(
        title: "the id of an API key", code: .invalidIdentity, pattern: #"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$"#,
        example: "finance-1"
    ) { text in
        (1...64).contains(text.utf8.count) && isAlphanumeric(text.utf8.first ?? 0)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    static let approver = TextFormat(
        title: "an approver", code: .invalidApprover, pattern: #"^(role|person):[A-Za-z0-9][A-Za-z0-9._@-]*$"#,
        example: "role:treasurer` or `person:maria"
    ) { text in
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "role" || parts[0] == "person", let first = parts[1].utf8.first else {
            return false
        }
        return isAlphanumeric(first) && parts[1].utf8.allSatisfy { isAlphanumeric($0) || "._@-".utf8.contains($0) }
    }

    static let channel = TextFormat(
        title: "a channel", code: .invalidChannel, pattern: #"^(slack|teams):.+$"#,
        example: "slack:#payments"
    ) { text in
        let parts = text.split(separator: ":", maxSplits: 1)
        return parts.count == 2 && ["slack", "teams"].contains(parts[0]) && !parts[1].contains(" ")
    }

    static let control = TextFormat(
        title: "a control id", code: .invalidControl, pattern: #"^[A-Z][A-Za-z0-9-]*:[A-Za-z0-9.()/_-]+$"#,
        example: "SOC2:CC6.1"
    ) { text in
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let first = parts[0].utf8.first, (65...90).contains(first) else { return false }
        return parts[0].utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            && parts[1].utf8.allSatisfy { isAlphanumeric($0) || ".()/_-".utf8.contains($0) }
    }

    static let timeZone = TextFormat(
        title: "a time zone", code: .unknownValue, pattern: #"^(UTC|GMT|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$"#,
        example: "Europe/Berlin"
    ) { text in
        if text == "UTC" || text == "GMT" { return true }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count >= 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { isAlphanumeric($0) || "_+-".utf8.contains($0) }
            }
    }

    static let instant = TextFormat(
        title: "a time in UTC", code: .invalidTime,
        pattern: #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"#,
        example: "2026-03-01T09:30:00Z"
    ) { text in
        text.wholeMatch(of: /(19[7-9]|2[01]\d|22[0-5])\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z/) != nil
    }

    static let regoFile = TextFormat(
        title: "the path of a Rego file", code: .regoFile, pattern: #"^[A-Za-z0-9._/-]+\.rego$"#,
        example: "refunds.rego"
    ) { text in
        text.hasSuffix(".rego") && !text.hasPrefix("/") && !text.split(separator: "/").contains("..")
            && text.utf8.allSatisfy { isAlphanumeric($0) || "._/-".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
