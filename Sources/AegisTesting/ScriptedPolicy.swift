public import Decisions
public import RegoValues

/// A policy whose ruling a test writes down as JSON, in the form of `data.aegis.decision`.
public enum ScriptedPolicy {
    /// The catalog that the fixtures use: two agents, a payment tool on the wire, a reading tool, a model.
    public static let catalog = #"""
        {"tenant": "acme", "schema_version": 1,
         "agents": {
          "finance-agent": {"owner": "treasury@acme.example", "identities": [{"api_key": "fin"}], "scopes": ["*"]},
          "llm-agent": {"owner": "ml@acme.example", "identities": [{"api_key": "llm"}], "scopes": ["*"]}},
         "tools": {
          "payments.transfer": {
           "match": [{"http": {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}}],
           "parameters": {"type": "object", "properties": {
             "amount": {"type": "number"}, "currency": {"type": "string", "default": "EUR"}, "to": {"type": "string"},
             "memo": {"type": "string"}}},
           "sensitive": ["$.to"], "risk": "high", "emits": [], "labels": {}},
          "ehr.read": {
           "match": [{"http": {"method": "GET", "host": "*.acme.example", "path": "/ehr/{patient}/**"}}],
           "parameters": {"type": "object", "properties": {
             "patient": {"type": "string"}, "page": {"type": "integer", "default": 1},
             "export": {"type": "boolean", "default": false}, "tags": {"type": "array", "items": {"type": "string"}}}},
           "sensitive": [], "emits": ["phi"], "labels": {}},
          "llm.complete": {"match": [], "parameters": {"type": "object"}, "sensitive": [], "emits": [], "labels": {}}}}
        """#

    /// The parts of a ruling in their quiet form; a test replaces what it is about.
    public static func ruling(
        outcome: String = "allow", code: String = "policy_allow", policy: String = "p", rule: String = "r",
        message: String = "as policy says", also: String = "[]", approval: String = "null", sanitize: String = "[]",
        budgets: String = "[]", rates: String = "[]", would: String = "null"
    ) -> String {
        """
        {"outcome": "\(outcome)",
         "reason": {"code": "\(code)", "message": "\(message)", "policy": "\(policy)", "rule": "\(rule)"},
         "also": \(also), "approval": \(approval), "sanitize": \(sanitize), "budgets": \(budgets),
         "rates": \(rates), "would": \(would)}
        """
    }

    /// A ruling that asks `jane` or any treasurer, half an hour long.
    public static func approvalRuling(approvers: String = #"["role:treasurer"]"#, quorum: Int = 1, rates: String = "[]")
        -> String
    {
        ruling(
            outcome: "approval_needed", code: "approval_required", rule: "large", message: "large transfer",
            approval: """
                {"policy": "p", "rule": "large", "message": "large transfer", "approvers": \(approvers),
                 "quorum": \(quorum), "expires_after_s": 1800, "notify": []}
                """, rates: rates)
    }

    /// - Parameters:
    ///   - settings: `data.aegis.tenant` as JSON.
    ///   - rule: the ruling for an input, as JSON.
    public static func policy(
        tenant: String = "acme", sequence: Int = 1, catalog: String = catalog, settings: String = "{}",
        rule: @escaping @Sendable (Value) throws -> String
    ) throws -> ActivePolicy {
        let data = try Document(json: Array(#"{"aegis": {"catalog": \#(catalog), "tenant": \#(settings)}}"#.utf8))
        return try ActivePolicy(
            tenant: tenant, version: "\(tenant)/\(sequence)@sha256:000000000000", sequence: sequence,
            bundleDigest: "sha256:\(sequence)", data: data,
            evaluation: { input, heap, _ in try heap.parseJSON(Array(try rule(input).utf8)) })
    }
}
