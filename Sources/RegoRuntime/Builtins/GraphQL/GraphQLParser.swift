extension GraphQL {
    /// Recursive descent with one token of look-ahead; stops at the first error.
    struct Parser {
        private var lexer: Lexer
        private var peeked: Token?
        /// The token that was taken last.
        var previous: Token
        /// The comments before the token that is looked at.
        var comments: Comments = []
        private var depth = 0

        init(_ text: [UInt8]) {
            lexer = Lexer(text)
            previous = Token(kind: .end, value: "", position: .init(line: 1, column: 1))
        }

        mutating func peek() -> Token {
            if let peeked { return peeked }
            var token = lexer.next()
            if token.kind == .comment {
                comments = []
                while token.kind == .comment {
                    comments.append(token.value)
                    token = lexer.next()
                }
            }
            peeked = token
            return token
        }

        @discardableResult
        mutating func next() throws(Failure) -> Token {
            let token = peek()
            peeked = nil
            comments = []
            previous = token
            if let problem = token.problem { throw Failure(message: problem, position: token.position) }
            return token
        }

        mutating func skip(_ kind: Token.Kind) throws(Failure) -> Bool {
            guard peek().kind == kind else { return false }
            try next()
            return true
        }

        @discardableResult
        mutating func expect(_ kind: Token.Kind) throws(Failure) -> Token {
            let token = peek()
            guard token.kind == kind else {
                throw Failure(
                    message: "Expected \(kind.rawValue), found \(token.kind.rawValue)", position: token.position)
            }
            return try next()
        }

        /// - Returns: the comments before the keyword.
        @discardableResult
        mutating func expectKeyword(_ word: String) throws(Failure) -> Comments {
            let token = peek()
            let before = comments
            guard token.kind == .name, token.value == word else {
                throw Failure(message: "Expected \"\(word)\", found \(token.description)", position: token.position)
            }
            try next()
            return before
        }

        mutating func name() throws(Failure) -> String { try expect(.name).value }

        func unexpected(_ token: Token) -> Failure {
            Failure(message: "Unexpected \(token.description)", position: token.position)
        }

        /// What `parse` reads until `close`, if `open` comes next; nothing if not.
        /// - Returns: the comments before `close`.
        @discardableResult
        mutating func list(
            _ open: Token.Kind, _ close: Token.Kind, mayBeEmpty: Bool = false,
            _ parse: (inout Parser) throws(Failure) -> Void
        ) throws(Failure) -> Comments {
            guard try skip(open) else { return [] }
            if !mayBeEmpty && peek().kind == close {
                throw Failure(
                    message: "expected at least one definition, found \(close.rawValue)", position: peek().position)
            }
            while peek().kind != close { try parse(&self) }
            let before = comments
            try next()
            return before
        }

        @discardableResult
        mutating func nested<Node>(_ parse: (inout Parser) throws(Failure) -> Node) throws(Failure) -> Node {
            depth += 1
            defer { depth -= 1 }
            guard depth <= depthLimit else {
                throw Failure(
                    message: "document is nested more than \(depthLimit) levels deep", position: peek().position)
            }
            return try parse(&self)
        }
    }
}
