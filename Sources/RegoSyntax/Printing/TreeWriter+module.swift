// Packages, imports, rules.

extension TreeWriter {
    private enum Statement {
        case package(Package)
        case imports([Import])
        case rule(Rule)

        var line: Int {
            switch self {
            case .package(let package): package.location.line
            case .imports(let imports): imports.first?.location.line ?? 0
            case .rule(let rule): rule.location.line
            }
        }
    }

    mutating func write(_ module: Module) {
        let statements = self.statements(of: module)
        for (index, statement) in statements.enumerated() {
            approach(line: statement.line)
            switch statement {
            case .package(let package):
                write("package " + path(package.path.terms.dropFirst()))
                finishLine(at: package.location)
                blankLine()
            case .imports(let imports):
                write(imports)
                if index + 1 == statements.count { continue }
                if case .imports = statements[index + 1] { continue }
                blankLine()
            case .rule(let rule):
                write(rule)
                if index + 1 < statements.count, case .rule(let next) = statements[index + 1],
                    staysTogether(rule, next)
                {
                    continue
                }
                blankLine()
            }
        }
    }

    /// In the source's order; without a source, imports go before rules. Imports on adjoining lines are one group.
    private func statements(of module: Module) -> [Statement] {
        var groups: [[Import]] = []
        for one in module.imports {
            if source != nil, let last = groups.last?.last, last.location.line + 1 < one.location.line {
                groups.append([one])
            } else if groups.isEmpty {
                groups.append([one])
            } else {
                groups[groups.count - 1].append(one)
            }
        }
        let rest = groups.map(Statement.imports) + module.rules.map(Statement.rule)
        return [.package(module.package)] + (source == nil ? rest : rest.sorted { $0.line < $1.line })
    }

    private mutating func write(_ imports: [Import]) {
        let lines = imports.map { one in
            (text: importText(one), location: one.location)
        }
        let hasComments = comments.contains { comment in
            comment.location.line >= imports[0].location.line
                && comment.location.line <= imports[imports.count - 1].location.line
        }
        let mayReorder = source != nil && !hasComments
        for line in mayReorder ? lines.sorted(by: { $0.text < $1.text }) : lines {
            if !mayReorder { approach(line: line.location.line) }
            write("import " + line.text)
            finishLine(at: line.location)
        }
    }

    private func importText(_ one: Import) -> String {
        path(one.path.terms[...]) + (one.alias.map { " as " + $0 } ?? "")
    }

    /// Whether two rules without bodies stood on adjoining lines.
    private func staysTogether(_ rule: Rule, _ next: Rule) -> Bool {
        source != nil && rule.body.count <= 1 && next.body.count <= 1 && rule.elseBranches.isEmpty
            && next.elseBranches.isEmpty && source?.lastLine(of: rule.location) == rule.location.line
            && next.location.line == rule.location.line + 1
    }

    /// Ends the line of a node that ends at `location`'s end.
    mutating func finishLine(at location: SourceLocation, before limit: Int = .max) {
        reach(location)
        endLine(before: limit)
    }

    /// What has been written now goes as far as `location`'s end.
    mutating func reach(_ location: SourceLocation) {
        if let source, !isInline { lastLine = max(lastLine, source.lastLine(of: location)) }
    }

    /// `a.b["c-d"]` from a variable or string term and further string terms.
    func path(_ terms: ArraySlice<Term>) -> String {
        var text = ""
        for (index, term) in zip(terms.indices, terms) {
            switch term.kind {
            case .variable(let name): text += name
            case .string(let name) where index == terms.startIndex: text += name
            case .string(let name): text += segment(name, at: term.location)
            default: break
            }
        }
        return text
    }
}

// MARK: Rules

extension TreeWriter {
    mutating func write(_ rule: Rule) {
        if rule.isDefault { write("default ") }
        write(rule.head)
        reach(rule.head.location)
        if let expr = singleLineBody(of: rule) {
            write(" if ")
            write(expr)
        } else if !rule.body.isEmpty {
            let closing = closing(before: rule.elseBranches.first, in: rule)
            writeBlock(after: " if", rule.body, isAfterIf: true, closing: closing)
        }
        for (index, branch) in rule.elseBranches.enumerated() {
            let next = rule.elseBranches.dropFirst(index + 1).first
            write(branch, closing: closing(before: next, in: rule))
        }
        finishLine(at: rule.location)
    }

    /// Where the block ends that stands before `branch`, or last in `rule`.
    private func closing(before branch: ElseBranch?, in rule: Rule) -> ClosingPlace {
        guard source != nil, let branch else { return end(of: rule.location) }
        return ClosingPlace(line: branch.location.line, offset: branch.location.offset)
    }

    /// The body of a rule that goes on the head's line.
    private func singleLineBody(of rule: Rule) -> Expr? {
        guard rule.body.count == 1, rule.elseBranches.isEmpty, let expr = rule.body.first else { return nil }
        if let source, expr.location.line != source.lastLine(of: rule.head.location) { return nil }
        return expr.startsWithBrace ? nil : expr
    }

    private mutating func write(_ branch: ElseBranch, closing: ClosingPlace) {
        if source != nil { lastLine = max(lastLine, branch.location.line) }
        write(" else")
        if let value = branch.value {
            write(branch.isAssign ? " := " : " = ")
            write(value)
            reach(value.location)
        }
        if !branch.body.isEmpty {
            writeBlock(after: " if", branch.body, isAfterIf: false, closing: closing)
        }
    }

    private mutating func write(_ head: RuleHead) {
        write(Term(.ref(head.reference), location: head.location))
        if let arguments = head.arguments {
            writeList(arguments, "(", ")", isAmbiguous: false, location: head.location)
        }
        if let key = head.key {
            write(" contains ")
            write(key)
        }
        if let value = head.value {
            write(head.isAssign ? " := " : " = ")
            write(value)
        }
    }

    /// ` {`, the body's lines, `}`.
    /// - Parameters:
    ///   - isAfterIf: whether the braces could be taken for a comprehension.
    ///   - closing: where the closing brace stands in the source.
    mutating func writeBlock(after introduction: String, _ body: Body, isAfterIf: Bool, closing: ClosingPlace) {
        write(introduction + " {")
        endLine()
        indent()
        write(lines: body, isAfterIf: isAfterIf, closing: closing)
        approachEnd(line: closing.line)
        outdent()
        write("}")
        if source != nil { lastLine = max(lastLine, closing.line) }
    }

    mutating func write(lines body: Body, isAfterIf: Bool, closing: ClosingPlace) {
        for (index, expr) in body.enumerated() {
            approach(line: source == nil ? 0 : expr.location.line)
            write(expr, isAmbiguous: isAfterIf && index == 0, continuesBody: index > 0)
            let next = index + 1 < body.count ? body[index + 1].location.offset : closing.offset
            finishLine(at: expr.location, before: next)
        }
    }

    /// Writes the comments that stand above the closing bracket on `line`.
    mutating func approachEnd(line: Int) {
        guard line > 0, source != nil else { return }
        while let comment = comments.first, comment.location.line < line {
            approach(line: comment.location.line + 1)
        }
    }
}
