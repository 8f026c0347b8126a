internal import RegoSyntax

/// What is wrong with the fields of one METADATA block.
struct AnnotationCheck {
    /// What the block stands above.
    enum Subject: String { case rule, package }

    let annotation: Annotation
    let subject: Subject
    private(set) var diagnostics: [Diagnostic] = []

    static let scopes = ["rule", "document", "package", "subpackages"]

    init(_ entries: [ObjectEntry], of annotation: Annotation, above subject: Subject) {
        self.annotation = annotation
        self.subject = subject
        for entry in entries {
            guard case .string(let name) = entry.key.kind else { continue }
            check(name, entry)
        }
        checkScope(entries)
    }

    /// The block's own scope, or the one that it has when it says nothing.
    static func scope(_ entries: [ObjectEntry], above subject: Subject) -> String {
        let term = Term(.object(entries))
        if case .string(let given)? = term.member("scope")?.kind { return given }
        if subject == .rule, case .boolean(true)? = term.member("entrypoint")?.kind { return "document" }
        return subject.rawValue
    }

    private mutating func checkScope(_ entries: [ObjectEntry]) {
        let scope = Self.scope(entries, above: subject)
        let place = entries.first { $0.key == Term(.string("scope")) }?.value
        guard Self.scopes.contains(scope) else {
            return report(
                "invalid annotation scope '\(scope)'. Use one of '\(Self.scopes.joined(separator: "', '"))'", place,
                NearMiss.fix(scope, among: Self.scopes))
        }
        let wanted: Subject = scope == "rule" || scope == "document" ? .rule : .package
        if wanted != subject {
            report(
                "annotation scope '\(scope)' must be applied to \(wanted.rawValue) (have \(subject.rawValue))", place,
                "put the block directly above \(wanted == .rule ? "a rule" : "the package")")
        }
        let term = Term(.object(entries))
        if case .boolean(true)? = term.member("entrypoint")?.kind, scope == "rule" || scope == "subpackages" {
            report(
                "annotation entrypoint applied to non-document or package scope '\(scope)'", term.member("entrypoint"),
                "leave out `scope`, or make it `document` or `package`")
        }
    }

    private mutating func check(_ name: String, _ entry: ObjectEntry) {
        switch name {
        case "title", "description", "scope": want("text", entry) { if case .string = $0 { true } else { false } }
        case "entrypoint": want("true or false", entry) { if case .boolean = $0 { true } else { false } }
        case "custom": want("a mapping", entry) { if case .object = $0 { true } else { false } }
        case "organizations":
            want("a list of texts", entry) { kind in
                guard case .array(let items) = kind else { return false }
                return items.allSatisfy { if case .string = $0.kind { true } else { false } }
            }
        case "authors":
            want("a list of `Name <mail>` or of mappings with `name` or `email`", entry) { kind in
                guard case .array(let items) = kind else { return false }
                return items.allSatisfy { item in
                    if case .string(let text) = item.kind { return !text.isEmpty }
                    return item.member("name") != nil || item.member("email") != nil
                }
            }
        case "related_resources":
            want("a list of URLs or of mappings with `ref`", entry) { kind in
                guard case .array(let items) = kind else { return false }
                return items.allSatisfy { item in
                    if case .string(let text) = item.kind { return !text.isEmpty }
                    return item.member("ref") != nil
                }
            }
        case "schemas":
            want("a list of `document: schema`", entry) { if case .array = $0 { true } else { false } }
        default: break
        }
    }

    private mutating func want(_ form: String, _ entry: ObjectEntry, _ fits: (Term.Kind) -> Bool) {
        guard case .string(let name) = entry.key.kind else { return }
        if case .null = entry.value.kind { return }
        if !fits(entry.value.kind) { report("`\(name)` of an annotation has to be \(form)", entry.value, nil) }
    }

    private mutating func report(_ message: String, _ place: Term?, _ fix: String?) {
        diagnostics.append(
            Diagnostic(
                code: "rego_parse_error", message: message, location: annotation.location(of: place), fix: fix))
    }
}

extension Annotation {
    /// The place in the file of a term of the block's YAML, whose own line and column count within the block.
    func location(of term: Term?) -> SourceLocation {
        guard let inside = term?.location, inside.line > 0 else { return location }
        return SourceLocation(file: location.file, line: location.line + inside.line, column: inside.column + 2)
    }
}
