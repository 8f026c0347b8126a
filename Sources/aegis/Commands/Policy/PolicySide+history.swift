import Foundation
import PolicyBundles
import PolicyLifecycle

extension PolicySide {
    /// A version by its number, a proposal by its id, or a path. A file of that name comes first.
    static func named(_ name: String, in options: HistoryOptions) async throws -> PolicySide {
        let isOfHistory = Int(name) != nil || name.hasPrefix("prp_")
        guard isOfHistory, !FileManager.default.fileExists(atPath: name) else { return try PolicySide(name) }
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
            let files = try await history.content(of: record).map { (path: $0.path, bytes: $0.bytes) }
            return try PolicySide(files: files, name: name)
        }
    }
}
