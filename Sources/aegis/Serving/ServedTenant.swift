import Foundation
import PolicyDocuments
import RegoSyntax

/// A tenant that this gateway decides for, and where its policies come from.
struct ServedTenant: Sendable {
    enum Policies: Sendable {
        case bundle(BundlePlace, trust: [String])
        case folder(path: String)
    }

    /// nil: the one that its bundle is for.
    let name: String?
    let policies: Policies
    /// What proves this gateway to the tenant's bundle service; nil: nothing.
    let token: String?
    /// A bundle or folder that is tried beside them; nil: nothing.
    let candidate: String?
    /// The file that says where its people are told about approvals; nil: nowhere.
    let channels: String?

    /// Reads a document of kind `Tenants`. Relative paths in it are relative to its folder.
    static func read(_ path: String, environment: [String: String]) throws -> [ServedTenant] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                "`\(path)` cannot be read", fix: "check --tenants and your rights to the file", exitCode: 2)
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        func resolved(_ place: String) -> String {
            place.contains("://") ? place : URL(fileURLWithPath: place, relativeTo: folder).path
        }
        return try TenantsDocument(SourceFile(name: path, text: Array(bytes))).tenants.map { tenant in
            let policies: Policies =
                switch tenant.policies {
                case .bundle(let place, let trust): .bundle(BundlePlace(resolved(place)), trust: trust.map(resolved))
                case .folder(let place): .folder(path: resolved(place))
                }
            let secrets = DocumentSecrets(document: path, environment: environment)
            return ServedTenant(
                name: tenant.name, policies: policies,
                token: try tenant.bundleToken.map { try secrets.value($0, for: "bundle_token of `\(tenant.name)`") },
                candidate: tenant.candidate.map(resolved),
                channels: tenant.channels.map(resolved))
        }
    }
}
