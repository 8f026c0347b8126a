import Approvals
import AuditTrail
import RegoSyntax

/// Tells why a report found no calls: one about nobody must not read as one in which nothing is wrong.
enum TrailTenants {
    // More of them are counted, not named.
    private static let namedAtMost = 20

    /// Says on stderr that no call was looked at.
    /// - Parameters:
    ///   - tenant: whose calls were asked for; nil for everybody's.
    ///   - since: when the period begins, as records write it, without its zone; nil for all time.
    /// - Throws: ``CommandFailure`` where the trail has no record of the tenant at all; ``AuditError`` `.storage`.
    static func tellNoCalls(of tenant: String?, since: String?, in directory: String) throws {
        if let tenant, let others = try tenants(beside: tenant, in: directory) {
            let near = NearMiss.fix(tenant, among: others).map { "\($0) " } ?? ""
            let named = others.prefix(namedAtMost).joined(separator: ", ")
            let more = others.count > namedAtMost ? " and \(others.count - namedAtMost) more" : ""
            throw CommandFailure(
                VisibleText.of("the trail in \(directory) has no record of the tenant `\(tenant)`"),
                fix: VisibleText.of(
                    others.isEmpty
                        ? "name the gateway's data directory with --data-dir or AEGIS_DATA_DIR"
                        : "\(near)name one that has records with --tenant: \(named)\(more)"))
        }
        let whose = tenant.map { " of `\($0)`" } ?? ""
        let period = since.map { " since \($0)Z" } ?? ""
        ErrorOutput.write("warning: the trail has no calls\(whose)\(period), so none was looked at")
    }

    /// The tenants that have records, in order; nil where this one has, too.
    private static func tenants(beside tenant: String, in directory: String) throws(AuditError) -> [String]? {
        var others: Set<String> = []
        var isThere = false
        try AuditReader(directory: directory).scanBack { record in
            guard let name = record["tenant"] else { return false }
            isThere = name == tenant
            if name != "_unknown" { others.insert(name) }
            return isThere
        }
        return isThere ? nil : others.sorted()
    }
}
