import RegoValues

/// What a tool answered, handed in to be redacted and labelled before the agent sees it.
struct ResultRequest {
    /// The call's own facts, without its effects.
    let call: DecisionRequest
    let tool: String
    /// The parameters of the call, for conditions; an empty object where they are not told.
    let parameters: Value
    let result: Value
    /// The decision that let the call through.
    let decisionID: String?

    /// Reads the body of `POST /v1/results`, as strictly as that of a decision.
    static func parse(
        _ json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext?,
        limits: AdmissionLimits
    ) throws(AdmissionError) -> ResultRequest {
        let heap = Heap()
        let root = try heap.admit(json, limits: limits)
        guard root.kind == .object else { throw .malformed("the body is not a JSON object") }
        for entry in root.entries {
            guard let field = entry.key.string, fields.contains(field) else {
                throw .malformed("the body has an unknown field; known are \(fields.sorted().joined(separator: ", "))")
            }
        }
        let reader = FieldReader(limits: limits)
        guard let tool = try reader.object(root, "tool"), let name = try reader.name(tool, "name", in: "tool.") else {
            throw .malformed("`tool.name` is missing")
        }
        let result = root.lookup("result")
        guard !result.isUndefined else { throw .malformed("`result` is missing") }
        let parameters = try reader.object(root, "parameters") ?? .emptyObject
        let agent = try reader.object(root, "agent").map { agent throws(AdmissionError) in
            guard let id = try reader.name(agent, "id", in: "agent.") else {
                throw AdmissionError.malformed("`agent.id` is missing")
            }
            return id
        }
        let call = DecisionRequest(
            heap: heap, subject: .tool(name: name, parameters: parameters, request: nil), claimedAgent: agent,
            sessionID: try reader.name(root, "session_id"), context: try reader.object(root, "context") ?? .emptyObject,
            delegation: try reader.text(root, "delegation"), credentials: credentials, point: point, trace: trace)
        let decisionID = try reader.name(root, "decision_id")
        guard decisionID.map({ DecisionID(parsing: $0) != nil }) ?? true else {
            throw .malformed("`decision_id` is not the id of a decision")
        }
        return ResultRequest(
            call: call, tool: name, parameters: parameters, result: result, decisionID: decisionID)
    }

    private static let fields: Set<String> = [
        "agent", "tool", "parameters", "session_id", "context", "delegation", "decision_id", "result",
    ]
}
