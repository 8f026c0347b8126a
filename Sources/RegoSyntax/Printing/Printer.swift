/// Writes trees as Rego text. What it writes parses back to an equal tree, and it is laid out as `opa fmt` does:
/// tabs, one blank line between rules, multi-line brackets where the source had them.
///
/// Trees that no parser made, without places, come out with everything but blocks on one line.
public enum Printer {
    public static func print(_ module: Module) -> String {
        var writer = TreeWriter(source: nil)
        writer.write(module)
        return writer.finish()
    }

    public static func print(_ rule: Rule) -> String {
        var writer = TreeWriter(source: nil)
        writer.write(rule)
        return writer.finish()
    }

    /// The expressions joined by `; `.
    public static func print(_ body: Body) -> String {
        body.map(print).joined(separator: "; ")
    }

    /// On one line.
    public static func print(_ expr: Expr) -> String {
        var writer = TreeWriter(source: nil)
        writer.isInline = true
        writer.write(expr)
        return writer.text
    }

    /// On one line.
    public static func print(_ term: Term) -> String {
        var writer = TreeWriter(source: nil)
        writer.isInline = true
        writer.write(term)
        return writer.text
    }

    /// On one line.
    public static func print(_ ref: Ref) -> String {
        print(Term(ref.terms.count == 1 ? ref.terms[0].kind : .ref(ref)))
    }
}
