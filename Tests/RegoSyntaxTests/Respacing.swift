import RepeatableRandomness

@testable import RegoSyntax

/// Puts new lines, blank lines and comments between tokens where Rego allows them.
enum Respacing {
    static func respaced(_ text: String, using random: inout SeededGenerator) -> String {
        let source = SourceFile(name: "", text: text)
        let tokens = Lexer.tokens(of: source, origin: SourceOrigin(file: source)).tokens
        var result = ""
        var end = 0
        var braces: [TokenKind] = []
        var isInTemplate = 0
        for (index, token) in tokens.enumerated() {
            result += String(decoding: source.text[end..<token.start], as: UTF8.self)
            let before = index > 0 ? tokens[index - 1].kind : .endOfFile
            let mayBreak: Set<TokenKind> = [.leftBracket, .leftParenthesis, .comma, .or, .assign]
            if isInTemplate == 0, mayBreak.contains(before), !braces.isEmpty, Int.random(in: 0..<6, using: &random) == 0
            {
                result += ["\n", "\n\n", " # note\n", "\n# own line\n"].randomElement(using: &random) ?? ""
            }
            switch token.kind {
            case .leftBracket, .leftParenthesis, .leftBrace: braces.append(token.kind)
            case .rightBracket, .rightParenthesis, .rightBrace: _ = braces.popLast()
            case .templateStart, .rawTemplateStart: isInTemplate += 1
            case .templateEnd: isInTemplate -= 1
            default: break
            }
            result += String(decoding: source.text[token.start..<token.end], as: UTF8.self)
            end = token.end
        }
        return result
    }
}
