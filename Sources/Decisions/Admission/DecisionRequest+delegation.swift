import RegoValues

extension DecisionRequest {
    /// The name under which handing a call on stands in the trail.
    static let delegationTool = "aegis.delegate"

    /// Reads the body of `POST /v1/delegations`: `{to, delegation?, session_id?, expires_in?, agent?}`.
    static func parseDelegation(
        _ json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext?,
        limits: AdmissionLimits
    ) throws(AdmissionError) -> DecisionRequest {
        let heap = Heap()
        let reader = FieldReader(limits: limits)
        let root = try reader.root(
            json, in: heap, fields: ["to", "delegation", "session_id", "expires_in", "agent"])
        guard let delegate = try reader.name(root, "to") else { throw .malformed("`to` is missing: the next agent") }
        var parameters = [(Value.string("to"), heap.string(delegate))]
        let life = root.lookup("expires_in")
        if !life.isUndefined, life.kind != .null {
            guard let seconds = life.int64, (1...DelegationMint.longestLife).contains(seconds) else {
                throw .malformed(
                    "`expires_in` is not a whole number of seconds from 1 to \(DelegationMint.longestLife)")
            }
            parameters.append((.string("expires_in"), life))
        }
        return DecisionRequest(
            heap: heap, subject: .tool(name: delegationTool, parameters: heap.object(parameters), request: nil),
            claimedAgent: try reader.claimedAgent(root), sessionID: try reader.name(root, "session_id"),
            delegation: try reader.text(root, "delegation"), credentials: credentials, point: point, trace: trace)
    }
}
