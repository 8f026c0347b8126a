import PolicyBundles
public import PolicyDocuments
public import PolicyLifecycle
public import RegoSyntax

extension ProposalDraft {
    /// What a tree compiles to, as the next version.
    /// - Throws: ``Diagnostics``.
    public static func compiled(
        from tree: PolicyTree, tenant: String, title: String, region: String?
    ) throws -> (draft: ProposalDraft, warnings: [Diagnostic]) {
        let policies = try PolicyCompiler(tenant: tenant).compile(tree)
        try policies.checkProgram()
        let files = policies.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        let draft = ProposalDraft(title: title, files: files, controls: policies.controls, region: region)
        return (draft, policies.warnings)
    }
}
