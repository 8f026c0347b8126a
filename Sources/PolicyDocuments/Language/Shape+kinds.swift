import Redaction

extension Shape {
    static let kinds = ["Agent", "Tool", "Policy", "Approvers", "Tenant", "Detector", "PolicyTest"]

    static func ofKind(_ kind: String) -> Shape? {
        switch kind {
        case "Agent": agent
        case "Tool": tool
        case "Policy": policy
        case "Approvers": approvers
        case "Tenant": tenant
        case "Detector": detector
        case "PolicyTest": policyTest
        default: nil
        }
    }

    static func document(_ kind: String, _ title: String, _ fields: [Field]) -> Shape {
        Shape(
            title: title,
            fields: [
                Field("aegis", .choice(["v1"]), required: true, "Version of the policy language."),
                Field("kind", .choice([kind]), required: true, "What the document describes."),
                Field("name", .format(.name), required: true, "Unique per kind and tenant."),
                Field("description", .text, "What it is for, in a sentence."),
                Field("owner", .text, "Who answers for it."),
                Field("labels", .labels, "Facts of your own; conditions see those of agents and tools."),
                Field(
                    "controls", .list(.format(.control), atLeast: 1),
                    "Compliance controls that it implements, such as `SOC2:CC6.1`."),
            ] + fields)
    }

    static let agent = document(
        "Agent", "an agent",
        [
            Field(
                "identities", .list(.oneOf(identity), atLeast: 1), required: true,
                "How it proves itself; any one of these is enough."),
            Field(
                "scopes", .list(.format(.glob), atLeast: 1), required: true,
                "The tools it can ever be permitted to call, whatever policies say."),
            Field(
                "accepts_from", .list(.format(.glob), atLeast: 0), "Agents that may delegate to it. None by default."),
            Field(
                "may_act_as", .list(.format(.glob), atLeast: 0),
                "Agents that it may call for, as an orchestrator does. None by default."),
        ])

    static let identity = Shape(
        title: "an identity",
        fields: [
            Field("spiffe", .format(.spiffe), "A SPIFFE id, proven by mTLS."),
            Field("jwt", .object(token), "A token of an identity provider."),
            Field("api_key", .format(.keyID), "The id of an API key."),
        ])

    static let token = Shape(
        title: "a token identity",
        fields: [
            Field("issuer", .format(.issuer), required: true, "The `iss` claim."),
            Field("subject", .text, required: true, "The `sub` claim."),
        ])

    static let tool = document(
        "Tool", "a tool",
        [
            Field("match", .list(.oneOf(match), atLeast: 1), "How a call on the wire is known to be one of this tool."),
            Field(
                "parameters", .parameterSchema,
                "JSON Schema 2020-12 of the parameters, all that stays within the document; checked on every call."),
            Field(
                "sensitive", .list(.format(.jsonPath), atLeast: 0),
                "Parameters that never appear in clear in logs, spans, errors and notifications."),
            Field(
                "agent", .format(.name),
                "The agent behind this tool: a permitted call carries the signed call chain to it."),
            Field("risk", .choice(["low", "medium", "high", "critical"]), "Routes approvals that name no approvers."),
            Field("emits", .list(.format(.name), atLeast: 0), "Labels that its result adds to the session."),
        ])

    static let match = Shape(
        title: "a match",
        fields: [
            Field("http", .object(httpMatch), "An HTTP request."),
            Field("mcp", .object(mcpMatch), "A tool of an MCP server."),
        ])

    static let httpMatch = Shape(
        title: "an HTTP match",
        fields: [
            Field("method", .format(.method), required: true, "The method, or `*`."),
            Field("host", .format(.domain), required: true, "The host, `*.domain`, or `*`."),
            Field(
                "path", .format(.path), required: true,
                "The path. `*` is one segment, `**` any number of them, `{name}` a segment that is a parameter."),
        ])

    static let mcpMatch = Shape(
        title: "an MCP match",
        fields: [
            Field("server", .format(.name), required: true, "The server's name."),
            Field("tool", .text, required: true, "The tool's name there."),
        ])

    static let approvers = document(
        "Approvers", "approvers",
        [
            Field(
                "members", .list(.format(.approver), atLeast: 1), required: true,
                "Who decides: roles, or people by name."),
            Field(
                "for_risk", .list(.choice(["low", "medium", "high", "critical"]), atLeast: 0),
                "Risks that they decide when a rule names no approvers."),
            Field(
                "pending_per_agent", .integer(1...100_000),
                "Approvals that an agent may have pending when it asks for one of these risks."),
            Field(
                "daily_per_agent", .integer(1...100_000),
                "Approvals that an agent may have asked for in a day when it asks for one of these risks."),
        ])

    static let detector = document(
        "Detector", "a detector",
        [
            Field(
                "pattern", .text, required: true,
                "RE2. Where it has a group, the first one is what is taken out, and the rest only has to be there."),
            Field(
                "context", .list(.text, atLeast: 1),
                "Words, one of which must stand shortly before or in the name of the member."),
            Field(
                "validators", .list(.choice(FindValidator.allCases.map(\.rawValue)), atLeast: 1),
                "Checks that a match must pass, all of them."),
            Field(
                "action", .choice(RedactionForm.allCases.map(\.rawValue)),
                "What becomes of its finds where a policy does not say. `redact` by default."),
        ])

    static let tenant = document(
        "Tenant", "a tenant",
        [
            Field(
                "mode", .choice(["enforce", "shadow"]),
                "In shadow every call is allowed, and the outcome only recorded."),
            Field("time_zone", .format(.timeZone), "Where its days and months begin. `UTC` by default."),
            Field(
                "pending_approvals_per_agent", .integer(1...100_000),
                "Approvals that one agent may have pending. 100 by default."),
            Field(
                "daily_approvals_per_agent", .integer(1...100_000),
                "Approvals that one agent may ask for in a day. 1000 by default."),
            Field(
                "stale_after", .format(.duration),
                "How long policies are good without a new signed word that they are the latest. For ever by default."),
            Field(
                "when_stale", .choice(["report", "deny"]),
                "Whether a gateway only says that its policies are stale, or denies every call. `report` by default."),
            Field(
                "retention", .format(.name),
                "The retention class of its decisions' records, one that `aegis audit retention` knows."),
            Field(
                "sessions", .choice(["named", "agent"]),
                "Whose sessions policies, rates and budgets see: those that calls name, or one of each agent whatever its calls name. `named` by default."
            ),
        ])
}
