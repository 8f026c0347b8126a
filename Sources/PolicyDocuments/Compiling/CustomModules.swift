import RegoSyntax

/// The Rego files that policies name: each is a module of the package that belongs to its policy.
struct CustomModules {
    let catalog: PolicyCatalog
    let findings: Findings

    /// The names of the files that policies use.
    func check() -> Set<String> {
        var used: Set<String> = []
        for policy in catalog.policies {
            guard let name = policy.regoFile, TextFormat.regoFile.accepts(name.value) else { continue }
            let path = policy.path(ofRego: name.value)
            guard let file = catalog.tree.file(named: path) else {
                findings.error(
                    .regoFile, "there is no file `\(path)`", at: name.location,
                    fix: "add it, or correct the path: it is relative to this file")
                continue
            }
            guard !PolicyTree.isTest(path) else {
                findings.error(
                    .regoFile, "`\(path)` is a file of tests, which are never enforced", at: name.location,
                    fix: "give it a name that does not end in `_test.rego`")
                continue
            }
            guard used.insert(path).inserted else {
                findings.error(
                    .regoFile, "another policy uses `\(path)`", at: name.location,
                    fix: "give each policy a file of its own")
                continue
            }
            check(file, of: policy)
        }
        for file in catalog.tree.files
        where file.name.hasSuffix(".rego") && !PolicyTree.isTest(file.name) && !used.contains(file.name)
            && catalog.isWhole
        {
            findings.warning(
                .withoutEffect, "no policy uses this file", at: SourceLocation(file: file.name, line: 1, column: 1),
                fix: "name it in a policy's `rego`, or remove it")
        }
        return used
    }

    private func check(_ file: SourceFile, of policy: PolicyDocument) {
        do {
            let module = try Parser.parseModule(file)
            let path = module.package.path.terms.dropFirst().map { term in
                if case .string(let name) = term.kind { name } else { "" }
            }
            guard path == ["aegis", "custom", policy.name] else {
                findings.error(
                    .regoFile, "the Rego file of the policy `\(policy.name)` has a package of another name",
                    at: module.package.location, fix: "write `package aegis.custom[\(RegoText.string(policy.name))]`")
                return
            }
            CustomReferences(tools: catalog.tools(of: policy), findings: findings).check(module)
        } catch {
            for diagnostic in error.all {
                findings.error(
                    .regoFile, diagnostic.message, at: diagnostic.location,
                    fix: diagnostic.fix ?? "correct the Rego")
            }
        }
    }
}

extension PolicyDocument {
    /// Where a Rego file stands that the policy names: relative to the policy's own.
    fileprivate func path(ofRego name: String) -> String {
        let folder = header.node.location.file.split(separator: "/").dropLast()
        return (folder + name.split(separator: "/").filter { $0 != "." }).joined(separator: "/")
    }
}

extension PolicyCatalog {
    /// Whether the policy's Rego file has the text `result`: it may oblige to something about results, under conditions that are
    /// not met before the call, and nobody can tell which.
    func mayRedactResults(byRegoOf policy: PolicyDocument) -> Bool {
        guard let name = policy.regoFile, let file = tree.file(named: policy.path(ofRego: name.value)) else {
            return false
        }
        let text = String(decoding: file.text, as: UTF8.self)
        return text.contains(#""result""#) || text.contains("`result`")
    }
}
