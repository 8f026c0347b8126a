public import RegoValues

/// A call with its tool known and its parameters whole: defaults filled in, everything in one object.
public final class ToolCall {
    public let tool: ToolDefinition
    public let parameters: Value
    public let line: RequestLine?

    init(tool: ToolDefinition, parameters: Value, line: RequestLine?) {
        self.tool = tool
        self.parameters = parameters
        self.line = line
    }
}

enum ToolResolution {
    case call(ToolCall)
    case refused(DecisionReason)

    static func invalid(_ message: String) -> ToolResolution { .refused(DecisionReason(.parameterInvalid, message)) }
}

extension ToolCatalog {
    /// Names the tool and gathers the parameters: from the body of the decision API as they are; from a request on the
    /// wire out of its JSON body, query and path.
    func resolve(_ subject: DecisionRequest.Subject, heap: Heap, limits: AdmissionLimits) -> ToolResolution {
        switch subject {
        case .tool(let name, let parameters, let line):
            guard let tool = tools[name] else {
                return .refused(DecisionReason(.unknownTool, "no tool of this tenant has the name that the call gives"))
            }
            return resolved(tool, parameters, line, heap)
        case .wire(let request):
            guard let line = RequestLine(method: request.method, host: request.host, target: request.target) else {
                return .invalid("the request's method, host or path can be read in two ways")
            }
            let (tool, captures): (ToolDefinition, [(name: String, value: Substring)])
            switch route(line) {
            case .match(let found, let parts): (tool, captures) = (found, parts)
            case .ambiguous: return .invalid("the path differs only in case from one of another tool")
            case nil:
                return .refused(DecisionReason(.unknownTool, "no tool matches \(line.method) on this host and path"))
            }
            return parameters(of: request, tool: tool, captures: captures, line: line, heap: heap, limits: limits)
        }
    }

    private func resolved(
        _ tool: ToolDefinition, _ parameters: Value, _ line: RequestLine?, _ heap: Heap
    ) -> ToolResolution {
        if let name = tool.declared.twin(in: parameters) {
            return .invalid("a parameter's name is `\(name)`, which the tool declares, in another spelling")
        }
        return .call(call(tool, parameters, line, heap))
    }

    private func call(_ tool: ToolDefinition, _ parameters: Value, _ line: RequestLine?, _ heap: Heap) -> ToolCall {
        let filled = tool.defaults.isEmpty ? parameters : tool.defaults.fill(parameters, heap: heap)
        return ToolCall(tool: tool, parameters: filled, line: line)
    }

    private func parameters(
        of request: WireRequest, tool: ToolDefinition, captures: [(name: String, value: Substring)],
        line: RequestLine, heap: Heap, limits: AdmissionLimits
    ) -> ToolResolution {
        guard !request.isTruncated else {
            return .refused(DecisionReason(.requestTooLarge, "the body was cut off before it reached the gateway"))
        }
        var entries: [Entry] = []
        if !request.body.isEmpty {
            guard WireRequest.isJSON(request.contentType), WireRequest.isPlain(request.contentEncoding) else {
                return .invalid("the body is not plain JSON, so its parameters cannot be checked")
            }
            do {
                let body = try heap.admit(request.body, limits: limits)
                guard body.kind == .object else { return .invalid("the body is not a JSON object") }
                entries = Array(body.entries)
            } catch {
                return .refused(
                    DecisionReason(error.code == .requestTooLarge ? error.code : .parameterInvalid, error.detail))
            }
        }
        guard let query = QueryText.pairs(ofTarget: request.target) else {
            return .invalid("the query is malformed")
        }
        var texts: [(name: String, values: [String])] = []
        // Names are their bytes, as those of a body are.
        var places: [[UInt8]: Int] = [:]
        for pair in query {
            if let place = places[Array(pair.name.utf8)] {
                texts[place].values.append(pair.value)
            } else {
                places[Array(pair.name.utf8)] = texts.count
                texts.append((pair.name, [pair.value]))
            }
        }
        for capture in captures {
            guard places.updateValue(texts.count, forKey: Array(capture.name.utf8)) == nil else {
                return .invalid("`\(capture.name)` is given in the path and in the query")
            }
            texts.append((capture.name, [String(capture.value)]))
        }
        var given = Set(entries.map { Array($0.key.utf8) })
        let declared = SchemaParts(root: tool.schema)
        for text in texts {
            let key = heap.string(text.name)
            guard given.insert(Array(text.name.utf8)).inserted else {
                return .invalid("a parameter is given in the body and again in the query or path")
            }
            guard let value = QueryText.value(of: text.values, schema: declared.property(key), in: declared, heap: heap)
            else {
                return .invalid("a parameter in the query or path is not of its declared type, or is given twice")
            }
            entries.append(Entry(key: key, value: value))
        }
        return resolved(tool, heap.object(entries), line, heap)
    }
}

extension ToolCatalog {
    /// The parameters of a call of `tool` as policies would see them, defaults filled in.
    /// - Throws: for what is no JSON, or too large.
    public func parameters(
        of tool: ToolDefinition, json: [UInt8], heap: Heap, limits: AdmissionLimits = .usual
    ) throws(AdmissionError) -> Value {
        call(tool, try heap.admit(json, limits: limits), nil, heap).parameters
    }
}

extension WireRequest {
    /// `application/json` or any `+json`, in any case; a charset other than UTF-8 is no JSON (RFC 8259, section 8.1).
    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        // As nearly everybody writes it.
        if contentType == "application/json" { return true }
        let parts = contentType.lowercased().split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingSpaces }
        // Two types in one header are two readings, and so is a space within a type or a parameter.
        guard let type = parts.first, !contentType.contains(","), type.count(where: { $0 == "/" }) == 1,
            type == "application/json" || type.hasSuffix("+json"),
            !parts.contains(where: { $0.contains { $0 == " " || $0 == "\t" } })
        else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
        }
    }

    static func isPlain(_ contentEncoding: String?) -> Bool {
        guard let contentEncoding else { return true }
        return ["", "identity"].contains(contentEncoding.lowercased().trimmingSpaces)
    }
}

extension StringProtocol {
    var trimmingSpaces: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
