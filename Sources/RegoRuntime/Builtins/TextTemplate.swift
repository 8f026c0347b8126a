import RegoValues

/// The part of Go's text templates that a policy needs: `{{.path}}`, `{{$variable}}`, `if`, `else`, `range`, `with`,
/// `end`, comments and trimmed space. Anything else is an error. A path that leads nowhere shows as `<undefined>`.
struct TextTemplate {
    private indirect enum Node {
        case text(String)
        case show(Path)
        case branch(condition: Path, then: [Node], otherwise: [Node], rebinds: Bool)
        case loop(over: Path, index: String?, element: String?, body: [Node], otherwise: [Node])
    }

    private struct Path {
        /// nil starts at the dot.
        let variable: String?
        let names: [String]
    }

    private struct Token {
        let text: String
        let isAction: Bool
    }

    private let nodes: [Node]

    init(_ text: String) throws(BuiltinError) {
        var tokens = try TextTemplate.tokens(text)[...]
        let (nodes, end) = try TextTemplate.nodes(&tokens, depth: 0)
        guard end == nil else { throw .failure("template: template:1: unexpected {{\(end ?? "")}}") }
        self.nodes = nodes
    }

    private static func tokens(_ text: String) throws(BuiltinError) -> [Token] {
        var tokens: [Token] = []
        var rest = Substring(text)
        var trimsNext = false
        while true {
            let start = TextTemplate.range(of: "{{", in: rest)
            var plain = rest[..<(start ?? rest.endIndex)]
            if trimsNext { plain = plain.drop { $0.isWhitespace } }
            guard let start else {
                tokens.append(Token(text: String(plain), isAction: false))
                return tokens
            }
            var action = rest[start...].dropFirst(2)
            guard let close = TextTemplate.range(of: "}}", in: action) else {
                throw .failure("template: template:1: unclosed action")
            }
            rest = action[close...].dropFirst(2)
            action = action[..<close]
            if action.hasPrefix("- ") {
                action = action.dropFirst(2)
                while plain.last?.isWhitespace == true { plain = plain.dropLast() }
            }
            trimsNext = action.hasSuffix(" -")
            if trimsNext { action = action.dropLast(2) }
            tokens.append(Token(text: String(plain), isAction: false))
            let words = action.split { $0.isWhitespace }.joined(separator: " ")
            if !words.hasPrefix("/*") { tokens.append(Token(text: words, isAction: true)) }
        }
    }

    private static func range(of mark: String, in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix(mark) }
    }

    /// Nodes up to `end`, `else` or the text's end.
    private static func nodes(
        _ tokens: inout ArraySlice<Token>, depth: Int
    ) throws(BuiltinError) -> ([Node], end: String?) {
        guard depth < 100 else { throw .failure("template: template:1: nested too deep") }
        var nodes: [Node] = []
        while let token = tokens.popFirst() {
            guard token.isAction else {
                if !token.text.isEmpty { nodes.append(.text(token.text)) }
                continue
            }
            let words = token.text.split(separator: " ").map(String.init)
            switch words.first {
            case "end", "else": return (nodes, token.text)
            case "if", "with":
                let condition = try path(words.dropFirst().joined(separator: " "))
                let (body, otherwise) = try body(&tokens, depth)
                nodes.append(
                    .branch(condition: condition, then: body, otherwise: otherwise, rebinds: words.first == "with"))
            case "range": nodes.append(try loop(words.dropFirst().joined(separator: " "), &tokens, depth))
            default: nodes.append(.show(try path(token.text)))
            }
        }
        if depth > 0 { throw .failure("template: template:1: unexpected EOF") }
        return (nodes, nil)
    }

    private static func body(
        _ tokens: inout ArraySlice<Token>, _ depth: Int
    ) throws(BuiltinError) -> (body: [Node], otherwise: [Node]) {
        let (body, end) = try nodes(&tokens, depth: depth + 1)
        if end == "else" { return (body, try nodes(&tokens, depth: depth + 1).0) }
        if let end, end.hasPrefix("else if ") {
            let condition = try path(String(end.dropFirst(8)))
            let (then, otherwise) = try self.body(&tokens, depth + 1)
            return (body, [.branch(condition: condition, then: then, otherwise: otherwise, rebinds: false)])
        }
        return (body, [])
    }

    private static func loop(
        _ text: String, _ tokens: inout ArraySlice<Token>, _ depth: Int
    ) throws(BuiltinError) -> Node {
        var names: [String] = []
        var over = text
        if let assignment = range(of: ":=", in: Substring(text)) {
            names = text[..<assignment].split(separator: ",").map { String($0.filter { $0 != " " && $0 != "$" }) }
            over = String(text[assignment...].dropFirst(2).drop { $0 == " " })
            guard (1...2).contains(names.count) else {
                throw .failure("template: template:1: too many declarations in range")
            }
        }
        let path = try path(over)
        let (body, otherwise) = try body(&tokens, depth)
        return .loop(
            over: path, index: names.count == 2 ? names[0] : nil, element: names.last, body: body, otherwise: otherwise)
    }

    private static func path(_ text: String) throws(BuiltinError) -> Path {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isName = { (name: String) in !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
        if text == "." { return Path(variable: nil, names: []) }
        if text.hasPrefix("."), parts.dropFirst().allSatisfy(isName) {
            return Path(variable: nil, names: Array(parts.dropFirst()))
        }
        if text.hasPrefix("$"), parts.dropFirst().allSatisfy(isName),
            parts[0] == "$" || isName(String(parts[0].dropFirst()))
        {
            return Path(variable: String(parts[0].dropFirst()), names: Array(parts.dropFirst()))
        }
        throw .failure("template: template:1: unsupported action {{\(text)}}")
    }

    /// - Throws: `.memory` or `.halt` when the text passes the evaluation's limits.
    func render(_ values: Value, _ context: BuiltinContext) throws(BuiltinError) -> String {
        var output = Output(context: context)
        try render(nodes, values, ["": values], into: &output)
        return output.text
    }

    /// The text so far. Loops inside of loops make much of little, so the limits are asked all along.
    private struct Output {
        let context: BuiltinContext
        var text = ""
        private var steps = 0

        init(context: BuiltinContext) { self.context = context }

        mutating func step(adding more: Int) throws(BuiltinError) {
            steps += 1
            if steps & 255 == 0 { try context.checkLimits() }
            try context.checkRoom(for: text.utf8.count + more)
        }
    }

    private func render(
        _ nodes: [Node], _ dot: Value, _ variables: [String: Value], into output: inout Output
    ) throws(BuiltinError) {
        for node in nodes {
            try output.step(adding: 0)
            switch node {
            case .text(let text):
                try output.step(adding: text.utf8.count)
                output.text += text
            case .show(let path):
                let value = find(path, dot, variables)
                if value.isUndefined {
                    output.text += "<undefined>"
                } else {
                    try TextTemplate.show(value, in: &output)
                }
            case .branch(let condition, let then, let otherwise, let rebinds):
                let value = find(condition, dot, variables)
                let holds = TextTemplate.isTrue(value)
                try render(holds ? then : otherwise, holds && rebinds ? value : dot, variables, into: &output)
            case .loop(let path, let index, let element, let body, let otherwise):
                let items = TextTemplate.items(find(path, dot, variables))
                if items.isEmpty { try render(otherwise, dot, variables, into: &output) }
                for (key, value) in items {
                    var inner = variables
                    if let index { inner[index] = key }
                    if let element { inner[element] = value }
                    try render(body, value, inner, into: &output)
                }
            }
        }
    }

    private func find(_ path: Path, _ dot: Value, _ variables: [String: Value]) -> Value {
        var value = path.variable.map { variables[$0] ?? .undefined } ?? dot
        for name in path.names {
            var name = name
            value = name.withUTF8 { value.lookup(utf8: $0) }
        }
        return value
    }

    private static func items(_ value: Value) -> [(Value, Value)] {
        switch value.kind {
        case .array, .set: value.elements.enumerated().map { (.integer($0.offset), $0.element) }
        case .object: value.entries.map { ($0.key, $0.value) }
        default: []
        }
    }

    private static func isTrue(_ value: Value) -> Bool {
        switch value.kind {
        case .undefined, .null: false
        case .boolean: value == .true
        case .number: value != .integer(0)
        default: value.count > 0
        }
    }

    /// As Go prints the value.
    private static func show(_ value: Value, in output: inout Output) throws(BuiltinError) {
        try output.step(adding: value.utf8.count)
        switch value.kind {
        case .string: output.text += value.string ?? ""
        case .null: output.text += "<nil>"
        case .array, .set:
            output.text += "["
            for (position, element) in value.elements.enumerated() {
                if position > 0 { output.text += " " }
                try show(element, in: &output)
            }
            output.text += "]"
        case .object:
            output.text += "map["
            for (position, entry) in value.entries.enumerated() {
                if position > 0 { output.text += " " }
                try show(entry.key, in: &output)
                output.text += ":"
                try show(entry.value, in: &output)
            }
            output.text += "]"
        default: output.text += RegoTermWriter.text(value)
        }
    }
}
