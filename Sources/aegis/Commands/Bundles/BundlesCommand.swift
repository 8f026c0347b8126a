import ArgumentParser

struct BundlesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundles",
        abstract: "Bundle stores: put bundles where gateways find them, and say which is the latest.",
        discussion: """
            A store is a folder (file:///FOLDER) or a bucket (s3://BUCKET/PREFIX, gs://BUCKET/PREFIX). It holds every version of a
            tenant's bundle and a small signed pointer to the latest.
            """,
        subcommands: [BundlesPush.self, BundlesList.self, BundlesRenew.self, BundlesRollback.self])
}
