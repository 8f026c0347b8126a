public import RegoSyntax
internal import RegoValues

/// Turns the YAML of a metadata block into a ground term; nil when it is no valid mapping. Terms may have the line and
/// column, both from 1, where they stand in the YAML.
public typealias AnnotationReader = @Sendable (_ yaml: String) -> Term?

/// The metadata blocks of all modules, by what they are about; for `rego.metadata.chain()` and `rego.metadata.rule()`.
struct ModuleAnnotations {
    private(set) var diagnostics: [Diagnostic] = []
    private var rules: [RuleKey: [Term]] = [:]
    private var documents: [[GroundKey]: Term] = [:]
    private var packages: [[GroundKey]: Term] = [:]
    private var subpackages: [[GroundKey]: Term] = [:]
    /// The first block of each scope that a document or package may have only once.
    private var declared: [String: SourceLocation] = [:]
    private var statements: [SchemaTarget: [SchemaScope.Statement]] = [:]
    private let schemas: SchemaSet
    private let modules: [Module]
    private let packagePaths: [[GroundKey]]

    private struct RuleKey: Hashable {
        var module: Int
        var rule: Int
    }

    /// What a block's `schemas` are for.
    private enum SchemaTarget: Hashable {
        case rule(RuleKey)
        case document([GroundKey])
        case package([GroundKey])
        case subpackages([GroundKey])
    }

    init(modules: [Module], packages paths: [[GroundKey]], reader: AnnotationReader?, schemas: SchemaSet) {
        self.modules = modules
        self.schemas = schemas
        packagePaths = paths
        guard let reader else { return }
        for (index, module) in modules.enumerated() {
            for annotation in module.package.annotations {
                guard let (scope, term) = read(annotation, reader, above: .package) else { continue }
                let isSub = scope == "subpackages"
                checkOnce(scope, dataPath(paths[index]), annotation)
                if isSub { subpackages[paths[index]] = term } else { packages[paths[index]] = term }
                addSchemas(term, annotation, isSub ? .subpackages(paths[index]) : .package(paths[index]))
            }
            for (number, rule) in module.rules.enumerated() {
                let path = RuleLowering.split(rule.head, package: paths[index]).path
                for annotation in rule.annotations {
                    guard let (scope, term) = read(annotation, reader, above: .rule) else { continue }
                    if scope == "document" {
                        checkOnce(scope, dataPath(path), annotation)
                        documents[path] = term
                        addSchemas(term, annotation, .document(path))
                    } else {
                        let key = RuleKey(module: index, rule: number)
                        rules[key, default: []].insert(term, at: 0)
                        addSchemas(term, annotation, .rule(key))
                    }
                }
            }
        }
    }

    /// What is known of documents in one rule: outer scopes first, so that inner ones override them.
    func schemaScope(module: Int, rule: Int) -> SchemaScope {
        let package = packagePaths[module]
        var all: [SchemaScope.Statement] = []
        if !statements.isEmpty {
            for end in 0...package.count { all += statements[.subpackages(Array(package.prefix(end)))] ?? [] }
            all += statements[.package(package)] ?? []
            let path = RuleLowering.split(modules[module].rules[rule].head, package: package).path
            all += statements[.document(path)] ?? []
            all += statements[.rule(RuleKey(module: module, rule: rule))] ?? []
        }
        return SchemaScope(input: schemas.input, statements: all)
    }

    func constants(module: Int, rule: Int) -> MetadataConstants {
        let package = packagePaths[module]
        let path = RuleLowering.split(modules[module].rules[rule].head, package: package).path
        let own = rules[RuleKey(module: module, rule: rule)] ?? []
        var chain = own.isEmpty ? [link(nil, path)] : own.map { link($0, path) }
        if let document = documents[path] { chain.append(link(document, path)) }
        if let annotation = packages[package] { chain.append(link(annotation, package)) }
        for end in stride(from: package.count, through: 1, by: -1) {
            let parent = Array(package.prefix(end))
            if let annotation = subpackages[parent] { chain.append(link(annotation, parent)) }
        }
        return MetadataConstants(
            chain: Term(.array(chain)), rule: own.first ?? documents[path] ?? Term(.object([])))
    }

    private func link(_ annotation: Term?, _ path: [GroundKey]) -> Term {
        var entries = [ObjectEntry(key: Term(.string("path")), value: Term(.array(path.map(\.term))))]
        if let annotation { entries.append(ObjectEntry(key: Term(.string("annotations")), value: annotation)) }
        return Term(.object(entries))
    }

    // MARK: - Reading

    private mutating func read(
        _ annotation: Annotation, _ reader: AnnotationReader, above subject: AnnotationCheck.Subject
    ) -> (scope: String, term: Term)? {
        guard let term = reader(annotation.yaml), case .object(var entries) = term.kind else {
            diagnostics.append(
                Diagnostic(
                    code: "rego_parse_error", message: "metadata is no valid YAML mapping",
                    location: annotation.location, fix: "write one `key: value` on each comment line"))
            return nil
        }
        let check = AnnotationCheck(entries, of: annotation, above: subject)
        guard check.diagnostics.isEmpty else {
            diagnostics += check.diagnostics
            return nil
        }
        let scope = AnnotationCheck.scope(entries, above: subject)
        entries.removeAll { $0.key == Term(.string("scope")) }
        entries = entries.map(completed)
        entries.append(ObjectEntry(key: Term(.string("scope")), value: Term(.string(scope))))
        return (scope, Term(.object(entries)))
    }

    /// A document or a package has one annotation of each scope, wherever it stands.
    private mutating func checkOnce(_ scope: String, _ path: String, _ annotation: Annotation) {
        if let first = declared["\(scope) \(path)"] {
            diagnostics.append(
                Diagnostic(
                    code: "rego_type_error", message: "\(scope) annotation redeclared: \(first.file):\(first.line)",
                    location: annotation.location, fix: "keep one of the two"))
        } else {
            declared["\(scope) \(path)"] = annotation.location
        }
    }

    private mutating func addSchemas(_ term: Term, _ annotation: Annotation, _ target: SchemaTarget) {
        guard case .array(let lines)? = term.member("schemas")?.kind else { return }
        var reader = SchemaStatements(schemas: schemas, annotation: annotation)
        let found = lines.flatMap { reader.read($0) }
        if !found.isEmpty { statements[target, default: []] += found }
        diagnostics += reader.diagnostics
    }

    /// Authors and related resources have a short form.
    private func completed(_ entry: ObjectEntry) -> ObjectEntry {
        guard case .string(let name) = entry.key.kind, case .array(let items) = entry.value.kind else { return entry }
        var entry = entry
        switch name {
        case "authors": entry.value = Term(.array(items.map(author)))
        case "related_resources": entry.value = Term(.array(items.map { completed($0, under: "ref") }))
        default: break
        }
        return entry
    }

    private func completed(_ item: Term, under key: String) -> Term {
        guard case .string = item.kind else { return item }
        return Term(.object([ObjectEntry(key: Term(.string(key)), value: item)]))
    }

    /// `Name <mail>`
    private func author(_ item: Term) -> Term {
        guard case .string(let text) = item.kind else { return item }
        var entries: [ObjectEntry] = []
        var name = text
        if text.hasSuffix(">"), let start = text.lastIndex(of: "<") {
            name = String(text[..<start])
            let mail = String(text[text.index(after: start)...].dropLast())
            entries.append(ObjectEntry(key: Term(.string("email")), value: Term(.string(mail))))
        }
        while name.hasSuffix(" ") { name.removeLast() }
        if !name.isEmpty { entries.append(ObjectEntry(key: Term(.string("name")), value: Term(.string(name)))) }
        return Term(.object(entries))
    }
}
