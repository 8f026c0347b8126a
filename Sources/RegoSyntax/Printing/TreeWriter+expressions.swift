// Expressions, operators, lists.

extension TreeWriter {
    /// - Parameters:
    ///   - isAmbiguous: a leading `|` operation would be taken for a comprehension.
    ///   - continuesBody: a leading `-` would be taken for the end of an operation on the line before.
    mutating func write(_ expr: Expr, isAmbiguous: Bool = false, continuesBody: Bool = false) {
        if expr.isNegated { write("not ") }
        let leading = Leading(isAmbiguous: isAmbiguous, continuesBody: continuesBody)
        switch expr.kind {
        case .term(let term): write(term, leading: leading)
        case .call(let call): write(statement: call, location: expr.location, leading: leading)
        case .some(let declaration): write(declaration)
        case .every(let every): write(every)
        }
        var line = expr.location.line
        for with in expr.withs {
            if source != nil, !isInline, with.location.line > line {
                line = with.location.line
                lastLine = max(lastLine, line - 1)
                endLine()
                indent()
                write(with)
                outdent()
            } else {
                write(" ")
                write(with)
            }
        }
    }

    private mutating func write(_ with: With) {
        write("with ")
        write(with.target)
        write(" as ")
        write(with.value)
        reach(with.location)
    }

    private mutating func write(statement call: Call, location: SourceLocation, leading: Leading) {
        if call.function.terms.count == 1, case .variable(let name) = call.function.terms[0].kind,
            name == "assign" || name == "eq", call.arguments.count == 2
        {
            write(call.arguments[0], leading: leading)
            write(name == "assign" ? " := " : " = ")
            write(call.arguments[1])
        } else if call.isMembership, call.arguments.count == 3 {
            writeMembership(call.arguments[0], call.arguments[1], call.arguments[2], leading: leading)
        } else {
            write(Term(.call(call), location: call.location), leading: leading)
        }
    }

    private mutating func write(_ declaration: SomeDeclaration) {
        write("some ")
        switch declaration.kind {
        case .variables(let names):
            for (index, name) in names.enumerated() {
                write(index == 0 ? "" : ", ")
                write(name)
            }
        case .membership(let key, let value, let collection):
            writeMembership(key, value, collection)
        }
    }

    private mutating func write(_ every: Every) {
        write("every ")
        writeMembership(every.key, every.value, every.collection)
        let first = every.body.first?.location.line
        let isOneLine = source == nil ? isInline : first == every.location.line && every.body.count == 1
        if isInline || isOneLine {
            write(" { ")
            writeInline(every.body)
            write(" }")
        } else {
            reach(every.collection.location)
            writeBlock(
                after: "", every.body, isAfterIf: false, closing: end(of: every.location))
        }
    }

    private mutating func writeMembership(_ key: Term?, _ value: Term, _ collection: Term, leading: Leading = .none) {
        if let key {
            write(key, strength: 1, leading: leading)
            write(", ")
        }
        write(value, strength: 1)
        write(" in ")
        write(collection, strength: 1)
    }

    mutating func writeInline(_ body: Body) {
        for (index, expr) in body.enumerated() {
            if index > 0 { write("; ") }
            write(expr)
        }
    }
}

// MARK: Operators

extension TreeWriter {
    /// What the place before a term's first character makes of it.
    struct Leading {
        var isAmbiguous = false
        var continuesBody = false
        static let none = Leading()
    }

    /// An operation's spelling; `strength` as in the parser, 0 for `in`, 6 for operands.
    private static let operators: [String: (spelling: String, strength: Int)] = [
        "equal": ("==", 1), "neq": ("!=", 1), "lt": ("<", 1), "lte": ("<=", 1), "gt": (">", 1), "gte": (">=", 1),
        "or": ("|", 2), "and": ("&", 3), "plus": ("+", 4), "minus": ("-", 4), "mul": ("*", 5), "div": ("/", 5),
        "rem": ("%", 5),
    ]

    static let operandStrength = 6

    static func infix(_ call: Call) -> (spelling: String, strength: Int)? {
        guard call.arguments.count == 2 else { return nil }
        if call.isMembership { return ("in", 0) }
        guard call.function.terms.count == 1, case .variable(let name) = call.function.terms[0].kind else {
            return nil
        }
        return operators[name]
    }

    mutating func write(_ call: Call, location: SourceLocation, strength: Int, leading: Leading) {
        if call.isMembership, call.arguments.count == 3 {
            write("(")
            writeMembership(call.arguments[0], call.arguments[1], call.arguments[2])
            write(")")
            return
        }
        guard let infix = Self.infix(call) else {
            write(path(call.function.terms[...]))
            writeList(call.arguments, "(", ")", isAmbiguous: false, location: location)
            return
        }
        let needsParentheses = infix.strength < strength || leading.isAmbiguous && infix.spelling == "|"
        if needsParentheses { write("(") }
        write(call.arguments[0], strength: infix.strength, leading: needsParentheses ? .none : leading)
        write(" \(infix.spelling) ")
        write(call.arguments[1], strength: infix.strength + 1)
        if needsParentheses { write(")") }
    }
}

// MARK: Lists

extension TreeWriter {
    /// Elements between brackets; on lines of their own where the source had them so.
    /// - Parameter isAmbiguous: whether a bar after the first element would start a comprehension.
    mutating func writeList(
        _ terms: [Term], _ open: String, _ close: String, isAmbiguous: Bool, location: SourceLocation
    ) {
        writeElements(terms, open, close, location: location, place: \.location) { writer, term, index in
            writer.write(term, leading: Leading(isAmbiguous: isAmbiguous && index == 0))
        }
    }

    mutating func writeElements<Element>(
        _ elements: [Element], _ open: String, _ close: String, location: SourceLocation,
        place: (Element) -> SourceLocation, write writeElement: (inout TreeWriter, Element, Int) -> Void
    ) {
        write(open)
        guard hasSeveralLines(elements.map { place($0).line }, in: location) else {
            for (index, element) in elements.enumerated() {
                if index > 0 { write(", ") }
                writeElement(&self, element, index)
            }
            write(close)
            return
        }
        let end = end(of: location)
        if let first = elements.first { lastLine = max(lastLine, min(location.line, place(first).line)) }
        endLine()
        indent()
        for (index, element) in elements.enumerated() {
            let startsLine = index == 0 || place(elements[index - 1]).line < place(element).line
            if startsLine { approach(line: place(element).line) }
            if index > 0, !startsLine { write(" ") }
            writeElement(&self, element, index)
            write(",")
            let endsLine = index + 1 == elements.count || place(element).line < place(elements[index + 1]).line
            if endsLine {
                let next = index + 1 < elements.count ? place(elements[index + 1]).offset : end.offset
                finishLine(at: place(element), before: next)
            }
        }
        approachEnd(line: end.line)
        outdent()
        write(close)
        lastLine = max(lastLine, end.line)
    }

    private func hasSeveralLines(_ lines: [Int], in location: SourceLocation) -> Bool {
        guard let source, !isInline, let first = lines.first, let last = lines.last else { return false }
        let end = source.lastLine(of: location)
        return first < last || hasComment(from: location.line, before: end)
    }

    func hasComment(from line: Int, before end: Int) -> Bool {
        guard let comment = comments.first(where: { $0.location.line >= line }) else { return false }
        return comment.location.line < end
    }
}
