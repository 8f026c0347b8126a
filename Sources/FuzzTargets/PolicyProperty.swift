internal import PolicyDocuments
internal import RegoRuntime
internal import RegoSyntax

/// What holds for every text that may hold policy documents: what is compiled is a program.
enum PolicyProperty {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let tree = PolicyTree(files: [SourceFile(name: "policies.yaml", text: bytes)])
        _ = PolicyCompiler.lint(tree)
        guard let policies = try? PolicyCompiler(tenant: "acme").compile(tree) else { return }
        do throws(Diagnostics) {
            _ = try Program(modules: policies.modules)
        } catch {
            throw FuzzFinding("what was compiled is no program:\n\(error.rendered)")
        }
    }
}
