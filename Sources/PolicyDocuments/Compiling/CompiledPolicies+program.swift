import RegoRuntime
public import RegoSyntax
import RegoValues

extension CompiledPolicies {
    /// Compiles what the policies became, with the Rego files that they name: whatever the engine refuses is refused here.
    /// - Throws: ``Diagnostics``.
    public func checkProgram() throws {
        let data = try Document(json: data)
        _ = try Program(modules: modules, data: data).prepare("data.aegis.decision")
    }
}

extension PolicyCompiler {
    /// Everything that is wrong or doubtful, also to the engine, for any tenant.
    public static func examine(_ tree: PolicyTree) throws -> [Diagnostic] {
        let found = lint(tree)
        guard !found.contains(where: { $0.severity == .error }) else { return found }
        do {
            try PolicyCompiler(tenant: "").compile(tree, isFor: nil).checkProgram()
        } catch let refused as Diagnostics {
            return found + refused.all
        }
        return found
    }
}
