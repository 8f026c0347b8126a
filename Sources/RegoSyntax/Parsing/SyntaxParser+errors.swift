extension SyntaxParser {
    func error(_ message: String, at token: Token? = nil, fix: String? = nil) -> SyntaxError {
        SyntaxError(origin.diagnostic(message, at: location(of: token ?? self.token), fix: fix))
    }

    func error(_ message: String, at location: SourceLocation, fix: String? = nil) -> SyntaxError {
        SyntaxError(origin.diagnostic(message, at: location, fix: fix))
    }

    /// The current token does not fit.
    func unexpected(expecting: String, fix: String? = nil) -> SyntaxError {
        if let fault = faults[index] { return SyntaxError(fault) }
        if token.kind == .endOfFile, let opener = openers.last {
            let spelling = text(of: tokens[opener])
            return error(
                "this `\(spelling)` is never closed", at: tokens[opener],
                fix: "close it with `\(Self.closing(spelling))`")
        }
        let message = "unexpected \(describe(token)): expected \(expecting)"
        if token.kind == .endOfFile, index > 0 {
            var place = location(of: tokens[index - 1])
            place.column += text(of: tokens[index - 1]).unicodeScalars.count
            place.offset += place.length
            place.length = 0
            return error(message, at: place, fix: fix)
        }
        return error(message, fix: fix ?? unfinishedLine() ?? suggestion(for: token))
    }

    /// When the token before starts a rule on its line, the rule above it is not finished.
    private func unfinishedLine() -> String? {
        guard index >= 2, [.assign, .unify, .if, .contains].contains(token.kind) else { return nil }
        let name = tokens[index - 1]
        let before = tokens[index - 2]
        guard name.kind == .identifier, name.column == 1, name.followsNewline, before.line < name.line else {
            return nil
        }
        if let opener = openers.last {
            let line = location(of: tokens[opener]).line
            return "close the `\(text(of: tokens[opener]))` of line \(line) before it"
        }
        let line = location(of: before).line
        return "complete line \(line): a value is missing behind its last `\(text(of: before))`"
    }

    func describe(_ token: Token) -> String {
        switch token.kind {
        case .endOfFile: "end of text"
        case .identifier: "`\(text(of: token))`"
        case .number: "number `\(shortened(text(of: token)))`"
        case .string, .rawString: "string `\(shortened(text(of: token)))`"
        case .templateStart, .rawTemplateStart, .templateText, .templateEnd: "template string"
        case let kind where kind.isKeyword: "keyword `\(text(of: token))`"
        default: "`\(text(of: token))`"
        }
    }

    private func shortened(_ text: String) -> String {
        let line = text.unicodeScalars.prefix(40).prefix { $0 != "\n" }
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: line.map(\.visible))
        return String(shown) + (line.endIndex == text.endIndex ? "" : "…")
    }

    private static func closing(_ opener: String) -> String {
        switch opener {
        case "[": "]"
        case "(": ")"
        default: "}"
        }
    }

    /// What an author most likely meant by a token that does not fit.
    private func suggestion(for token: Token) -> String? {
        let before = index > 0 ? tokens[index - 1] : nil
        let touchesSame = before?.kind == token.kind && before?.end == token.start
        switch token.kind {
        case .unify where kind(ahead: 1) == .greater && !tokens[index + 1].followsSpace:
            return "Rego has no arrows: an object's entries are written `key: value`"
        case .unify:
            return "to compare, write `==`; `=` and `:=` stand only between the two sides of a statement"
        case .assign:
            return "`:=` stands only between the two sides of a statement; to compare, write `==`"
        case let kind where kind.isComparison && openers.isEmpty:
            return "define a value with `:=`; conditions belong into a rule's body: `name if condition`"
        case .and where touchesSame || kind(ahead: 1) == .and:
            return "Rego has no `&&`: conditions parted by `;` or new lines must all hold"
        case .or where touchesSame || kind(ahead: 1) == .or:
            return "Rego has no `||`: write one rule with the same name for each alternative"
        case .slash where touchesSame || kind(ahead: 1) == .slash || kind(ahead: 1) == .star:
            return "comments start with `#`"
        case .colon where openers.last.map { tokens[$0].kind } == .leftBrace:
            return "a set has no `key: value` entries, an object has no others"
        case .identifier:
            return suggestion(forWord: text(of: token))
        case .if, .contains, .default, .import, .package, .else:
            if let opener = openers.last {
                let place = location(of: tokens[opener])
                return "close the `\(text(of: tokens[opener]))` of line \(place.line) before it"
            }
            return token.kind == .else ? "`else` follows the body of a rule: `name if { … } else := value`" : nil
        case .some, .not, .every:
            if before?.kind == .or, !openers.isEmpty {
                return "a comprehension's head that is an operation stands in parentheses: `[(x + 1) | …]`"
            }
            return nil
        case .with where openers.isEmpty:
            return "`with` stands behind an expression of a body: `name := x if x := term with input as …`"
        case .semicolon where openers.isEmpty:
            return "rules are parted by new lines"
        case .rightBrace where before?.kind == .semicolon:
            return "remove the `;` before it"
        case .leftParenthesis, .leftBracket, .dot:
            if token.followsSpace, before?.kind == .identifier || before?.kind == .rightBracket {
                return "no space may stand before `\(text(of: token))`"
            }
            return nil
        default:
            return nil
        }
    }

    private func suggestion(forWord word: String) -> String? {
        switch word.lowercased() {
        case "and": return "conditions parted by `;` or new lines must all hold"
        case "or": return "write one rule with the same name for each alternative"
        case "elif", "elsif", "elseif": return "write `else := value if condition`"
        case "then", "when", "where": return "write `name if condition`"
        case "is": return "to compare, write `==`"
        case "nil", "none", "undefined": return "write `null`, or `not x` for a value that is not there"
        default: return nil
        }
    }
}

// MARK: Collecting

extension SyntaxParser {
    func report(_ error: SyntaxError) {
        if !diagnostics.contains(error.diagnostic) { diagnostics.append(error.diagnostic) }
    }

    /// Everything found, with the faulty tokens that no parse function met, in source order. A line with faulty
    /// tokens is reported once.
    func collectedDiagnostics() -> Diagnostics {
        var all = diagnostics
        let lines = Set(all.map(\.location.line))
        let faultLines = Set(faults.values.map(\.location.line))
        for (_, fault) in faults where !lines.contains(fault.location.line) { all.append(fault) }
        all.sort { ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column) }
        var seen: Set<Int> = []
        all.removeAll { faultLines.contains($0.location.line) && !seen.insert($0.location.line).inserted }
        return Diagnostics(Array(all.prefix(Parser.maximumDiagnostics)))
    }
}
