import ArgumentParser
import Foundation
import ObjectStores
import PolicyBundles

struct BundlesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show a tenant's versions in a store, and which is the latest by whose word.",
        discussion: """
            EXAMPLES
              aegis bundles list --store s3://acme-policies/prod --tenant acme --trust ops-2026.pub.pem
            """)

    @OptionGroup var options: BundleStoreOptions

    @Option(help: "The tenant.")
    var tenant: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !options.trust.isEmpty else { throw ValidationError("name the keys to believe: --trust NAME.pub.pem") }
    }

    func run() async throws {
        try await BundleStoreOptions.reporting {
            let store = try options.open()
            let pointer = try await options.pointer(in: store, tenant: tenant, trusting: options.ring(with: nil))
            let versions = try await store.versions(tenant: tenant)
            let signedAt = pointer.map { Date(timeIntervalSince1970: TimeInterval($0.signedAt)).formatted(.iso8601) }
            if json {
                let report: [String: Any] = [
                    "tenant": tenant, "versions": versions, "latest": pointer?.version ?? NSNull(),
                    "digest": pointer?.digest.description ?? NSNull(), "signed_at": signedAt ?? NSNull(),
                    "rolled_back_from": pointer?.rollback?.from ?? NSNull(),
                    "reason": pointer?.rollback?.reason ?? NSNull(),
                ]
                return Output.json(report)
            }
            for version in versions {
                let isLatest = version == pointer?.version
                Output.line("\(tenant)/\(version)" + (isLatest ? "  latest, said \(signedAt ?? "")" : ""))
            }
            if let rollback = pointer?.rollback { Output.line("rolled back from \(rollback.from): \(rollback.reason)") }
            if versions.isEmpty { Output.line("nothing is published for \(tenant)") }
        }
    }
}
