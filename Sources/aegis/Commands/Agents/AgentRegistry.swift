import Decisions
import Foundation
import ObjectStores
import PolicyBundles
import RegoValues

/// The agents of a tenant, from the last bundle that was active in this data directory, or from the latest in a store.
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
        try self.init(archive: last.archive, tenant: tenant)
    }

    /// Those of a bundle. It is not verified: its names are looked at, and nothing is decided by them.
    init(archive: [UInt8], tenant: String) throws {
        let bundle = try UnverifiedBundle(archive: archive, name: tenant)
        guard let file = bundle.files.first(where: { $0.path == "data.json" }) else {
            throw CommandFailure("the last bundle of `\(tenant)` has no data.json")
        }
        agents = try ToolCatalog(data: Document(json: file.bytes)).agents
    }

    /// Those of the latest bundle in a store; nil where none is published.
    static func latest(in store: any BundleStore, tenant: String) async throws -> AgentRegistry? {
        guard case .pointer(let pointer, _) = try await store.pointer(tenant: tenant, unless: nil),
            let archive = try await store.archive(tenant: tenant, version: pointer.claimed.version)
        else { return nil }
        return try AgentRegistry(archive: archive, tenant: tenant)
    }
}
