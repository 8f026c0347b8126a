import RegoValues

/// The roots of a manifest: paths under `data` that the bundle owns.
enum Roots {
    /// The roots without leading and trailing `/`.
    /// - Throws: `.manifestInvalid` when there is none or one lies within another.
    static func checked(_ roots: [String]) throws(BundleError) -> [String] {
        let trimmed = roots.map { root in
            root.split(separator: "/", omittingEmptySubsequences: false).drop { $0.isEmpty }.reversed().drop {
                $0.isEmpty
            }
            .reversed().joined(separator: "/")
        }
        guard !trimmed.isEmpty else {
            throw BundleError(.manifestInvalid, "`roots` names nothing that the bundle owns", in: BundleManifest.path)
        }
        for (index, root) in trimmed.enumerated() {
            for other in trimmed[(index + 1)...] where holds(root, other) || holds(other, root) {
                throw BundleError(
                    .manifestInvalid, "the roots `\(root)` and `\(other)` overlap", in: BundleManifest.path)
            }
        }
        return trimmed
    }

    static func contain(_ path: [String], _ roots: [String]) -> Bool {
        let joined = path.joined(separator: "/")
        return roots.contains { holds($0, joined) }
    }

    /// The first path in a data document that no root contains, or nil.
    static func violation(in data: Value, roots: [String], at path: [String] = []) -> String? {
        if contain(path, roots) { return nil }
        let joined = path.joined(separator: "/")
        let leadsToRoot = path.isEmpty || roots.contains { $0.hasPrefix(joined + "/") }
        guard leadsToRoot, data.kind == .object else { return "/" + joined }
        for entry in data.entries {
            // A key with `/` in it must not pass for a path.
            guard let key = entry.key.string, !key.contains("/") else { return "/" + joined }
            if let found = violation(in: entry.value, roots: roots, at: path + [key]) { return found }
        }
        return nil
    }

    private static func holds(_ root: String, _ path: String) -> Bool {
        root.isEmpty || path == root || path.hasPrefix(root + "/")
    }
}
