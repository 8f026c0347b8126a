internal import RegoSyntax
internal import RegoValues

/// Reads the `schemas` of a METADATA block: lines such as `input.user: schema.user`, or with the schema itself.
struct SchemaStatements {
    let schemas: SchemaSet
    let annotation: Annotation
    private(set) var diagnostics: [Diagnostic] = []

    init(schemas: SchemaSet, annotation: Annotation) {
        self.schemas = schemas
        self.annotation = annotation
    }

    mutating func read(_ line: Term) -> [SchemaScope.Statement] {
        guard case .object(let entries) = line.kind, entries.count == 1, case .string(let name) = entries[0].key.kind
        else {
            report("rego_parse_error", "each of `schemas` is one `document: schema`", line, nil)
            return []
        }
        guard let (root, path) = document(name) else {
            report(
                "rego_parse_error", "invalid document reference `\(name)`", line,
                "write a path such as `input.user` or `data.roles`")
            return []
        }
        guard let type = type(entries[0].value) else { return [] }
        return [SchemaScope.Statement(root: root, path: path, type: type)]
    }

    private mutating func type(_ schema: Term) -> BuiltinType? {
        guard case .string(let text) = schema.kind else {
            do {
                return try SchemaTypes(schema).type
            } catch {
                report("rego_type_error", error.message, schema, nil)
                return nil
            }
        }
        guard let (root, path) = reference(text), root == "schema" else {
            report(
                "rego_parse_error", "invalid schema reference `\(text)`", schema,
                "write `schema.NAME`, or the JSON Schema itself")
            return nil
        }
        // Without any schemas, as in an evaluation, names of schemas mean nothing.
        guard !schemas.isEmpty else { return nil }
        let names = path.compactMap { key in if case .string(let name) = key { name } else { nil } }
        if names.count == path.count, let type = schemas.type(at: names) { return type }
        report("rego_type_error", "undefined schema: \(text)", schema, "load it: `--schema FOLDER`")
        return nil
    }

    private func document(_ text: String) -> (root: SchemaScope.Statement.Root, path: [GroundKey])? {
        guard let (root, path) = reference(text) else { return nil }
        switch root {
        case "input": return (.input, path)
        case "data": return (.data, path)
        default: return nil
        }
    }

    /// A constant path with the name that it starts with.
    private func reference(_ text: String) -> (root: String, path: [GroundKey])? {
        guard let term = try? Parser.parseTerm(SourceFile(name: "schemas", text: text)) else { return nil }
        var terms = [term]
        if case .ref(let ref) = term.kind { terms = ref.terms }
        guard case .variable(let root)? = terms.first?.kind else { return nil }
        let path = terms.dropFirst().compactMap(GroundKey.init)
        return path.count == terms.count - 1 ? (root, path) : nil
    }

    private mutating func report(_ code: String, _ message: String, _ place: Term, _ fix: String?) {
        diagnostics.append(
            Diagnostic(code: code, message: message, location: annotation.location(of: place), fix: fix))
    }
}
