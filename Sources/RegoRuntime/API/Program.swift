public import RegoCompiler
public import RegoSyntax
public import RegoValues

/// Compiled modules over a data document; queries are prepared against it. Immutable, for all threads.
public final class Program: Sendable {
    public let modules: [Module]
    public let data: Document?
    private let compiled: CompiledModules
    private let builtins: BuiltinTable

    /// - Throws: everything that is wrong with the sources.
    public convenience init(
        modules sources: [SourceFile], data: Document? = nil, options: CompilerOptions = CompilerOptions()
    ) throws(Diagnostics) {
        try self.init(sources: sources, data: data, options: options, builtins: .standard)
    }

    init(
        sources: [SourceFile], data: Document?, options: CompilerOptions, builtins: BuiltinTable
    ) throws(Diagnostics) {
        var modules: [Module] = []
        var found: [Diagnostic] = []
        for source in sources {
            do throws(Diagnostics) {
                modules.append(try Parser.parseModule(source))
            } catch {
                found += error.all
            }
        }
        guard found.isEmpty, modules.count == sources.count else { throw Diagnostics(found) }
        self.modules = modules
        self.data = data
        self.builtins = builtins
        compiled = try CompiledModules(
            modules: modules, builtins: builtins.callable, metadata: AnnotationYAML.term, options: options)
    }

    /// - Parameters:
    ///   - query: expressions such as `data.app.allow` or `x := data.app.roles[_]; x != "guest"`.
    ///   - imports: what names in the query may stand for besides `data` and `input`.
    ///   - package: the path of the package that the query stands in, such as `data.app`, if any.
    ///   - capturesValues: whether results hold the value of each of the query's expressions.
    ///   - tracksCoverage: whether an ``Evaluator`` of the query knows which expressions it reached.
    /// - Throws: what is wrong with the query.
    public func prepare(
        _ query: String, imports: [String] = [], package: String? = nil, capturesValues: Bool = false,
        tracksCoverage: Bool = false
    ) throws(Diagnostics) -> PreparedQuery {
        let body = try Parser.parseQuery(SourceFile(name: "query", text: query))
        var scope = "package query\n"
        if let package { scope = "package \(package.hasPrefix("data.") ? String(package.dropFirst(5)) : package)\n" }
        for item in imports { scope += "import \(item)\n" }
        let context = try Parser.parseModule(SourceFile(name: "imports", text: scope))
        let plan = try compiled.plan(
            query: body, imports: context.imports, package: package == nil ? nil : context.package.path, data: data,
            capturesValues: capturesValues, tracksCoverage: tracksCoverage)
        return PreparedQuery(plan: plan, builtins: builtins)
    }
}
