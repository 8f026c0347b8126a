// Terms.

extension TreeWriter {
    /// - Parameter strength: operations that bind less than this get parentheses.
    mutating func write(_ term: Term, strength: Int = 0, leading: Leading = .none) {
        switch term.kind {
        case .null: write("null")
        case .boolean(let value): write(value ? "true" : "false")
        case .number(let digits):
            write(leading.continuesBody && digits.hasPrefix("-") ? "(\(digits))" : digits)
        case .string(let text): write(spelling(of: term.location) ?? Self.quoted(text))
        case .variable(let name): write(name.hasPrefix("$") ? "_" : name)
        case .ref(let ref): write(ref)
        case .array(let terms): writeList(terms, "[", "]", isAmbiguous: true, location: term.location)
        case .set(let terms):
            if terms.isEmpty {
                write("set()")
            } else {
                writeList(terms, "{", "}", isAmbiguous: true, location: term.location)
            }
        case .object(let entries): write(entries, location: term.location)
        case .call(let call): write(call, location: term.location, strength: strength, leading: leading)
        case .arrayComprehension(let head, let body):
            writeComprehension("[", "]", body, location: term.location) { writer in
                writer.write(head, strength: Self.operandStrength)
            }
        case .setComprehension(let head, let body):
            writeComprehension("{", "}", body, location: term.location) { writer in
                writer.write(head, strength: Self.operandStrength)
            }
        case .objectComprehension(let entry, let body):
            writeComprehension("{", "}", body, location: term.location) { writer in
                writer.write(entry.key, strength: Self.operandStrength)
                writer.write(": ")
                writer.write(entry.value, strength: Self.operandStrength)
            }
        case .templateString(let template):
            if let spelled = spelling(of: term.location) {
                write(spelled)
                comments.removeAll { comment in
                    comment.location.offset > term.location.offset
                        && comment.location.offset < term.location.offset + term.location.length
                }
            } else {
                write(template)
            }
        }
    }

    private mutating func write(_ entries: [ObjectEntry], location: SourceLocation) {
        writeElements(entries, "{", "}", location: location, place: \.key.location) { writer, entry, index in
            let leading = Leading(isAmbiguous: index == 0)
            writer.write(entry.key, leading: leading)
            writer.write(": ")
            writer.write(entry.value, leading: leading)
            writer.reach(entry.value.location)
        }
    }

    private mutating func writeComprehension(
        _ open: String, _ close: String, _ body: Body, location: SourceLocation,
        head: (inout TreeWriter) -> Void
    ) {
        write(open)
        head(&self)
        let end = end(of: location)
        let firstLine = body.first?.location.line ?? 0
        let hasLines = firstLine > location.line || body.contains { $0.location.line > firstLine }
        guard source != nil, !isInline, hasLines || hasComment(from: location.line, before: end.line) else {
            write(" | ")
            writeInline(body)
            write(close)
            return
        }
        write(" |")
        lastLine = max(lastLine, location.line)
        endLine()
        indent()
        write(lines: body, isAfterIf: false, closing: end)
        approachEnd(line: end.line)
        outdent()
        write(close)
        lastLine = max(lastLine, end.line)
    }

    private mutating func write(_ ref: Ref) {
        for (index, term) in ref.terms.enumerated() {
            switch term.kind {
            case .string(let name) where index > 0:
                write(segment(name, at: term.location))
            case _ where index > 0:
                write("[")
                write(term)
                write("]")
            default:
                write(term, strength: Self.operandStrength)
            }
        }
    }

    /// `.name`, or `["text"]` for what is not a name, and for keywords that the source has in brackets.
    func segment(_ name: String, at location: SourceLocation) -> String {
        let bytes = Array(name.utf8)
        let isName = bytes.first?.isLetter == true && bytes.allSatisfy { $0.isLetter || $0.isDigit }
        let literal = spelling(of: location).flatMap { $0.hasPrefix("\"") || $0.hasPrefix("`") ? $0 : nil }
        if isName, literal == nil || TokenKind(keyword: name) == nil { return "." + name }
        return "[\(literal ?? Self.quoted(name))]"
    }

    private mutating func write(_ template: TemplateString) {
        write(template.isRaw ? "$`" : "$\"")
        for part in template.parts {
            switch part {
            case .text(let text):
                let escaped = template.isRaw ? text : String(Self.quoted(text).dropFirst().dropLast())
                write(escaped.replacing("{", with: "\\{"))
            case .expression(let expr):
                let wasInline = isInline
                isInline = true
                write("{")
                write(expr)
                write("}")
                isInline = wasInline
            }
        }
        write(template.isRaw ? "`" : "\"")
    }

    /// The source text of a literal; nil without a source.
    private func spelling(of location: SourceLocation) -> String? {
        guard let source, location.length > 0 else { return nil }
        return source.text(at: location)
    }

    /// A string literal in double quotes.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{08}": quoted += "\\b"
            case "\u{0C}": quoted += "\\f"
            case "\u{FEFF}": quoted += "\\ufeff"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension Expr {
    /// Whether its text starts with `{`, which after `if` opens a block.
    var startsWithBrace: Bool {
        if isNegated { return false }
        switch kind {
        case .term(let term): return term.startsWithBrace
        case .call(let call): return Term(.call(call)).startsWithBrace(isStatement: true)
        case .some, .every: return false
        }
    }
}

extension Term {
    fileprivate var startsWithBrace: Bool { startsWithBrace(isStatement: false) }

    fileprivate func startsWithBrace(isStatement: Bool) -> Bool {
        switch kind {
        case .object, .setComprehension, .objectComprehension: return true
        case .set(let terms): return !terms.isEmpty
        case .ref(let ref):
            if case .call(let call) = ref.terms[0].kind, TreeWriter.infix(call) != nil { return false }
            return ref.terms[0].startsWithBrace
        case .call(let call):
            let isInfix = TreeWriter.infix(call) != nil || isStatement && call.isStatementOperation
            return isInfix && call.arguments[0].startsWithBrace
        default: return false
        }
    }
}

extension Call {
    /// `a := b`, `a = b` or `k, v in xs`, which are infix only as statements.
    fileprivate var isStatementOperation: Bool {
        if isMembership { return true }
        guard arguments.count == 2, function.terms.count == 1, case .variable(let name) = function.terms[0].kind else {
            return false
        }
        return name == "assign" || name == "eq"
    }
}
