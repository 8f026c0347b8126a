/// A recursive-descent parser over the tokens of one text; a class, so that its functions share one copy of the state
/// and their frames stay small. A parse function that throws leaves `index` at the token
/// that did not fit.
final class SyntaxParser {
    let source: SourceFile
    let origin: SourceOrigin
    let tokens: [Token]
    let comments: [Comment]
    let faults: [Int: Diagnostic]

    var index = 0
    /// A keyword at this index counts as a name: it is the head of a ref, as in `else.x`.
    var nameIndex = -1
    /// Brackets and blocks around the current token, and the height of the tallest subtree finished among the
    /// siblings so far; their sum is bounded.
    var depth = 0
    var tallest = 0
    /// Token indices of the brackets that are open.
    var openers: [Int] = []
    var nextWildcard: Int
    /// Terms already parsed while it was open how their context reads; see `parseTerm`.
    var memo: [Int: ParsedTerm] = [:]
    var speculation = 0
    var diagnostics: [Diagnostic] = []

    struct ParsedTerm {
        var result: Result<Term, SyntaxError>
        var end: Int
        var height: Int
    }

    init(_ source: SourceFile, origin: SourceOrigin) {
        let lexed = Lexer.tokens(of: source, origin: origin)
        self.source = source
        self.origin = origin
        tokens = lexed.tokens
        comments = lexed.comments
        faults = lexed.faults
        nextWildcard = lexed.wildcardCount
    }
}

// MARK: Tokens

extension SyntaxParser {
    var token: Token { tokens[index] }

    var kind: TokenKind { index == nameIndex ? .identifier : tokens[index].kind }

    /// The kind of the token `distance` further on.
    func kind(ahead distance: Int) -> TokenKind {
        tokens[min(index + distance, tokens.count - 1)].kind
    }

    func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func advance(over kind: TokenKind) -> Bool {
        guard self.kind == kind else { return false }
        advance()
        return true
    }

    func text(of token: Token) -> String {
        String(decoding: source.text[token.start..<token.end], as: UTF8.self)
    }

    func location(of token: Token) -> SourceLocation {
        origin.location(line: token.line, column: token.column, offset: token.start, length: token.end - token.start)
    }

    /// From the token at `start` to the last token that was consumed.
    func location(from start: Int) -> SourceLocation {
        let first = tokens[start]
        let end = index > start ? tokens[index - 1].end : first.end
        return origin.location(
            line: first.line, column: first.column, offset: first.start, length: max(end - first.start, 0))
    }

    /// Whether the token is a keyword with `.` or `[` directly behind it, so that it may be the head of a ref.
    var isKeywordAsName: Bool {
        guard tokens[index].kind.isKeyword, index + 1 < tokens.count, !tokens[index + 1].followsSpace else {
            return false
        }
        return tokens[index + 1].kind == .dot || tokens[index + 1].kind == .leftBracket
    }

    func takeKeywordAsName() {
        if isKeywordAsName { nameIndex = index }
    }

    /// Steps over an opening bracket and remembers it until `close`.
    func open() {
        openers.append(index)
        advance()
    }

    /// Steps over the bracket that closes what `open` opened.
    func close(_ kind: TokenKind, expecting: String) throws(SyntaxError) {
        guard self.kind == kind else { throw unexpected(expecting: expecting) }
        advance()
        openers.removeLast()
    }

    func freshWildcard() -> String {
        defer { nextWildcard += 1 }
        return "$\(nextWildcard)"
    }
}

// MARK: Trying

extension SyntaxParser {
    /// What has to be put back when a reading of the text did not work out.
    struct Checkpoint {
        var index: Int
        var nameIndex: Int
        var openers: Int
        var depth: Int
        var tallest: Int
    }

    var checkpoint: Checkpoint {
        Checkpoint(index: index, nameIndex: nameIndex, openers: openers.count, depth: depth, tallest: tallest)
    }

    func restore(_ checkpoint: Checkpoint) {
        index = checkpoint.index
        nameIndex = checkpoint.nameIndex
        openers.removeLast(openers.count - checkpoint.openers)
        depth = checkpoint.depth
        tallest = checkpoint.tallest
    }

    /// Goes one bracket or block deeper.
    func enter() throws(SyntaxError) {
        depth += 1
        try checkHeight()
    }

    func checkHeight() throws(SyntaxError) {
        if depth + tallest > Parser.maximumDepth {
            throw error(
                "this is nested more than \(Parser.maximumDepth) levels deep",
                fix: "split it into several rules, or move it to data")
        }
    }
}
