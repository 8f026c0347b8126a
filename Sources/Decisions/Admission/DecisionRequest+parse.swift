import RegoValues

extension DecisionRequest {
    /// Reads the body of `POST /v1/decisions`: once, straight into the values that policies are evaluated over.
    ///
    /// Refused are: more than the limits, duplicate keys, unknown fields, and values that two parties could read
    /// differently: numbers that RFC 8785 cannot represent, and null characters in texts.
    public static func parse(
        _ json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext? = nil,
        limits: AdmissionLimits = .usual
    ) throws(AdmissionError) -> DecisionRequest {
        let heap = Heap()
        let reader = FieldReader(limits: limits)
        let root = try reader.root(json, in: heap, fields: fields)
        let parameters = try reader.object(root, "parameters") ?? .emptyObject
        let tool = try reader.object(root, "tool")
        guard let tool, let name = try reader.name(tool, "name", in: "tool.") else {
            throw .malformed("`tool.name` is missing")
        }
        var line: RequestLine?
        if let request = try reader.object(root, "request") {
            guard let method = try reader.name(request, "method", in: "request."),
                let host = try reader.name(request, "host", in: "request."),
                let path = try reader.name(request, "path", in: "request.")
            else { throw .malformed("`request` needs method, host and path") }
            // On the wire a query gives parameters. Here these are given as such, and nobody would judge or be shown the query.
            guard !path.utf8.contains(UInt8(ascii: "?")) else {
                throw .malformed(
                    "`request.path` has a query: give what it says in `parameters`, and the path without it")
            }
            guard let normal = RequestLine(method: method, host: host, target: path) else {
                throw .malformed("`request` names a method, host or path that can be read in two ways")
            }
            line = normal
        }
        return DecisionRequest(
            heap: heap, subject: .tool(name: name, parameters: parameters, request: line),
            claimedAgent: try reader.claimedAgent(root),
            sessionID: try reader.name(root, "session_id"), context: try reader.object(root, "context") ?? .emptyObject,
            delegation: try reader.text(root, "delegation"), overrideToken: try reader.text(root, "override_token"),
            idempotencyKey: try reader.name(root, "idempotency_key"), isDryRun: try reader.boolean(root, "dry_run"),
            credentials: credentials, point: point, trace: trace)
    }

    private static let fields: Set<String> = [
        "agent", "tool", "parameters", "request", "session_id", "context", "delegation", "override_token",
        "idempotency_key", "dry_run",
    ]
}

extension Heap {
    /// Parses JSON from outside: limits first, and only values that mean the same to everybody. What is thrown says where, and is
    /// recorded: it holds no value, and of names those alone that tell nothing.
    func admit(_ json: [UInt8], limits: AdmissionLimits) throws(AdmissionError) -> Value {
        guard json.count <= limits.byteCount else {
            throw .tooLarge("\(json.count) bytes; the limit is \(limits.byteCount)")
        }
        let value: Value
        do {
            value = try parseJSON(json, limits: JSONLimits(depth: limits.depth, byteCount: limits.byteCount))
        } catch {
            switch error.code {
            case .tooDeep, .tooLong: throw .tooLarge(error.withoutText)
            default: throw .malformed(error.withoutText)
            }
        }
        if let found = value.firstAmbiguity() { throw .malformed(found) }
        return value
    }
}
