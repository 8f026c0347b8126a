/// Lays out a Rego file as `opa fmt` does, keeping its comments, the spelling of its strings and single blank lines.
/// Formatting the result again changes nothing.
public enum SourceFormatter {
    /// - Throws: what `Parser.parseModule` throws.
    public static func format(_ source: SourceFile) throws(Diagnostics) -> String {
        var text = try layOut(source)
        // A comment in the middle of an expression moves to the next place that can hold one, and the layout of what
        // it leaves may follow in another pass.
        for _ in 0..<4 {
            let next = try layOut(SourceFile(name: source.name, text: text))
            if next.utf8.elementsEqual(text.utf8) { break }
            text = next
        }
        return text
    }

    private static func layOut(_ source: SourceFile) throws(Diagnostics) -> String {
        let module = try Parser.parseModule(source)
        var writer = TreeWriter(source: source)
        writer.comments = module.comments[...]
        writer.write(module)
        return writer.finish()
    }
}
