import RegoValues

extension DecisionRequest {
    /// Reads the body of `POST /v1/decisions`: once, straight into the values that policies are evaluated over.
    ///
    /// Refused are: more than the limits, duplicate keys, unknown fields, and numbers that two parties could read
    /// differently (RFC 8785 cannot represent them).
    public static func parse(
        _ json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext? = nil,
        limits: AdmissionLimits = .usual
    ) throws(AdmissionError) -> DecisionRequest {
        let heap = Heap()
        let root = try heap.admit(json, limits: limits)
        guard root.kind == .object else { throw .malformed("the body is not a JSON object") }
        for entry in root.entries {
            guard let field = entry.key.string, fields.contains(field) else {
                throw .malformed("the body has an unknown field; known are \(fields.sorted().joined(separator: ", "))")
            }
        }
        let reader = FieldReader(limits: limits)
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
            guard let normal = RequestLine(method: method, host: host, target: path) else {
                throw .malformed("`request` names a method, host or path that can be read in two ways")
            }
            line = normal
        }
        return DecisionRequest(
            heap: heap, subject: .tool(name: name, parameters: parameters, request: line),
            claimedAgent: try reader.object(root, "agent").map { agent throws(AdmissionError) in
                guard let id = try reader.name(agent, "id", in: "agent.") else {
                    throw AdmissionError.malformed("`agent.id` is missing")
                }
                return id
            },
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
    /// Parses JSON from outside: limits first, and only numbers that mean the same to everybody.
    func admit(_ json: [UInt8], limits: AdmissionLimits) throws(AdmissionError) -> Value {
        guard json.count <= limits.byteCount else {
            throw .tooLarge("\(json.count) bytes; the limit is \(limits.byteCount)")
        }
        let value: Value
        do {
            value = try parseJSON(json, limits: JSONLimits(depth: limits.depth, byteCount: limits.byteCount))
        } catch {
            switch error.code {
            case .tooDeep, .tooLong: throw .tooLarge("\(error)")
            default: throw .malformed("\(error)")
            }
        }
        if let field = value.firstUnrepresentableNumber() {
            throw .malformed("the number at `\(field)` does not survive canonical JSON; send it as a string")
        }
        return value
    }
}

extension Value {
    /// Where the first number stands that RFC 8785 cannot carry unchanged; nil where there is none.
    func firstUnrepresentableNumber() -> String? {
        var path = JSONLocation()
        return firstUnrepresentableNumber(&path)
    }

    private func firstUnrepresentableNumber(_ path: inout JSONLocation) -> String? {
        switch kind {
        case .number:
            var scratch: [UInt8] = []
            do {
                try JSONWriter.canonical(self, to: &scratch)
                return nil
            } catch { return path.description }
        case .array, .set:
            for (index, element) in elements.enumerated() {
                path.append(index: index)
                if let found = element.firstUnrepresentableNumber(&path) { return found }
                path.removeLast()
            }
            return nil
        case .object:
            for entry in entries {
                path.append(key: entry.key)
                if let found = entry.value.firstUnrepresentableNumber(&path) { return found }
                path.removeLast()
            }
            return nil
        case .undefined, .null, .boolean, .string: return nil
        }
    }
}

/// Reads optional fields by type. `null` counts as absent; another type is an error, never absent.
struct FieldReader {
    let limits: AdmissionLimits

    func object(_ parent: Value, _ name: StaticString) throws(AdmissionError) -> Value? {
        let value = parent.lookup(name)
        switch value.kind {
        case .undefined, .null: return nil
        case .object: return value
        default: throw .malformed("`\(name)` is not an object")
        }
    }

    func text(_ parent: Value, _ name: StaticString, in place: String = "") throws(AdmissionError) -> String? {
        let value = parent.lookup(name)
        switch value.kind {
        case .undefined, .null: return nil
        case .string: return value.string
        default: throw .malformed("`\(place)\(name)` is not a string")
        }
    }

    /// A text that is not empty, not long, and has no control characters.
    func name(_ parent: Value, _ name: StaticString, in place: String = "") throws(AdmissionError) -> String? {
        guard let text = try text(parent, name, in: place) else { return nil }
        guard !text.isEmpty, text.utf8.count <= limits.nameLength, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else {
            throw .malformed(
                "`\(place)\(name)` is empty, has control characters, or is over \(limits.nameLength) bytes")
        }
        return text
    }

    func boolean(_ parent: Value, _ name: StaticString) throws(AdmissionError) -> Bool {
        let value = parent.lookup(name)
        switch value.kind {
        case .undefined, .null: return false
        case .boolean: return value == .true
        default: throw .malformed("`\(name)` is not a boolean")
        }
    }
}
