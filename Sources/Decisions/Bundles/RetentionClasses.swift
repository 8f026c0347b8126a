import RegoValues

/// The retention classes that a bundle names: its tenant's, and those of policies, from `data.aegis.retention`.
struct RetentionClasses: Sendable {
    private let tenant: String?
    private var policies: [String: String] = [:]

    /// - Throws: for a value that is there and not understood; it never falls back to another class.
    init(_ value: Value, tenant: String?) throws(CatalogError) {
        self.tenant = tenant
        guard !value.isUndefined, value.kind != .null else { return }
        guard value.kind == .object else { throw CatalogError("`data.aegis.retention` is not an object") }
        for entry in value.entries {
            guard let policy = entry.key.string, let name = entry.value.string, !name.isEmpty else {
                throw CatalogError("a policy's `retention` is not the name of a class")
            }
            policies[policy] = name
        }
    }

    func name(policy: String?) -> String? { policy.flatMap { policies[$0] } ?? tenant }
}
