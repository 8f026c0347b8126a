import RegoSyntax

/// A tool: how calls of it look on the wire, and what its parameters must be.
package struct ToolDocument: Sendable {
    package let header: DocumentHeader
    /// Nil when the tool declares none: then nothing is checked, and conditions can name none.
    let schemas: ParameterSchemas?
    /// What is known of them, for conditions.
    let parameters: ParameterView?
    /// Each match as one text that is equal for equal matches, such as `http POST host /path`.
    package let matches: [Located<String>]
    package let hasHTTP: Bool

    package var name: String { header.name }

    package init(_ header: DocumentHeader, findings: Findings) {
        self.header = header
        var reader = SchemaReader(findings: findings)
        schemas = header.node[name: "parameters"].flatMap { reader.readParameters($0) }
        parameters = schemas.map(ParameterView.init)
        let nodes = header.node[name: "match"]?.elements ?? []
        hasHTTP = nodes.contains { $0[name: "http"] != nil }
        matches = nodes.compactMap { node in
            guard let entry = node.entries.first else { return nil }
            let names = entry.key == "http" ? ["method", "host", "path"] : ["server", "tool"]
            return Located(
                ([entry.key] + names.map { entry.value[name: $0]?.string ?? "" }).joined(separator: " "),
                at: node.location)
        }
    }

    /// Paths of `{name}` segments name parameters; sensitive paths name parameters.
    package func checkReferences(_ findings: Findings) {
        for match in header.node[name: "match"]?.elements ?? [] {
            guard let path = match[name: "http"]?[name: "path"], let glob = path.string.flatMap(PathGlob.init) else {
                continue
            }
            for name in glob.parameters where parameters?.property(name) == nil {
                findings.error(
                    .unknownParameter, "the path names the parameter `\(name)`, which the tool does not declare",
                    at: path.location,
                    fix: NearMiss.of(name, among: parameters?.names ?? []).map {
                        "did you mean `{\($0)}`?"
                    }
                        ?? "declare it under `parameters`")
            }
        }
        for path in header.node[name: "sensitive"]?.strings ?? [] {
            checkPath(path, findings)
        }
    }

    /// Reports a JSON path that leads to no declared parameter.
    package func checkPath(_ path: Located<String>, _ findings: Findings) {
        guard let steps = JSONPath(path.value)?.steps, var schema = parameters else { return }
        for step in steps {
            guard case .member(let name) = step, !schema.names.isEmpty else {
                guard let items = schema.element, step == .every || isElement(step) else { return }
                schema = items
                continue
            }
            guard let property = schema.property(name) else {
                findings.error(
                    .unknownParameter, "the tool `\(self.name)` has no parameter `\(name)`", at: path.location,
                    fix: NearMiss.of(name, among: schema.names).map { "did you mean `\($0)`?" }
                        ?? "declare it under the tool's `parameters`, or correct the path")
                return
            }
            schema = property.schema
        }
    }

    private func isElement(_ step: JSONPath.Step) -> Bool {
        if case .element = step { true } else { false }
    }

    /// The catalog entry.
    var json: JSONText {
        var members: [JSONText.Member] = [
            .init(name: "match", value: .list((header.node[name: "match"]?.elements ?? []).map(JSONText.literal)))
        ]
        if let schema = header.node[name: "parameters"] {
            members.append(.init(name: "parameters", value: .literal(schema)))
        }
        members.append(
            .init(name: "sensitive", value: .strings(header.node[name: "sensitive"]?.strings.map(\.value) ?? [])))
        if let risk = header.node[name: "risk"]?.string {
            members.append(.init(name: "risk", value: .string(risk)))
        }
        if let agent { members.append(.init(name: "agent", value: .string(agent.value.text))) }
        members.append(.init(name: "emits", value: .strings(header.node[name: "emits"]?.strings.map(\.value) ?? [])))
        members.append(.init(name: "labels", value: header.labelsJSON))
        return .object(members)
    }

    /// The agent behind the tool, as the glob of its one name.
    package var agent: Located<NameGlob>? {
        header.node[name: "agent"].flatMap { node in node.string.map { Located(NameGlob($0), at: node.location) } }
    }

    package var risk: String? { header.node[name: "risk"]?.string }
}
