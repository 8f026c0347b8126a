extension Shape {
    static let policyTest = document(
        "PolicyTest", "a policy test",
        [
            Field(
                "given", .object(given),
                "What every case starts from. A case's own `given` goes over it, field by field, and member by member in "
                    + "`parameters`, `context` and `session`."),
            Field(
                "cases", .list(.object(testCase), atLeast: 1), required: true, "The calls, and what must come of them."),
        ])

    static let testCase = Shape(
        title: "a test case",
        fields: [
            Field("name", .text, required: true, "What it shows, in a sentence; unique in its document."),
            Field("given", .object(given), "The call and the state it meets."),
            Field(
                "expect", .object(expectation), required: true,
                "What must come of it; what is left out may be anything."),
        ])

    static let given = Shape(
        title: "a given call",
        fields: [
            Field("agent", .format(.name), "Who calls, proven."),
            Field(
                "tool", .format(.name), "What is called. Without it, `request` says: the tool is the one that matches."),
            Field("parameters", .values, "The call's parameters; without `tool`, the JSON body of the request."),
            Field("request", .object(givenRequest), "The HTTP request that the call is."),
            Field("context", .values, "What the call says about itself, such as `purpose: care`."),
            Field("chain", .list(.format(.name), atLeast: 0), "The agents before this one, oldest first, proven."),
            Field("session", .object(givenSession), "What the session has come to before the call."),
            Field(
                "earlier", .list(.object(earlierCall), atLeast: 1),
                "Calls of the same agent and session that were made before."),
            Field("spent", .list(.object(givenSpending), atLeast: 1), "What of budgets is spent before the call."),
            Field("approved", .boolean, "Whether the call comes with the token of its approval. `false` by default."),
            Field("now", .format(.instant), "When the call is made. `2026-01-01T12:00:00Z` by default."),
            Field(
                "through", .choice(["decision-api", "envoy"]),
                "Where the answer is enforced; `envoy` cannot rewrite parameters. `decision-api` by default."),
        ])

    static let givenRequest = Shape(
        title: "a given request",
        fields: [
            Field("method", .format(.method), required: true, "The method."),
            Field("host", .text, required: true, "The host."),
            Field("path", .text, required: true, "The path, with its query where there is one."),
        ])

    static let givenSession = Shape(
        title: "a given session",
        fields: [
            Field("id", .text, "The session's id."),
            Field("labels", .list(.format(.name), atLeast: 0), "Labels that its calls have left in it, such as `phi`."),
            Field("tools", .values, "How many calls of each tool were permitted in it."),
        ])

    static let earlierCall = Shape(
        title: "an earlier call",
        fields: [
            Field("tool", .format(.name), "What was called; the case's tool by default."),
            Field("parameters", .values, "Its parameters; the case's by default."),
            Field("times", .integer(1...1000), "How often. Once by default."),
        ])

    static let givenSpending = Shape(
        title: "a given spending",
        fields: [
            Field("policy", .format(.name), required: true, "The policy that has the budget."),
            Field(
                "budget", .choice(PolicyDocument.Window.allCases.map(\.field)), required: true, "Which of its budgets."),
            Field("amount", .format(.money), required: true, "How much of it is spent."),
        ])

    static let expectation = Shape(
        title: "an expectation",
        fields: [
            Field("outcome", .choice(PolicyTestVocabulary.outcomes), required: true, "What is decided."),
            Field("reason", .choice(PolicyTestVocabulary.reasonCodes), "The reason code."),
            Field("policy", .format(.name), "The policy whose rule decides."),
            Field("rule", .text, "The rule that decides: its name, or that of the shorthand."),
            Field("message", .text, "What the agent is told, word for word."),
            Field("tool", .format(.name), "The tool that the request was recognised as."),
            Field("would", .choice(PolicyTestVocabulary.outcomes), "The outcome with shadow policies counted in."),
            Field(
                "redactions", .list(.object(expectedRedaction), atLeast: 0), "All that was taken out of the parameters."
            ),
            Field("parameters", .values, "The parameters as rewritten."),
        ])

    static let expectedRedaction = Shape(
        title: "an expected redaction",
        fields: [
            Field("path", .text, required: true, "Where: a JSON pointer, such as `/memo`."),
            Field("detector", .format(.name), required: true, "What was found."),
            Field("count", .integer(1...100_000), "How many of them. 1 by default."),
        ])
}
