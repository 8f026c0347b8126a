public import Decisions
public import PolicyDocuments
import RegoRuntime
public import RegoSyntax
import RegoValues

/// Policies that are compared and tried, and become active nowhere: a tree as authored, or the files of a bundle.
public struct PolicyCandidate: Sendable {
    public struct Problem: Error, Sendable {
        public let message: String
        public let fix: String
    }

    /// As people know it: a path, a version's number, a proposal's id.
    public let name: String
    public let tree: PolicyTree
    public let bundle: BundleContent?
    private let modules: [SourceFile]?
    private let data: [UInt8]?

    public init(tree: PolicyTree, name: String) {
        self.name = name
        self.tree = tree
        bundle = nil
        modules = nil
        data = nil
    }

    /// The files of a bundle, believed by nobody.
    public init(files: [(path: String, bytes: [UInt8])], name: String) throws(Problem) {
        self.name = name
        tree = PolicyTree(bundleFiles: files)
        let data = files.first { $0.path == "data.json" }?.bytes ?? []
        self.data = data
        modules = files.filter { $0.path.hasSuffix(".rego") }.map { SourceFile(name: $0.path, text: $0.bytes) }
        guard let tenant = Self.tenant(data) else { throw Self.unbuilt("`\(name)` names no tenant") }
        bundle = BundleContent(tenant: tenant, files: files)
        guard !tree.files.isEmpty else { throw Self.unbuilt("`\(name)` holds no policy documents") }
    }

    /// The tenant whose policies these are, where they say.
    public var tenant: String? {
        bundle?.tenant ?? PolicyCatalog(tree, findings: Findings(files: tree.files)).tenants.first?.name
    }

    /// Ready to evaluate; a tree as what would be built for `tenant`.
    /// - Throws: ``Diagnostics``, ``PolicyError``.
    public func active(tenant: String) throws -> ActivePolicy {
        if let modules, let data {
            let document = try Document(json: data)
            return try ActivePolicy(
                program: Program(modules: modules, data: document), data: document, tenant: self.tenant ?? tenant)
        }
        let compiled = try PolicyCompiler(tenant: tenant).compile(tree)
        let document = try Document(json: compiled.data)
        return try ActivePolicy(
            program: Program(modules: compiled.modules, data: document), data: document, tenant: tenant)
    }

    private static func tenant(_ data: [UInt8]) -> String? {
        guard let document = try? Document(json: data) else { return nil }
        return withExtendedLifetime(document) {
            document.root.lookup("aegis").lookup("catalog").lookup("tenant").string
        }
    }

    private static func unbuilt(_ message: String) -> Problem {
        Problem(message: message, fix: "give a bundle that `aegis policy build` made")
    }
}

extension PolicyDiff {
    /// - Throws: what is wrong in one of the two.
    public init(from old: PolicyCandidate, to new: PolicyCandidate) throws(Diagnostics) {
        try self.init(from: old.tree, to: new.tree, oldBundle: old.bundle, newBundle: new.bundle)
    }
}
