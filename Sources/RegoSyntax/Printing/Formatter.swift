/// Lays out a Rego file as `opa fmt` does, keeping its comments, the spelling of its strings and single blank lines.
/// Formatting the result again changes nothing.
public enum Formatter {
    /// - Throws: what `Parser.parseModule` throws.
    public static func format(_ source: SourceFile) throws(Diagnostics) -> String {
        let module = try Parser.parseModule(source)
        var writer = TreeWriter(source: source)
        writer.comments = module.comments[...]
        writer.write(module)
        return writer.finish()
    }
}
