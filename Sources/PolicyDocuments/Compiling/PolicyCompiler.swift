import RegoRuntime
public import RegoSyntax

/// A tenant's policies, ready to be packed as an OPA bundle.
public struct CompiledPolicies: Sendable {
    public struct File: Sendable, Equatable {
        /// Path in the bundle.
        public let path: String
        public let bytes: [UInt8]
    }

    /// Sorted by path: `aegis/**.rego`, `data.json`, and `policies/**` as authored.
    public let files: [File]
    /// The tree's Rego tests, which are never among the modules.
    public let tests: [SourceFile]
    /// Compliance control to the names of the policies that implement it, both sorted.
    public let controls: [String: [String]]
    public let warnings: [Diagnostic]

    /// The Rego files, as the engine takes them.
    public var modules: [SourceFile] {
        files.filter { $0.path.hasSuffix(".rego") }.map { SourceFile(name: $0.path, text: $0.bytes) }
    }

    /// `data.json`.
    public var data: [UInt8] { files.first { $0.path == "data.json" }?.bytes ?? Array("{}".utf8) }
}

/// Compiles policy documents to Rego and data. The same tree gives the same bytes.
public struct PolicyCompiler: Sendable {
    public var tenant: String

    public init(tenant: String) { self.tenant = tenant }

    /// - Throws: everything that is wrong in the tree, warnings among it, in the order of files and lines.
    public func compile(_ tree: PolicyTree) throws(Diagnostics) -> CompiledPolicies {
        try compile(tree, isFor: tenant)
    }

    func compile(_ tree: PolicyTree, isFor tenant: String?) throws(Diagnostics) -> CompiledPolicies {
        let findings = Findings(files: tree.files)
        let catalog = PolicyCatalog(tree, findings: findings)
        ReferenceChecker(catalog: catalog, tenant: tenant, findings: findings).check()
        PolicyChecker(catalog: catalog, findings: findings).check()
        PolicyTestChecker(catalog: catalog, findings: findings).check()
        let files = write(catalog, findings)
        let tests = tree.files.filter { PolicyTree.isTest($0.name) }
        if !findings.hasErrors, !tests.isEmpty || catalog.policies.contains(where: { $0.regoFile != nil }) {
            checkModules(files, tests, findings)
        }
        guard !findings.hasErrors else { throw Diagnostics(findings.sorted) }
        var controls: [String: Set<String>] = [:]
        for policy in catalog.policies {
            for control in policy.header.controls { controls[control, default: []].insert(policy.name) }
        }
        return CompiledPolicies(
            files: files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) },
            tests: tests, controls: controls.mapValues { $0.sorted() }, warnings: findings.sorted)
    }

    /// Everything that is wrong or doubtful, without a result and for any tenant.
    public static func lint(_ tree: PolicyTree) -> [Diagnostic] {
        do {
            return try PolicyCompiler(tenant: "").compile(tree, isFor: nil).warnings
        } catch {
            return error.all
        }
    }

    /// Authored Rego files must load together with the rest: the engine compiles them here once.
    private func checkModules(_ files: [CompiledPolicies.File], _ tests: [SourceFile], _ findings: Findings) {
        let modules =
            tests + files.filter { $0.path.hasSuffix(".rego") }.map { SourceFile(name: $0.path, text: $0.bytes) }
        do {
            _ = try Program(modules: modules).prepare("data.aegis.decision")
        } catch {
            for diagnostic in error.all {
                var location = diagnostic.location
                if location.file.hasPrefix("policies/") { location.file.removeFirst("policies/".count) }
                findings.error(
                    .regoFile, diagnostic.message, at: location,
                    fix: diagnostic.fix ?? "correct the Rego file")
            }
        }
    }

    // MARK: Files

    private func write(_ catalog: PolicyCatalog, _ findings: Findings) -> [CompiledPolicies.File] {
        var files = [file(DecisionModule.path, DecisionModule.text)]
        let lines = Dictionary(
            catalog.tree.files.map { ($0.name, SourceLines(file: $0)) }, uniquingKeysWith: { first, _ in first })
        for policy in catalog.policies {
            var writer = PolicyWriter(
                policy: policy, tools: catalog.tools(of: policy),
                lines: lines[policy.header.node.location.file], findings: findings)
            files.append(file(PolicyWriter.path(of: policy.name), writer.write()))
        }
        var usesFormats = false
        for tool in catalog.tools {
            guard let text = SchemaWriter.write(tool, findings: findings) else { continue }
            files.append(file(SchemaWriter.path(of: tool.name), text))
            usesFormats = usesFormats || tool.schemas?.usesFormats == true
        }
        if usesFormats { files.append(file(FormatModule.path, FormatModule.text)) }
        files.append(file("aegis/dispatch.rego", dispatch(catalog)))
        files.append(file("data.json", TableWriter(catalog: catalog, tenant: tenant).write()))
        let custom = CustomModules(catalog: catalog, findings: findings).check()
        for source in catalog.tree.files {
            let isModule = source.name.hasSuffix(".rego") && !PolicyTree.isTest(source.name)
            guard !isModule || custom.contains(source.name) else { continue }
            files.append(.init(path: Self.authoredPath(source.name), bytes: source.text))
        }
        return files
    }

    /// One line for each policy and each tool: the way from a name to its package.
    private func dispatch(_ catalog: PolicyCatalog) -> String {
        var text = "# From names to packages.\npackage aegis\n"
        let tools = catalog.tools.filter { $0.schemas != nil }.map(\.name)
        for name in catalog.policies.map(\.name) {
            text += "\nverdict(\(RegoText.string(name))) := data.\(PolicyWriter.package(of: name)).found\n"
        }
        for name in tools {
            text += "\nproblems(\(RegoText.string(name))) := data.\(SchemaWriter.package(of: name)).problems\n"
        }
        text += "\n# No policy's name: it tells checkers of types what a verdict may have.\n"
        text += "verdict(\"\") := no_findings\n"
        if tools.isEmpty { text += "\nproblems(\"\") := set()\n" }
        return text
    }

    /// Where an authored file stands in the bundle. Names that OPA gives a meaning get `.txt` behind them, and so do Rego
    /// tests: they are kept, and are no rules.
    static func authoredPath(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        let hasMeaning =
            ["data.json", "data.yaml", "data.yml", "patch.json", "plan.json"].contains(last)
            || last.hasSuffix("signatures.json") || PolicyTree.isTest(name)
        return "policies/\(name)" + (hasMeaning ? ".txt" : "")
    }

    private func file(_ path: String, _ text: String) -> CompiledPolicies.File {
        .init(path: path, bytes: Array(text.utf8))
    }
}
