internal import RegoSyntax

/// What holds for every text that may be Rego.
enum SyntaxProperty {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let source = SourceFile(name: "fuzz.rego", text: bytes)
        _ = try? Parser.parseQuery(source)
        _ = try? Parser.parseTerm(source)
        _ = try? Parser.parseExpression(source)
        guard let module = try parsed(source) else { return }
        let printed = Printer.print(module)
        guard let again = try parsed(SourceFile(name: "printed.rego", text: printed)) else {
            throw FuzzFinding("what was printed does not parse:\n\(printed)")
        }
        let twice = Printer.print(again)
        guard twice == printed else { throw FuzzFinding("printing is not stable:\n\(printed)\n---\n\(twice)") }
        try checkFormat(source, printed)
    }

    private static func checkFormat(_ source: SourceFile, _ printed: String) throws(FuzzFinding) {
        guard let formatted = try? SourceFormatter.format(source) else {
            throw FuzzFinding("a text that parses is not formatted")
        }
        let result = SourceFile(name: "formatted.rego", text: formatted)
        guard let module = try parsed(result) else {
            throw FuzzFinding("what was formatted does not parse:\n\(formatted)")
        }
        guard Printer.print(module) == printed else {
            throw FuzzFinding("formatting changed the program:\n\(formatted)")
        }
        guard (try? SourceFormatter.format(result)) == formatted else {
            throw FuzzFinding("formatting is not stable:\n\(formatted)")
        }
    }

    /// The module, or nil where diagnostics refuse the text; each points into it.
    private static func parsed(_ source: SourceFile) throws(FuzzFinding) -> Module? {
        do throws(Diagnostics) {
            return try Parser.parseModule(source)
        } catch {
            guard !error.all.isEmpty else { throw FuzzFinding("refused without a word") }
            for diagnostic in error.all {
                let location = diagnostic.location
                guard 1...max(1, source.lineCount) ~= location.line, location.column >= 1, !diagnostic.rendered.isEmpty
                else { throw FuzzFinding("a diagnostic stands outside of the text: \(diagnostic)") }
            }
            return nil
        }
    }
}
