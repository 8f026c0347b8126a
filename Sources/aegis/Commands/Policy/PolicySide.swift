import Decisions
import Foundation
import PolicyBundles
import PolicyDocuments
import PolicyImpact
import RegoRuntime
import RegoSyntax
import RegoValues

/// Policies as commands compare and try them: a folder, a bundle, or a version or proposal of a history. A bundle is read and
/// not verified: what is looked at here becomes active nowhere. A history is verified.
struct PolicySide {
    let path: String
    let tree: PolicyTree
    let bundle: BundleContent?
    private let modules: [SourceFile]?
    private let data: [UInt8]?

    init(_ path: String) throws {
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard isThere, !isDirectory.boolValue, path.hasSuffix(".gz") || path.hasSuffix(".tgz") else {
            try self.init(folder: path)
            return
        }
        do {
            try self.init(files: BundleInput.read(path).files.map { (path: $0.path, bytes: $0.bytes) }, name: path)
        } catch let error as BundleError {
            ErrorOutput.write(error.description)
            throw CommandFailure(
                "`\(path)` is no bundle that can be read", fix: "build it again: aegis policy build", exitCode: 3)
        }
    }

    private init(folder: String) throws {
        path = folder
        tree = try PolicyFolder.read(folder)
        bundle = nil
        modules = nil
        data = nil
    }

    /// The files of a bundle.
    init(files: [(path: String, bytes: [UInt8])], name: String) throws {
        path = name
        tree = PolicyTree(bundleFiles: files)
        let data = files.first { $0.path == "data.json" }?.bytes ?? []
        self.data = data
        modules = files.filter { $0.path.hasSuffix(".rego") }.map { SourceFile(name: $0.path, text: $0.bytes) }
        bundle = BundleContent(tenant: try Self.tenant(data, of: name), files: files)
        guard !tree.files.isEmpty else {
            throw CommandFailure(
                "`\(name)` holds no policy documents", fix: "give a bundle that `aegis policy build` made", exitCode: 3)
        }
    }

    /// The tenant whose policies these are, where they say.
    var tenant: String? {
        bundle?.tenant ?? PolicySide.declaredTenant(tree)
    }

    /// Ready to evaluate; for a folder, as what would be built for `tenant`.
    func active(tenant: String) throws -> ActivePolicy {
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

    private static func tenant(_ data: [UInt8], of path: String) throws -> String {
        let document = try? Document(json: data)
        guard let document,
            let tenant = withExtendedLifetime(
                document,
                {
                    document.root.lookup("aegis").lookup("catalog").lookup("tenant").string
                })
        else {
            throw CommandFailure(
                "`\(path)` names no tenant", fix: "give a bundle that `aegis policy build` made", exitCode: 3)
        }
        return tenant
    }

    private static func declaredTenant(_ tree: PolicyTree) -> String? {
        PolicyCatalog(tree, findings: Findings(files: tree.files)).tenants.first?.name
    }
}
