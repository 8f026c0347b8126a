/// The headers by which an agent speaks to Aegis, and those by which Aegis speaks to the tool.
enum CarriedHeaders {
    static let apiKey = "x-aegis-api-key"
    static let authorization = "authorization"
    static let session = "x-aegis-session"
    static let purpose = "x-aegis-purpose"
    static let token = "x-aegis-token"
    static let delegation = "x-aegis-delegation"
    static let traceParent = "traceparent"

    static let decisionID = "x-aegis-decision-id"
    static let policyVersion = "x-aegis-policy-version"
    static let approvalID = "x-aegis-approval-id"

    /// What no tool may see, whatever the decision rests on.
    static let credentials = [apiKey, token, session, purpose, delegation]
}
