/// Splits a source into tokens, comments apart. It never fails: what no token can hold becomes `.invalid` tokens, each
/// with a diagnostic. The tokens end with `.endOfFile`.
struct Lexer {
    struct Output {
        var tokens: [Token] = []
        var comments: [Comment] = []
        /// By token index.
        var faults: [Int: Diagnostic] = [:]
        var wildcardCount = 0
    }

    let origin: SourceOrigin
    let text: [UInt8]
    var position = 0
    var output = Output()
    /// One for each template string around the position.
    private var templates: [OpenTemplate] = []
    private var line = 1
    private var lineStart = 0
    /// UTF-8 continuation bytes between `lineStart` and `position`; they take no column.
    private var continuationBytes = 0
    private var followsSpace = true
    private var followsNewline = false

    private struct OpenTemplate {
        var isRaw: Bool
        /// Braces open inside the current interpolation.
        var braces = 0
    }

    init(_ source: SourceFile, origin: SourceOrigin) {
        self.origin = origin
        text = source.text
        output.tokens.reserveCapacity(source.text.count / 4 + 1)
    }

    static func tokens(of source: SourceFile, origin: SourceOrigin) -> Output {
        var lexer = Lexer(source, origin: origin)
        if let fault = Encoding.firstFault(in: lexer.text) {
            lexer.skip(to: fault.offset)
            lexer.reject(from: lexer.mark, message: fault.message, fix: fault.fix)
            lexer.position = lexer.text.count
        } else {
            lexer.run()
        }
        lexer.append(.endOfFile, from: lexer.mark)
        return lexer.output
    }

    private mutating func run() {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { skip(to: 3) }
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                skip(to: position + 1)
                followsSpace = true
                if byte == UInt8(ascii: "\n") { followsNewline = true }
            case UInt8(ascii: "#"):
                scanComment()
            case UInt8(ascii: "}"):
                scanRightBrace()
            default:
                scanToken(startingWith: byte)
            }
        }
    }

    private mutating func scanToken(startingWith byte: UInt8) {
        let start = mark
        switch byte {
        case _ where byte.isLetter:
            while let next = current, next.isLetter || next.isDigit { position += 1 }
            let word = text[start.offset..<position]
            append(word.count > 8 ? .identifier : keyword(word) ?? .identifier, from: start)
        case _ where byte.isDigit:
            scanNumber(from: start)
        case UInt8(ascii: "\""):
            position += 1
            scanString(from: start)
        case UInt8(ascii: "`"):
            position += 1
            scanRawString(from: start)
        case UInt8(ascii: "$"):
            scanTemplateStart(from: start)
        default:
            scanPunctuation(byte, from: start)
        }
    }

    private func keyword(_ word: ArraySlice<UInt8>) -> TokenKind? {
        TokenKind(keyword: String(decoding: word, as: UTF8.self))
    }

    private mutating func scanComment() {
        let start = mark
        while let byte = current, byte != UInt8(ascii: "\n") { skip(to: position + 1) }
        var end = position
        if end > start.offset + 1, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let location = location(from: start, to: end)
        output.comments.append(
            Comment(text: String(decoding: text[(start.offset + 1)..<end], as: UTF8.self), location: location))
        followsSpace = true
    }

    private mutating func scanRightBrace() {
        let start = mark
        position += 1
        guard let template = templates.last else {
            append(.rightBrace, from: start)
            return
        }
        if template.braces > 0 {
            templates[templates.count - 1].braces -= 1
            append(.rightBrace, from: start)
        } else {
            append(.interpolationEnd, from: start)
            scanTemplateText()
        }
    }
}

// MARK: Template strings

extension Lexer {
    private mutating func scanTemplateStart(from start: Mark) {
        position += 1
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "`") else {
            reject(
                from: start, message: "unexpected `$`",
                fix: "a template string is written `$\"…{expression}…\"`; variable names have no `$`")
            return
        }
        position += 1
        let isRaw = quote == UInt8(ascii: "`")
        append(isRaw ? .rawTemplateStart : .templateStart, from: start)
        templates.append(OpenTemplate(isRaw: isRaw))
        scanTemplateText()
    }

    /// From behind the opening quote or an interpolation's `}` to the next `{` or to the closing quote.
    private mutating func scanTemplateText() {
        guard let template = templates.last else { return }
        let start = mark
        var fault: String?
        while let byte = current {
            switch byte {
            case UInt8(ascii: "{"):
                appendTemplateText(from: start, fault: fault)
                let brace = mark
                position += 1
                append(.interpolationStart, from: brace)
                return
            case UInt8(ascii: "\"") where !template.isRaw, UInt8(ascii: "`") where template.isRaw:
                appendTemplateText(from: start, fault: fault)
                let quote = mark
                position += 1
                append(.templateEnd, from: quote)
                templates.removeLast()
                return
            case UInt8(ascii: "\n") where !template.isRaw:
                templates.removeLast()
                reject(
                    from: start, message: "the template string is not closed on its line",
                    fix: "close it with `\"`; a template string in backticks may have several lines")
                return
            case UInt8(ascii: "\\") where !template.isRaw:
                fault = fault ?? StringLiteral.problem(in: text, escapeAt: position, isTemplate: true)
                position += 1
                if let escape = current, escape != UInt8(ascii: "\n") { skip(to: position + 1) }
            case UInt8(ascii: "\\") where position + 1 < text.count && text[position + 1] == UInt8(ascii: "{"):
                position += 2
            default:
                skip(to: position + 1)
            }
        }
        templates.removeLast()
        reject(from: start, message: "the template string is never closed", fix: "close it with its quote")
    }

    private mutating func appendTemplateText(from start: Mark, fault: String?) {
        if let fault {
            reject(from: start, message: fault, fix: StringLiteral.escapesFix + ", and `\\{` for a brace")
        } else if position > start.offset {
            append(.templateText, from: start)
        }
    }
}

// MARK: Positions

extension Lexer {
    /// A place to come back to for a token's start.
    struct Mark {
        var offset: Int
        var line: Int
        var column: Int
    }

    var current: UInt8? { position < text.count ? text[position] : nil }

    var mark: Mark {
        Mark(offset: position, line: line, column: position - lineStart - continuationBytes + 1)
    }

    /// Moves on, counting lines and columns.
    mutating func skip(to end: Int) {
        while position < end {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                lineStart = position
                continuationBytes = 0
            } else if byte & 0xC0 == 0x80 {
                continuationBytes += 1
            }
        }
    }

    func location(from start: Mark, to end: Int) -> SourceLocation {
        origin.location(line: start.line, column: start.column, offset: start.offset, length: end - start.offset)
    }

    mutating func append(_ kind: TokenKind, from start: Mark) {
        var token = Token(
            kind: kind, start: start.offset, end: position, line: start.line, column: start.column,
            followsSpace: followsSpace, followsNewline: followsNewline)
        switch kind {
        case .identifier where position == start.offset + 1 && text[start.offset] == UInt8(ascii: "_"):
            token.wildcard = output.wildcardCount
            output.wildcardCount += 1
        case .leftBrace where !templates.isEmpty:
            templates[templates.count - 1].braces += 1
        default: break
        }
        output.tokens.append(token)
        followsSpace = false
        followsNewline = false
    }

    /// Appends an `.invalid` token; bad tokens that touch each other are reported once.
    mutating func reject(from start: Mark, message: String, fix: String? = nil) {
        if let last = output.tokens.last, last.kind == .invalid, last.end == start.offset, !followsSpace {
            output.tokens[output.tokens.count - 1].end = position
            return
        }
        var location = location(from: start, to: position)
        location.length = max(location.length, 1)
        output.faults[output.tokens.count] = origin.diagnostic(message, at: location, fix: fix)
        append(.invalid, from: start)
    }
}

extension UInt8 {
    /// ASCII letters and `_`.
    var isLetter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// ASCII decimal digits.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
