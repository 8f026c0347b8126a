import Decisions
import Foundation
import ObjectStores
import PolicyBundles
import RegoValues

/// The agents of a tenant, from the last bundle that was active in this data directory.
struct AgentRegistry {
    let agents: [String: AgentDefinition]

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
