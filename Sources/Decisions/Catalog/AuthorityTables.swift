import RegoValues

/// Who may delegate to whom (`accepts_from`) and who may call for whom (`may_act_as`), as the bundle's tables spell them
/// out: globs were matched when the policies were compiled.
struct AuthorityTables: Sendable {
    private let accepts: [String: Set<String>]
    private let actsAs: [String: Set<String>]

    init(_ tables: Value) throws(CatalogError) {
        accepts = try AuthorityTables.read(tables.lookup("accepts"), "accepts")
        actsAs = try AuthorityTables.read(tables.lookup("acts_as"), "acts_as")
    }

    func accepts(_ agent: String, from caller: String) -> Bool { AuthorityTables.holds(accepts[agent], caller) }
    func may(_ orchestrator: String, actAs agent: String) -> Bool { AuthorityTables.holds(actsAs[orchestrator], agent) }

    private static func holds(_ names: Set<String>?, _ name: String) -> Bool {
        guard let names else { return false }
        return names.contains(name) || names.contains("*")
    }

    private static func read(_ table: Value, _ name: String) throws(CatalogError) -> [String: Set<String>] {
        guard !table.isUndefined else { return [:] }
        guard table.kind == .object else { throw CatalogError("`data.aegis.tables.\(name)` is not an object") }
        var result: [String: Set<String>] = [:]
        for entry in table.entries {
            guard let agent = entry.key.string, entry.value.kind == .object else {
                throw CatalogError("`data.aegis.tables.\(name)` does not map agents to agents")
            }
            result[agent] = Set(entry.value.entries.compactMap(\.key.string))
        }
        return result
    }
}
