import Foundation
import PolicyBundles
import PolicyImpact
import PolicyLifecycle

/// Policies as commands are given them to compare and try: a folder, a bundle, or a version or proposal of a history. A bundle is
/// read and not verified: what is looked at here becomes active nowhere. A history is verified.
extension PolicyCandidate {
    /// A folder, or a bundle.
    static func at(_ path: String) throws -> PolicyCandidate {
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard isThere, !isDirectory.boolValue, path.hasSuffix(".gz") || path.hasSuffix(".tgz") else {
            return PolicyCandidate(tree: try PolicyFolder.read(path), name: path)
        }
        do {
            return try of(BundleInput.read(path).files, name: path)
        } catch let error as BundleError {
            ErrorOutput.write(error.description)
            throw CommandFailure(
                "`\(path)` is no bundle that can be read", fix: "build it again: aegis policy build", exitCode: 3)
        }
    }

    /// A version by its number, a proposal by its id, or a path. A file of that name comes first.
    static func named(_ name: String, in options: HistoryOptions) async throws -> PolicyCandidate {
        let isOfHistory = Int(name) != nil || name.hasPrefix("prp_")
        guard isOfHistory, !FileManager.default.fileExists(atPath: name) else { return try at(name) }
        return try await LifecycleFailure.reporting {
            let history = try await options.open()
            let state = history.state
            let version = state.versions.first { String($0.number) == name }
            let proposals = state.proposals.filter { version?.proposal == $0.id || $0.id.hasPrefix(name) }
            guard let record = proposals.first, proposals.count == 1 else {
                throw CommandFailure(
                    proposals.isEmpty
                        ? "tenant `\(history.tenant)` has no version or proposal `\(name)`, and there is no such folder or bundle"
                        : "\(proposals.count) proposals are meant by `\(name)`",
                    fix: "list them: aegis policy history", exitCode: proposals.isEmpty ? 1 : 2)
            }
            return try of(await history.content(of: record), name: name)
        }
    }

    private static func of(_ files: [BundleFile], name: String) throws -> PolicyCandidate {
        do throws(PolicyCandidate.Problem) {
            return try PolicyCandidate(files: files.map { (path: $0.path, bytes: $0.bytes) }, name: name)
        } catch {
            throw CommandFailure(error.message, fix: error.fix, exitCode: 3)
        }
    }
}
