/// What an action shows, tests or loops over: commands, each of which gets what the one before gave.
struct TemplatePipeline {
    indirect enum Operand {
        case dot
        case variable(String)
        case text(String)
        /// A constant of the template; Go's int or float64.
        case number(String)
        case boolean(Bool)
        case null
        case function(String)
        case pipeline(TemplatePipeline)
        case field(Operand, String)
    }

    typealias Command = [Operand]

    /// What is declared or set: one, or index and element of a loop.
    private(set) var variables: [String] = []
    private(set) var declares = false
    private(set) var commands: [Command] = []

    private typealias Token = TemplateLexer.Token

    /// - Throws: for what is no pipeline, with Go's words for the common cases.
    init(_ tokens: ArraySlice<TemplateLexer.Token>, in action: String) throws(BuiltinError) {
        var rest = tokens
        try readVariables(&rest)
        try readCommands(&rest, depth: 0, action)
        guard rest.isEmpty else { throw TemplateLexer.failure("unexpected right paren") }
    }

    private init(parenthesized rest: inout ArraySlice<TemplateLexer.Token>, _ depth: Int) throws(BuiltinError) {
        try readCommands(&rest, depth: depth, "parenthesized pipeline")
    }

    private mutating func readVariables(_ rest: inout ArraySlice<TemplateLexer.Token>) throws(BuiltinError) {
        let marks: Set = [":=", "="]
        let place = rest.firstIndex {
            if case .mark(let mark) = $0.kind { return marks.contains(mark) }
            return false
        }
        guard let place else { return }
        for token in rest[..<place] {
            switch token.kind {
            case .variable(let name): variables.append(name)
            case .mark(","): continue
            default: throw TemplateLexer.failure("unexpected token before assignment")
            }
        }
        guard 1...2 ~= variables.count else { throw TemplateLexer.failure("too many declarations") }
        declares = rest[place].kind == .mark(":=")
        rest = rest[(place + 1)...]
    }

    private mutating func readCommands(
        _ rest: inout ArraySlice<TemplateLexer.Token>, depth: Int, _ action: String
    ) throws(BuiltinError) {
        guard depth < 100 else { throw TemplateLexer.failure("nested too deep") }
        while true {
            var command: Command = []
            while let token = rest.first, token.kind != .mark("|"), token.kind != .mark(")") {
                command.append(try Self.operand(&rest, depth))
            }
            guard !command.isEmpty else { throw TemplateLexer.failure("missing value for \(action)") }
            commands.append(command)
            guard rest.first?.kind == .mark("|") else { return }
            rest = rest.dropFirst()
        }
    }

    private static func operand(
        _ rest: inout ArraySlice<TemplateLexer.Token>, _ depth: Int
    ) throws(BuiltinError) -> Operand {
        guard let token = rest.popFirst() else { throw TemplateLexer.failure("missing operand") }
        var operand: Operand
        switch token.kind {
        case .dot: return .dot
        case .field(let name): operand = .field(.dot, name)
        case .variable(let name): operand = .variable(name)
        case .text(let text): return .text(text)
        case .number(let text): return .number(text)
        case .name("true"): return .boolean(true)
        case .name("false"): return .boolean(false)
        case .name("nil"): return .null
        case .name(let name):
            guard TemplateFunction(rawValue: name) != nil else {
                throw TemplateLexer.failure("function \(GoText.quoted(name)) not defined")
            }
            return .function(name)
        case .mark("("):
            operand = .pipeline(try TemplatePipeline(parenthesized: &rest, depth + 1))
            guard rest.popFirst()?.kind == .mark(")") else { throw TemplateLexer.failure("unclosed left paren") }
        case .mark(let mark): throw TemplateLexer.failure("unexpected \(GoText.quoted(mark)) in operand")
        }
        while let next = rest.first, next.isAttached, case .field(let name) = next.kind {
            operand = .field(operand, name)
            rest = rest.dropFirst()
        }
        return operand
    }
}
