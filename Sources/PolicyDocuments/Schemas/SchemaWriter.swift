import RegoSyntax

/// Writes the Rego that checks a tool's parameters: `aegis/tools/NAME.rego`. Messages name paths and bounds, never the
/// values that were sent.
///
/// What must hold of a place is written as rules that each find one way in which it does not. Where a schema is asked
/// whether a value fits (`anyOf`, `not`, `if`, `contains`, a schema that leads back to itself), its rules become a function
/// `fails_N(it)`, true when the value does not fit; it is total, so `not fails_N(it)` says that the value fits. Rego has no
/// recursion: a schema that leads back to itself is written once for each level of nesting, and parameters that nest
/// deeper are refused.
struct SchemaWriter {
    /// Levels of nesting that parameters may have under a schema that leads back to itself.
    static let deepest = 16
    /// Rules that one tool may need.
    static let mostRules = 4000

    let schemas: ParameterSchemas
    private var rules: [String] = []
    private var variables = 0
    /// Functions by name of kind, schema and level, to their names.
    private var functions: [String: String] = [:]
    private var open: [Function] = []
    /// The function whose rules are being written; nil for the parameters themselves.
    private var head: String?
    private var hasProblems = false
    private var tellsMissing = false
    private(set) var isTooLarge = false

    struct Function {
        enum Kind: String {
            /// Whether the value does not fit.
            case fails
            /// Whether a keyword of the schema speaks about a member or an element.
            case sees

            var arguments: String { self == .fails ? "(it)" : "(it, key)" }
        }

        let kind: Kind
        let name: String
        let schema: ParameterSchema
        let level: Int
    }

    private init(_ schemas: ParameterSchemas) { self.schemas = schemas }

    static func package(of name: String) -> String { "aegis.tools[\(RegoText.string(name))]" }

    static func path(of name: String) -> String { "aegis/tools/\(name).rego" }

    /// Nil when the tool declares no parameters.
    static func write(_ tool: ToolDocument, findings: Findings) -> String? {
        guard let schemas = tool.schemas else { return nil }
        var writer = SchemaWriter(schemas)
        writer.writeAll()
        if writer.isTooLarge {
            reportSize(of: schemas, findings)
            return nil
        }
        let place = tool.header.node.location
        return "# The parameters of the tool \(tool.name), written in \(place.file):\(place.line).\n"
            + "package \(package(of: tool.name))\n\nimport data.aegis\n"
            + (schemas.usesFormats ? "import data.aegis.formats\n" : "") + "\n"
            + ((writer.hasProblems ? [] : ["problems := set()"]) + writer.rules
            + (writer.tellsMissing ? [missingOrOther] : [])).joined(separator: "\n\n") + "\n"
    }

    /// The function that says which of two messages is about a member that does not fit. One of its rules always holds.
    private static let missingOrOther = """
        # Of a member that must be there: whether it is missing, or something else is wrong.
        wrong(object, name, missing, _) := missing if not aegis.has(object, name)

        wrong(object, name, _, other) := other if aegis.has(object, name)
        """

    static func reportSize(of schemas: ParameterSchemas, _ findings: Findings) {
        findings.error(
            .schemaValue, "the schema unfolds to more than \(mostRules) checks", at: schemas.root.location,
            fix: "make it simpler: fewer alternatives, or fewer references from one to the next")
    }

    private mutating func writeAll() {
        if schemas.hasCycles {
            fail(
                "the parameters nest more than \(Self.deepest) deep",
                ["walk(input.params, [steps, _])", "count(steps) > \(Self.deepest)"])
        }
        check(schemas.root, at: SchemaPlace(text: "input.params", path: "", level: 0, isTyped: true))
        while let function = open.popLast() {
            head = function.name
            let written = rules.count
            switch function.kind {
            case .fails: check(function.schema, at: SchemaPlace(text: "it", path: "", level: function.level))
            case .sees: seeParts(of: function.schema, level: function.level)
            }
            if rules.count == written { write(function.name + function.kind.arguments, ["false"]) }
        }
        head = nil
    }

    // MARK: Rules

    /// Writes a rule that fires when all lines hold.
    mutating func fail(_ message: String, _ lines: [String]) {
        if let head {
            write("\(head)(it)", lines)
        } else {
            hasProblems = true
            write("problems contains [\(rules.count), \(RegoText.string(message))]", lines)
        }
    }

    /// Like ``fail(_:_:)``, with one message where the member that `asked` names is missing, and another where it is there.
    mutating func failForMissing(_ missing: String, or other: String, _ asked: String, _ lines: [String]) {
        guard head == nil else { return fail(other, lines) }
        hasProblems = true
        tellsMissing = true
        let message = "wrong(\(asked), \(RegoText.string(missing)), \(RegoText.string(other)))"
        write("problems contains [\(rules.count), \(message)]", lines)
    }

    mutating func write(_ rule: String, _ lines: [String]) {
        guard rules.count < Self.mostRules else {
            isTooLarge = true
            return
        }
        switch lines.count {
        case 0: rules.append("\(rule) if true")
        case 1: rules.append("\(rule) if \(lines[0])")
        default: rules.append("\(rule) if {\n" + lines.map { "\t\($0)\n" }.joined() + "}")
        }
    }

    /// The name of the function whose rules are being written.
    var function: String { head ?? "" }

    mutating func variable(_ name: String) -> String {
        variables += 1
        return "\(name)_\(variables)"
    }

    /// The place as a variable, so that `not` can stand before what is asked of it: OPA takes a negated expression with an
    /// undefined ref for undefined, and the check would be lost.
    mutating func bound(_ place: SchemaPlace) -> SchemaPlace {
        if place.text == "input.params" || !place.text.contains(where: { $0 == "." || $0 == "[" }) { return place }
        var bound = place
        bound.text = place.prelude.contains { $0.hasPrefix("value := ") } ? variable("value") : "value"
        bound.prelude.append("\(bound.text) := \(place.text)")
        return bound
    }

    // MARK: Asking whether a value fits

    enum Fit {
        case always, never
        /// The function that says when it does not.
        case unless(String)
    }

    mutating func fit(_ schema: ParameterSchema, level: Int) -> Fit {
        if !schema.admitsAnything { return .never }
        if schema.isTrivial { return .always }
        let isOpen = schemas.leadsToCycle(schema)
        // Nothing stands that deep: such parameters are refused as a whole.
        if isOpen, level > Self.deepest { return .always }
        return .unless(name(.fails, schema, level: isOpen ? level : 0))
    }

    /// The function of that kind, written later when it is new.
    mutating func name(_ kind: Function.Kind, _ schema: ParameterSchema, level: Int) -> String {
        let key = "\(kind.rawValue) \(level) \(schema.pointer)"
        if let name = functions[key] { return name }
        let name = "\(kind.rawValue)_\(functions.count + 1)"
        functions[key] = name
        open.append(Function(kind: kind, name: name, schema: schema, level: level))
        return name
    }

    /// Lines that hold when the value does not fit; nil when it always does.
    mutating func lines(whereNot schema: ParameterSchema, fits place: SchemaPlace) -> [String]? {
        switch fit(schema, level: place.level) {
        case .always: nil
        case .never: []
        case .unless(let fails): ["\(fails)(\(place.text))"]
        }
    }

    /// Lines that hold when the value fits; nil when it never does.
    mutating func lines(where schema: ParameterSchema, fits place: SchemaPlace) -> [String]? {
        switch fit(schema, level: place.level) {
        case .always: []
        case .never: nil
        case .unless(let fails): ["not \(fails)(\(place.text))"]
        }
    }
}
