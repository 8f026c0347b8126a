import Redaction

extension Shape {
    static let policy = Shape(
        title: "a policy",
        fields: [
            Field("aegis", .choice(["v1"]), required: true, "Version of the policy language."),
            Field("kind", .choice(["Policy"]), required: true, "What the document describes."),
            Field("name", .format(.name), required: true, "Unique per kind and tenant."),
            Field("description", .text, "What it is for, in a sentence."),
            Field("owner", .text, "Who answers for it."),
            Field("labels", .labels, "Facts of your own."),
            Field(
                "controls", .list(.format(.control), atLeast: 1),
                "Compliance controls that it implements, such as `SOC2:CC6.1`."),
            Field("mode", .choice(["enforce", "shadow"]), "Shadow policies are evaluated and never enforced."),
            Field(
                "agents", .list(.format(.glob), atLeast: 1), required: true, "Agents it speaks about, names or globs."),
            Field(
                "tools", .list(.format(.glob), atLeast: 1),
                "Tools it speaks about, names or globs; all when absent. A policy that permits must name its tools."),
            Field("effect", .choice(["allow", "deny", "approval_needed"]), "What it says about every such call."),
        ] + shorthands + [
            Field("rules", .list(.object(rule), atLeast: 1), "The general form."),
            Field("rego", .format(.regoFile), "A Rego file, relative to this one, for what YAML cannot say."),
            Field(
                "retention", .format(.name),
                "The retention class of the records of decisions that it decided; the tenant's by default."),
        ])

    private static let shorthands: [Field] = [
        Field(
            "max_amount", .number(minimum: "0", exclusive: false),
            "Denies `params.amount` above this; with `approval_needed`, asks for approval instead."),
        Field("hard_max_amount", .number(minimum: "0", exclusive: false), "Denies `params.amount` above this, always."),
        Field("approval_needed", .conditions, "Asks for approval when these hold."),
        Field("approval", .object(approval), "Who approves what this policy holds."),
        Field("sanitize", .list(.object(sanitize), atLeast: 1), "What is taken out of the parameters or the result."),
        Field("allowed_endpoints", .list(.format(.endpoint), atLeast: 1), "Denies every other HTTP method and path."),
        Field("allowed_domains", .list(.format(.domain), atLeast: 0), "Denies every other host."),
        Field("require", .requirements, "What the call's context must say, such as `purpose: care`."),
        Field("denied_callers", .list(.format(.glob), atLeast: 0), "Who may not stand in the call chain."),
        Field("max_chain_depth", .integer(0...64), "How many callers may stand before the agent."),
        Field(
            "max_distinct", .list(.object(distinct), atLeast: 1),
            "How many different values of something a session may have."),
        Field("hourly_budget", .format(.money), "The most its calls may cost in an hour."),
        Field("daily_budget", .format(.money), "The most its calls may cost in a day."),
        Field("monthly_budget", .format(.money), "The most its calls may cost in a month."),
        Field("total_budget", .format(.money), "The most its calls may ever cost."),
        Field("cost", .cost, "What a call costs, in the budget's currency."),
        Field(
            "refund", .choice(["agent", "never"]),
            "Whether the agent's report of a lower cost gives the rest of the reservation back. `agent` by default: it does."
        ),
        Field(
            "per", .choice(["agent", "tool", "session", "tenant"]), "Whose budget and rate it is. `agent` by default."),
        Field("rps", .number(minimum: "0", exclusive: true), "Calls a second, on the average."),
        Field("burst", .integer(1...1_000_000), "Calls at once. `rps` rounded up by default."),
    ]

    static let distinct = Shape(
        title: "a count of different values",
        fields: [
            Field("of", .condition, required: true, "What is counted, such as `params.to`."),
            Field("limit", .integer(1...10_000), required: true, "How many different ones a session may have."),
        ])

    static let rule = Shape(
        title: "a rule",
        fields: [
            Field("name", .format(.name), required: true, "Unique in its policy; decisions name it."),
            Field("description", .text, "What it is for."),
            Field(
                "effect", .choice(["allow", "deny", "approval_needed", "sanitize"]), required: true, "What it does."),
            Field("when", .conditions, "Conditions that must all hold. A rule without holds always."),
            Field("reason", .text, "What the agent and the record are told."),
            Field("approval", .object(approval), "Who approves; the policy's `approval` by default."),
            Field(
                "sanitize", .list(.object(sanitize), atLeast: 1),
                "With `effect: sanitize`: what is taken out of the parameters or the result."),
        ])

    static let approval = Shape(
        title: "an approval",
        fields: [
            Field(
                "approvers", .list(.format(.approver), atLeast: 1),
                "Who may approve. By default those who decide the tool's risk."),
            Field("quorum", .integer(1...20), "How many of them must. 1 by default."),
            Field("expires_after", .format(.duration), "When an undecided request ends. `30m` by default."),
            Field("notify", .list(.format(.channel), atLeast: 0), "Channels that are told."),
            Field(
                "escalate_after", .format(.duration), "When more people may decide, if nobody has. Never by default."),
            Field("escalate_to", .list(.format(.approver), atLeast: 1), "Who may decide then, besides the approvers."),
        ])

    static let sanitize = Shape(
        title: "a sanitizer",
        fields: [
            Field("detectors", .list(.format(.name), atLeast: 1), required: true, "What is looked for."),
            Field("paths", .list(.format(.jsonPath), atLeast: 1), "Where. Everywhere (`$`) by default."),
            Field(
                "action", .choice(RedactionForm.allCases.map(\.rawValue)),
                "What becomes of it. `redact` by default, or what a detector of your own says."),
            Field(
                "on", .choice(["parameters", "result"]),
                "Whether it is about the call or about what the tool answered. `parameters` by default."),
        ])
}
