package import RegoSyntax

/// Compiles the terms of a condition: resolves names in scope, infers types, and writes the Rego that reads the same
/// from `input` and the catalog. What is wrong is reported where it stands in the document.
struct TermCompiler {
    /// A term as Rego, with what is known of it.
    struct Result {
        var text: String
        var type: ValueType = .unknown
        /// Whether it has a value in every call that passes the schema checks.
        var isTotal = true
        var isInfix = false
        /// The member names behind `params`, when it is such a ref.
        var parameterPath: [String]?
        /// The values that the schema lists for it.
        var allowed: [String]?

        /// As an operand: infix terms in parentheses.
        var operand: String { isInfix ? "(\(text))" : text }
    }

    /// Reported already.
    struct Fault: Error {}

    let tools: [ToolDocument]
    /// Parameters whose presence the rule tests.
    let present: [[String]]
    let origin: ExpressionOrigin
    let findings: Findings

    static let scope = ["params", "agent", "tool", "chain", "session", "request", "context", "now"]
    static let comparisons = ["lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "equal": "==", "neq": "!="]
    private static let arithmetic = ["plus": "+", "minus": "-", "mul": "*", "div": "/", "rem": "%"]

    func compile(_ term: Term) throws(Fault) -> Result {
        switch term.kind {
        case .null: return Result(text: "null", type: .null)
        case .boolean(let value): return Result(text: value ? "true" : "false", type: .boolean)
        case .number(let text): return Result(text: text, type: .number)
        case .string(let text): return Result(text: RegoText.string(text), type: .string)
        case .variable(let name): return try compileName(name, at: term)
        case .ref(let ref): return try compile(ref, at: term)
        case .array(let terms):
            let parts = try compileAll(terms)
            return Result(
                text: "[" + parts.map(\.text).joined(separator: ", ") + "]", type: .array(Self.common(parts)),
                isTotal: parts.allSatisfy(\.isTotal))
        case .set(let terms):
            let parts = try compileAll(terms)
            return Result(
                text: RegoText.set(parts.map(\.text)), type: .set(Self.common(parts)),
                isTotal: parts.allSatisfy(\.isTotal))
        case .object(let entries):
            var parts: [Result] = []
            var texts: [String] = []
            for entry in entries {
                let (key, value) = (try compile(entry.key), try compile(entry.value))
                parts += [key, value]
                texts.append("\(key.text): \(value.text)")
            }
            return Result(
                text: "{" + texts.joined(separator: ", ") + "}", type: .object, isTotal: parts.allSatisfy(\.isTotal))
        case .call(let call): return try compile(call)
        case .arrayComprehension, .setComprehension, .objectComprehension:
            throw unsupported("a comprehension", at: term.location)
        case .templateString:
            throw unsupported("a template string", at: term.location)
        }
    }

    func compileAll(_ terms: [Term]) throws(Fault) -> [Result] {
        var results: [Result] = []
        for term in terms { results.append(try compile(term)) }
        return results
    }

    private static func common(_ parts: [Result]) -> ValueType {
        guard let first = parts.first?.type else { return .unknown }
        return parts.dropFirst().reduce(first) { $0.joined(with: $1.type) }
    }

    // MARK: Calls

    private func compile(_ call: Call) throws(Fault) -> Result {
        let name = call.name
        let arguments = try compileAll(call.arguments)
        if let symbol = Self.arithmetic[name], arguments.count == 2 {
            for (argument, term) in zip(arguments, call.arguments) where !argument.type.fits(.number) {
                throw report(
                    .conditionType, "`\(symbol)` takes numbers, and `\(written(term))` is \(argument.type.title)",
                    at: term.location, fix: "use a number")
            }
            let isTotal = arguments.allSatisfy { $0.isTotal && $0.type == .number } && name != "div" && name != "rem"
            return Result(
                text: arguments.map(\.operand).joined(separator: " \(symbol) "), type: .number, isTotal: isTotal,
                isInfix: true)
        }
        if let symbol = Self.comparisons[name], arguments.count == 2 {
            return try compareTerms(symbol, call, arguments)
        }
        if name == "internal.member_2", arguments.count == 2 { return try member(call, arguments) }
        if name == "internal.member_3" {
            throw unsupported("`key, value in`", at: call.location)
        }
        if name == "eq" || name == "assign" {
            throw report(
                .conditionUnsupported, "a condition compares and binds nothing: `\(name == "eq" ? "=" : ":=")`",
                at: call.location, fix: "write `==`")
        }
        guard let function = ConditionFunction.all[name] else {
            let near = NearMiss.of(name, among: ConditionFunction.all.keys.sorted())
            throw report(
                .conditionName, "conditions have no function `\(name)`", at: call.location,
                fix: near.map { "did you mean `\($0)`?" } ?? "use a function from the reference, or a `rego` file")
        }
        return try apply(function, call, arguments)
    }

    private func apply(_ function: ConditionFunction, _ call: Call, _ arguments: [Result]) throws(Fault) -> Result {
        guard arguments.count == function.arguments.count else {
            throw report(
                .conditionType,
                "`\(function.name)` takes \(function.arguments.count) arguments, and here are \(arguments.count)",
                at: call.location, fix: "write `\(function.name)` with \(function.arguments.count) arguments")
        }
        for (index, argument) in arguments.enumerated() where !argument.type.fits(function.arguments[index]) {
            throw report(
                .conditionType,
                "`\(function.name)` takes \(function.arguments[index].title) here, and "
                    + "`\(written(call.arguments[index]))` is \(argument.type.title)",
                at: call.arguments[index].location, fix: "use \(function.arguments[index].title)")
        }
        let areKnown = zip(arguments, function.arguments).allSatisfy {
            $0.isTotal && ($1 == .unknown || $0.type != .unknown)
        }
        var isTotal = function.isTotal && areKnown
        var type = function.result
        if function.name == "count", let argument = arguments.first {
            guard argument.type.isCollection || argument.type == .string || argument.type == .unknown else {
                throw report(
                    .conditionType,
                    "`count` takes a string or a collection, and `\(written(call.arguments[0]))` is "
                        + argument.type.title, at: call.arguments[0].location, fix: "count something that has parts")
            }
            isTotal = argument.isTotal && argument.type != .unknown
        }
        if function.name == "object.get" {
            let object = arguments[0]
            isTotal = object.isTotal && object.type == .object && arguments[1].isTotal && arguments[2].isTotal
            type = try typeOfObjectGet(call, arguments)
        }
        return Result(
            text: "\(function.name)(\(arguments.map(\.text).joined(separator: ", ")))", type: type, isTotal: isTotal)
    }

    /// `object.get(params, "memo", "")` is of the property's type when the default is too.
    private func typeOfObjectGet(_ call: Call, _ arguments: [Result]) throws(Fault) -> ValueType {
        guard let path = arguments[0].parameterPath, case .string(let name) = call.arguments[1].kind else {
            return .unknown
        }
        let property = try parameter(path + [name], at: call.arguments[1], presenceMatters: false)
        return property.type.joined(with: arguments[2].type)
    }

    private func member(_ call: Call, _ arguments: [Result]) throws(Fault) -> Result {
        let (item, collection) = (arguments[0], arguments[1])
        guard collection.type.isCollection || collection.type == .unknown else {
            throw report(
                .conditionType,
                "`in` looks into a collection, and `\(written(call.arguments[1]))` is "
                    + collection.type.title, at: call.arguments[1].location,
                fix: "write a list such as [\"EUR\", \"USD\"]")
        }
        guard item.type.fits(collection.type.element) else {
            throw report(
                .conditionType,
                "`\(written(call.arguments[0]))` is \(item.type.title), and the collection holds "
                    + "\(collection.type.element.title) each", at: call.arguments[0].location,
                fix: "compare values of one type")
        }
        let isTotal = item.isTotal && collection.isTotal
        if collection.type == .unknown {
            return Result(
                text: "data.aegis.is_member(\(item.text), \(collection.text))", type: .boolean, isTotal: false)
        }
        return Result(
            text: "\(item.operand) in \(collection.operand)", type: .boolean, isTotal: isTotal, isInfix: true)
    }

    private func compareTerms(_ symbol: String, _ call: Call, _ arguments: [Result]) throws(Fault) -> Result {
        let (left, right) = (arguments[0], arguments[1])
        guard left.type.fits(right.type) else {
            throw report(
                .conditionType,
                "`\(written(call.arguments[0]))` is \(left.type.title) and `\(written(call.arguments[1]))` is "
                    + "\(right.type.title): `\(symbol)` never means anything",
                at: call.location, fix: "compare values of one type")
        }
        warnIfImpossible(symbol, call, arguments)
        let isTotal = left.isTotal && right.isTotal
        let isOrdering = symbol != "==" && symbol != "!="
        let isKnown = left.type == right.type && (left.type == .number || left.type == .string)
        if isOrdering, !isKnown {
            guard [left.type, right.type].allSatisfy({ $0 == .unknown || $0 == .number || $0 == .string }) else {
                throw report(
                    .conditionType,
                    "`\(symbol)` orders numbers or strings, and `\(written(call.arguments[0]))` is "
                        + left.type.title, at: call.location, fix: "use `==`, `!=` or `in`")
            }
            let name = ["<": "is_less", "<=": "is_at_most", ">": "is_more", ">=": "is_at_least"][symbol] ?? "is_less"
            return Result(text: "data.aegis.\(name)(\(left.text), \(right.text))", type: .boolean, isTotal: false)
        }
        return Result(
            text: "\(left.operand) \(symbol) \(right.operand)", type: .boolean, isTotal: isTotal, isInfix: true)
    }

    /// A comparison with a value that the schema never lets through.
    private func warnIfImpossible(_ symbol: String, _ call: Call, _ arguments: [Result]) {
        guard symbol == "==" || symbol == "!=" else { return }
        for (side, other) in [(0, 1), (1, 0)] {
            guard let allowed = arguments[side].allowed, arguments[other].parameterPath == nil,
                arguments[other].isConstant, !allowed.contains(arguments[other].text)
            else { continue }
            findings.warning(
                .impossibleComparison,
                "`\(written(call.arguments[side]))` is never \(arguments[other].text): the schema lists "
                    + allowed.joined(separator: ", "),
                at: place(call.arguments[other].location), fix: "compare with a value of the schema")
        }
    }

    // MARK: Reporting

    /// A term as the author wrote it, for messages.
    func written(_ term: Term) -> String {
        origin.text(of: term.location)
    }

    func place(_ location: SourceLocation) -> SourceLocation { origin.location(of: location.offset) }

    func report(_ code: PolicyCode, _ message: String, at location: SourceLocation, fix: String) -> Fault {
        findings.error(code, message, at: place(location), fix: fix)
        return Fault()
    }

    func unsupported(_ what: String, at location: SourceLocation) -> Fault {
        report(
            .conditionUnsupported, "conditions do not have \(what)", at: location,
            fix: "split the condition, or write it in a `rego` file")
    }
}

extension TermCompiler.Result {
    /// A literal of one value.
    var isConstant: Bool {
        guard let first = text.first else { return false }
        return first == "\"" || first == "-" || first.isNumber || ["true", "false", "null"].contains(text)
    }
}

extension Call {
    /// The function's name as written: `startswith`, `object.get`.
    package var name: String {
        function.terms.map { term in
            switch term.kind {
            case .variable(let name), .string(let name): name
            default: "?"
            }
        }.joined(separator: ".")
    }
}
