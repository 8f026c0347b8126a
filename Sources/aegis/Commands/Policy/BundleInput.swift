import Foundation
import PolicyBundles

/// Bundles as commands are given them: paths.
enum BundleInput {
    static func read(_ path: String) throws -> UnverifiedBundle {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("`\(path)` cannot be read", fix: "check the path and your rights to the file")
        }
        return try UnverifiedBundle(archive: Array(data), name: path)
    }
}
