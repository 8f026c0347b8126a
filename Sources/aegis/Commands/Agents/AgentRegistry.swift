import Decisions
import Foundation
import PolicyBundles
import RegoValues

/// The agents of a tenant, from the last bundle that was active in this data directory.
struct AgentRegistry {
    let agents: [String: AgentDefinition]

    init(data: DataDirectory, tenant: String) throws {
        let history = FileBundleStore(directory: data.url.appendingPathComponent("bundles").path)
        guard case .bundle(_, let archive) = try history.latest(tenant: tenant) else {
            throw CommandFailure(
                "no policies were ever active here for the tenant `\(tenant)`",
                fix: "name another with --tenant, or start: aegis serve --policies FOLDER")
        }
        let bundle = try UnverifiedBundle(archive: archive, name: tenant)
        guard let file = bundle.files.first(where: { $0.path == "data.json" }) else {
            throw CommandFailure("the last bundle of `\(tenant)` has no data.json")
        }
        agents = try ToolCatalog(data: Document(json: file.bytes)).agents
    }

    /// The known name that differs least, by two letters at most.
    func nearest(to name: String) -> String? {
        agents.keys.map { ($0, Self.distance($0, name)) }.filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
    }

    private static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8), b = Array(b.utf8)
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(diagonal + (x == y ? 0 : 1), min(above, row[j]) + 1)
                diagonal = above
            }
        }
        return row[b.count]
    }
}
