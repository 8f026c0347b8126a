/// Go's text templates without templates in templates: text, fields, variables, pipelines and functions, `if`, `with`,
/// `range`, `else`, `break`, `continue`, comments and trimmed space.
struct TextTemplate {
    indirect enum Node {
        case text(String)
        case show(TemplatePipeline)
        case branch(TemplatePipeline, then: [Node], otherwise: [Node], rebinds: Bool)
        case loop(TemplatePipeline, body: [Node], otherwise: [Node])
        case leave(continues: Bool)
    }

    private typealias Pieces = ArraySlice<TemplateLexer.Piece>

    let nodes: [Node]

    /// - Throws: for what is no template, and for actions that are not supported.
    init(_ text: String) throws(BuiltinError) {
        var pieces = try TemplateLexer.pieces(text)[...]
        let (nodes, end) = try Self.nodes(&pieces, depth: 0, inLoop: false)
        if let end { throw TemplateLexer.failure("unexpected {{\(Self.name(end))}}") }
        self.nodes = nodes
    }

    private static func name(_ tokens: [TemplateLexer.Token]) -> String {
        if case .name(let name)? = tokens.first?.kind { return name }
        return ""
    }

    /// Nodes up to `end`, `else` or the text's end.
    private static func nodes(
        _ pieces: inout Pieces, depth: Int, inLoop: Bool
    ) throws(BuiltinError) -> ([Node], end: [TemplateLexer.Token]?) {
        guard depth < 100 else { throw TemplateLexer.failure("nested too deep") }
        var nodes: [Node] = []
        while let piece = pieces.popFirst() {
            guard case .action(let tokens) = piece else {
                if case .text(let text) = piece, !text.isEmpty { nodes.append(.text(text)) }
                continue
            }
            let name = name(tokens)
            switch name {
            case "end", "else": return (nodes, tokens)
            case "if", "with", "range": nodes.append(try block(name, tokens.dropFirst(), &pieces, depth, inLoop))
            case "break", "continue":
                guard inLoop else { throw TemplateLexer.failure("{{\(name)}} outside {{range}}") }
                nodes.append(.leave(continues: name == "continue"))
            case "define", "template", "block": throw TemplateLexer.failure("unsupported action {{\(name)}}")
            default: nodes.append(.show(try TemplatePipeline(tokens[...], in: "command")))
            }
        }
        if depth > 0 { throw TemplateLexer.failure("unexpected EOF") }
        return (nodes, nil)
    }

    private static func block(
        _ name: String, _ tokens: ArraySlice<TemplateLexer.Token>, _ pieces: inout Pieces, _ depth: Int, _ inLoop: Bool
    ) throws(BuiltinError) -> Node {
        let pipeline = try TemplatePipeline(tokens, in: name)
        guard name == "range" || pipeline.variables.count < 2 else {
            throw TemplateLexer.failure("too many declarations in \(name)")
        }
        let (body, end) = try nodes(&pieces, depth: depth + 1, inLoop: inLoop || name == "range")
        let otherwise = try otherwise(end ?? [], name, &pieces, depth, inLoop)
        if name == "range" { return .loop(pipeline, body: body, otherwise: otherwise) }
        return .branch(pipeline, then: body, otherwise: otherwise, rebinds: name == "with")
    }

    /// What follows `else`, or `else if` and `else with`, which end with the whole block.
    private static func otherwise(
        _ end: [TemplateLexer.Token], _ name: String, _ pieces: inout Pieces, _ depth: Int, _ inLoop: Bool
    ) throws(BuiltinError) -> [Node] {
        guard Self.name(end) == "else" else { return [] }
        let rest = end.dropFirst()
        guard !rest.isEmpty else {
            let (nodes, last) = try nodes(&pieces, depth: depth + 1, inLoop: inLoop)
            guard Self.name(last ?? []) == "end" else { throw TemplateLexer.failure("expected end; found {{else}}") }
            return nodes
        }
        guard Self.name(Array(rest)) == name, name != "range" else {
            throw TemplateLexer.failure("unexpected token in {{else}}")
        }
        return [try block(name, rest.dropFirst(), &pieces, depth + 1, inLoop)]
    }
}
