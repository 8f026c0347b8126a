import PolicyBundles
import PolicyDocuments
import PolicyImpact
import PolicyLifecycle
import RegoSyntax

extension ChangeNote {
    /// A history keeps so many sentences of each kind, and the number of the others.
    private static let mostSentences = 50

    /// What going from one content to another means, by the semantic diff.
    init(from old: [BundleFile], to new: [BundleFile], tenant: String) {
        let (before, after) = (Self.side(old, tenant), Self.side(new, tenant))
        do throws(Diagnostics) {
            let diff = try PolicyDiff(
                from: before.tree, to: after.tree, oldBundle: before.content, newBundle: after.content)
            self.init(
                widens: Self.sentences(diff.widenings),
                narrows: Self.sentences(diff.changes.filter { $0.effect == .narrows }))
        } catch {
            // Policies that today's language refuses are told apart by nobody.
            let first = error.all.first?.message ?? ""
            self.init(widens: ["the change cannot be told: \(first)"], narrows: [])
        }
    }

    private static func side(_ files: [BundleFile], _ tenant: String) -> (tree: PolicyTree, content: BundleContent) {
        let pairs = files.map { (path: $0.path, bytes: $0.bytes) }
        return (PolicyTree(bundleFiles: pairs), BundleContent(tenant: tenant, files: pairs))
    }

    private static func sentences(_ changes: [PolicyChange]) -> [String] {
        let all = changes.map { "\($0.place): \($0.words)" }
        guard all.count > mostSentences else { return all }
        return Array(all.prefix(mostSentences)) + ["and \(all.count - mostSentences) more"]
    }
}

extension LifecycleSession {
    /// What content would change against the latest version; nil where there is none yet.
    func change(to files: [BundleFile]) async throws -> ChangeNote? {
        guard let latest = history.state.versions.last, let record = history.state.proposal(latest.proposal) else {
            return nil
        }
        return ChangeNote(from: try await history.content(of: record), to: files, tenant: history.tenant)
    }
}
