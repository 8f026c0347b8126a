import ArgumentParser
import Foundation
import ObjectStores
import PolicyLifecycle

/// Where a gateway keeps its state, keys and trail.
struct DataDirectory: ParsableArguments {
    @Option(
        name: .customLong("data-dir"), help: "The gateway's data (environment: AEGIS_DATA_DIR; default: ./aegis-data).")
    var path: String?

    var url: URL {
        URL(
            fileURLWithPath: path ?? ProcessInfo.processInfo.environment.given("AEGIS_DATA_DIR") ?? "aegis-data",
            isDirectory: true)
    }

    var state: URL { url.appendingPathComponent("state.sqlite") }
    /// The tenants' policy histories, as the control plane takes them.
    var history: URL { url.appendingPathComponent("policy-history", isDirectory: true) }
    var audit: URL { url.appendingPathComponent("audit", isDirectory: true) }
    var inputs: URL { url.appendingPathComponent("inputs", isDirectory: true) }
    /// The bundles that were active here.
    var bundles: BundleHistory { BundleHistory(directory: url.appendingPathComponent("bundles").path) }
    var keys: URL { url.appendingPathComponent("keys", isDirectory: true) }

    /// The tenants' policy histories: those of the data directory, or of the folder or store that is named.
    func histories(at place: String?) throws -> any HistoryStore {
        guard let place else { return FileHistoryStore(directory: history.path) }
        return place.contains("://") ? try ObjectHistoryStore(address: place) : FileHistoryStore(directory: place)
    }

    /// Makes the folder, for its owner only.
    func create() throws {
        for folder in [url, keys] {
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
                throw CommandFailure(
                    "the data directory `\(url.path)` cannot be used: "
                        + (exists && !isFolder.boolValue
                            ? "`\(folder.path)` is no folder" : "`\(folder.path)` cannot be made"),
                    fix: "name a folder that you may write to with --data-dir or AEGIS_DATA_DIR")
            }
        }
    }
}
