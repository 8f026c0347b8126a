public import PolicyBundles
import PolicyDocuments
public import PolicyLifecycle
public import RegoSyntax

extension ChangeNote {
    /// A history keeps so many sentences of each kind, and the number of the others.
    private static let mostSentences = 50

    /// What going from one content to another means, by the semantic diff.
    public init(from old: [BundleFile], to new: [BundleFile], tenant: String) {
        do throws(Diagnostics) {
            let diff = try PolicyDiff(from: old, to: new, tenant: tenant)
            self.init(
                widens: Self.sentences(diff.widenings),
                narrows: Self.sentences(diff.changes.filter { $0.effect == .narrows }))
        } catch {
            // Policies that today's language refuses are told apart by nobody.
            let first = error.all.first?.message ?? ""
            self.init(widens: ["the change cannot be told: \(first)"], narrows: [])
        }
    }

    /// As histories ask for it.
    public static let meaning: ChangeMeaning = { old, new, tenant in ChangeNote(from: old, to: new, tenant: tenant) }

    private static func sentences(_ changes: [PolicyChange]) -> [String] {
        let all = changes.map { "\($0.place): \($0.words)" }
        guard all.count > mostSentences else { return all }
        return Array(all.prefix(mostSentences)) + ["and \(all.count - mostSentences) more"]
    }
}

extension PolicyDiff {
    /// Between the files of two bundles of a tenant.
    /// - Throws: what is wrong in the documents of one of them.
    public init(from old: [BundleFile], to new: [BundleFile], tenant: String) throws(Diagnostics) {
        func side(_ files: [BundleFile]) -> (tree: PolicyTree, content: BundleContent) {
            let pairs = files.map { (path: $0.path, bytes: $0.bytes) }
            return (PolicyTree(bundleFiles: pairs), BundleContent(tenant: tenant, files: pairs))
        }
        let (before, after) = (side(old), side(new))
        try self.init(from: before.tree, to: after.tree, oldBundle: before.content, newBundle: after.content)
    }
}
