import Decisions
import Foundation
import ObjectStores
import PolicyBundles
import RegoValues

/// The agents of a tenant, from the last bundle that was active in this data directory.
struct AgentRegistry {
    let agents: [String: AgentDefinition]

    /// Whose policies were ever active in this data directory, in order.
    static func tenants(data: DataDirectory) throws -> [String] {
        let folder = URL(fileURLWithPath: data.bundles.directory, isDirectory: true)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
            BundleMetadata.isTenantName(name)
                && FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(name)/latest").path)
        }.sorted()
    }

    init(data: DataDirectory, tenant: String) throws {
        guard let last = try data.bundles.last(tenant: tenant) else {
            throw CommandFailure(
                "no policies were ever active here for the tenant `\(tenant)`",
                fix: "name another with --tenant, or start: aegis serve --policies FOLDER")
        }
        let bundle = try UnverifiedBundle(archive: last.archive, name: tenant)
        guard let file = bundle.files.first(where: { $0.path == "data.json" }) else {
            throw CommandFailure("the last bundle of `\(tenant)` has no data.json")
        }
        agents = try ToolCatalog(data: Document(json: file.bytes)).agents
    }
}
