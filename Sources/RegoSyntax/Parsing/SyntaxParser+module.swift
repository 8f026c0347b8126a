// Packages, imports, and going on after an error.

extension SyntaxParser {
    /// Nil when there is no package; what is wrong stands in `diagnostics`.
    func parseModule() -> Module? {
        var package: Package?
        var imports: [Import] = []
        var rules: [Rule] = []
        var isFirst = true
        while kind != .endOfFile, diagnostics.count < Parser.maximumDiagnostics {
            let start = index
            do throws(SyntaxError) {
                switch kind {
                case .package where !isKeywordAsName:
                    if package != nil || !isFirst {
                        throw error(
                            "unexpected `package`: it stands once, at the start of a file",
                            fix: "move the rules below it into a file of their own")
                    }
                    isFirst = false
                    package = try parsePackage()
                case .import where !isKeywordAsName:
                    checkPackage(&isFirst)
                    imports.append(try parseImport())
                default:
                    checkPackage(&isFirst)
                    rules += try parseRules()
                }
            } catch {
                isFirst = false
                report(error)
                recover(from: start)
            }
        }
        if isFirst, diagnostics.isEmpty {
            report(error("the file is empty", fix: "start it with `package name`"))
        }
        guard let package else {
            // A rule under a name like `pakcage` was let pass for a misspelled package, and turned out to be a rule.
            if diagnostics.isEmpty, faults.isEmpty { report(missingPackage(at: tokens[0])) }
            return nil
        }
        var module = Module(package: package, imports: imports, rules: rules, comments: comments, source: source)
        module.attachAnnotations()
        return module
    }

    /// The first statement has to be `package`, unless a package was misspelled.
    private func checkPackage(_ isFirst: inout Bool) {
        guard isFirst else { return }
        isFirst = false
        let word = text(of: token)
        if kind == .identifier, NearMiss.of(word, among: ["package"]) != nil { return }
        if faults[index] == nil {
            report(missingPackage(at: token))
        }
    }

    private func missingPackage(at token: Token) -> SyntaxError {
        error("a file starts with `package`", at: token, fix: "put `package name` on its first line")
    }

    /// Goes on at the next line that starts, in its first column, like a rule or an import.
    private func recover(from start: Int) {
        nameIndex = -1
        openers = []
        depth = 0
        tallest = 0
        memo = [:]
        speculation = 0
        index = max(index, start + 1)
        while kind != .endOfFile {
            let token = token
            if token.column == 1, token.followsNewline, startsStatement { return }
            index += 1
        }
    }

    private var startsStatement: Bool {
        switch token.kind {
        case .package, .import, .default: return true
        case .identifier: return Self.followsRuleName.contains(kind(ahead: 1))
        default: return false
        }
    }

    /// What may stand behind the name that starts a rule.
    static let followsRuleName: Set<TokenKind> = [
        .assign, .unify, .if, .contains, .leftParenthesis, .leftBracket, .dot,
    ]

    private func parsePackage() throws(SyntaxError) -> Package {
        let start = index
        advance()
        let path = try parsePath(expecting: "the package's name", allowsFinalKeyword: true)
        let root = Term(.variable("data"), location: path[0].location)
        return Package(path: Ref([root] + path), location: location(from: start))
    }

    private func parseImport() throws(SyntaxError) -> Import {
        let start = index
        advance()
        let pathStart = index
        var path = try parsePath(expecting: "a path such as `data.roles`", allowsFinalKeyword: false)
        guard case .string(let root) = path[0].kind else { throw unexpected(expecting: "a path") }
        path[0].kind = .variable(root)
        try checkImport(root: root, path: path, at: pathStart)
        var alias: String?
        if advance(over: .as) {
            guard kind == .identifier, text(of: token) != "_" else {
                throw unexpected(expecting: "a name after `as`")
            }
            if root == "future" || root == "rego" {
                throw error("`\(root)` imports cannot be renamed", fix: "leave out `as`")
            }
            alias = text(of: token)
            advance()
        } else if root != "future", let last = path.last {
            let name = path.count == 1 ? root : last.stringValue ?? ""
            if TokenKind(keyword: name) != nil {
                throw error(
                    "an import cannot end in the keyword `\(name)`", at: last.location, fix: "add a name: `as \(name)_`"
                )
            }
        }
        return Import(path: Ref(path), alias: alias, location: location(from: start))
    }

    private func checkImport(root: String, path: [Term], at start: Int) throws(SyntaxError) {
        let names = path.dropFirst().map { $0.stringValue ?? "" }
        let place = location(from: start)
        switch root {
        case "data", "input":
            return
        case "rego":
            if names != ["v1"] { throw error("the only import below `rego` is `rego.v1`", at: place) }
        case "future":
            let keywords = ["contains", "every", "if", "in"]
            if names.first != "keywords" || names.count > 2 || names.count == 2 && !keywords.contains(names[1]) {
                throw error(
                    "below `future` there are `future.keywords` and `future.keywords.` with "
                        + "`contains`, `every`, `if` or `in`",
                    at: place, fix: "remove the import: Rego v1 needs none of them")
            }
        default:
            throw error(
                "an import starts with `data`, `input`, `rego` or `future`, not with `\(root)`", at: place,
                fix: "rules of other packages are below `data`: `import data.\(root)…`")
        }
    }

    /// `name.name["text"]…` as string terms. Keywords may be names.
    private func parsePath(expecting: String, allowsFinalKeyword: Bool) throws(SyntaxError) -> [Term] {
        guard kind.isName, text(of: token) != "_" else { throw unexpected(expecting: expecting) }
        var path = [Term(.string(text(of: token)), location: location(of: token))]
        advance()
        while !token.followsSpace {
            if kind == .dot {
                advance()
                guard kind.isName, !token.followsSpace else {
                    throw unexpected(expecting: "a name directly after the dot")
                }
                path.append(Term(.string(text(of: token)), location: location(of: token)))
                advance()
            } else if kind == .leftBracket {
                open()
                guard kind == .string || kind == .rawString else {
                    throw unexpected(expecting: "a string", fix: "paths are constant: `[\"name\"]`")
                }
                path.append(parseString())
                try close(.rightBracket, expecting: "`]`")
            } else {
                break
            }
        }
        return path
    }
}
