/// Reads Rego v1 (the grammar of OPA 1.15). Any bytes may come in: the answer is a tree or located diagnostics.
///
/// Nesting deeper than ``maximumDepth`` is refused, so that no walk over a tree can exhaust the stack.
public enum Parser {
    /// Bound of a tree's height: brackets, blocks and chained operators together.
    public static let maximumDepth = 300
    /// At most this many diagnostics are reported for a text.
    public static let maximumDiagnostics = 50

    /// A whole file: `package`, imports, rules.
    public static func parseModule(_ source: SourceFile) throws(Diagnostics) -> Module {
        let parser = SyntaxParser(source, origin: SourceOrigin(file: source))
        let module = parser.parseModule()
        guard let module, parser.diagnostics.isEmpty else { throw parser.collectedDiagnostics() }
        return module
    }

    /// A query's body: expressions parted by `;` or new lines.
    /// - Parameter origin: where the text stands, when it is a piece of another file.
    public static func parseQuery(_ source: SourceFile, origin: SourceOrigin? = nil) throws(Diagnostics) -> Body {
        let parser = SyntaxParser(source, origin: origin ?? SourceOrigin(file: source))
        do throws(SyntaxError) {
            if parser.kind == .endOfFile {
                throw parser.error("the query is empty", fix: "write an expression such as `data.example.allow`")
            }
            return try parser.parseBody(until: .endOfFile)
        } catch {
            parser.report(error)
            throw parser.collectedDiagnostics()
        }
    }

    /// One expression, as in a policy's condition.
    public static func parseExpression(_ source: SourceFile, origin: SourceOrigin? = nil) throws(Diagnostics) -> Expr {
        let parser = SyntaxParser(source, origin: origin ?? SourceOrigin(file: source))
        do throws(SyntaxError) {
            if parser.kind == .endOfFile {
                throw parser.error("the expression is empty", fix: "write a condition such as `params.amount > 100`")
            }
            let expr = try parser.parseLiteral()
            guard parser.kind == .endOfFile else {
                throw parser.unexpected(expecting: "the expression to end here")
            }
            return expr
        } catch {
            parser.report(error)
            throw parser.collectedDiagnostics()
        }
    }

    /// One term: a constant such as `{1, "a"}` or `set()`, a ref, a call, an operation.
    public static func parseTerm(_ source: SourceFile, origin: SourceOrigin? = nil) throws(Diagnostics) -> Term {
        let parser = SyntaxParser(source, origin: origin ?? SourceOrigin(file: source))
        do throws(SyntaxError) {
            if parser.kind == .endOfFile {
                throw parser.error("the term is empty", fix: "write a value such as `null`")
            }
            let term = try parser.parseInfix(allowsKey: true)
            guard parser.kind == .endOfFile else { throw parser.unexpected(expecting: "the term to end here") }
            return term
        } catch {
            parser.report(error)
            throw parser.collectedDiagnostics()
        }
    }
}
