import ArgumentParser
import Foundation
import PolicyLifecycle
import SignedTokens

/// The control plane's settings, which `aegis serve` and `aegis control` have alike.
struct ControlPlaneOptions: ParsableArguments {
    @Option(
        help:
            "How callers prove who they are: JWT, API keys, mTLS in `aegis serve` (default: API keys; environment: AEGIS_IDENTITY)."
    )
    var identity: String?

    @Option(
        help:
            "Hand out the bundles of this store at /v1/bundles/TENANT, also to a stock OPA (environment: AEGIS_BUNDLE_SERVICE)."
    )
    var bundleService: String?

    @Option(
        help:
            "The tenants' policy histories: a folder or a store, s3:// or gs:// (default: in the data directory; environment: AEGIS_HISTORIES)."
    )
    var histories: String?

    @Option(
        help: ArgumentHelp(
            "The store that publishers publish to over the API (default: none; environment: AEGIS_PUBLISH_TO).",
            valueName: "store"))
    var publishTo: String?

    @Option(
        help: ArgumentHelp(
            "A private key, a PEM file, that publishes over the API what was approved (environment: AEGIS_PUBLISH_KEY).",
            valueName: "file"))
    var publishKey: String?

    @Option(
        help: ArgumentHelp(
            "A command that signs with such a key in a KMS or an HSM (environment: AEGIS_PUBLISH_SIGNER).",
            valueName: "command"))
    var publishSigner: String?

    @Option(help: "The name of the gateway whose log it is (default: gw-1; environment: AEGIS_GATEWAY).")
    var gateway: String?
}

/// The same, checked: options first, then the environment.
struct ControlPlaneSettings {
    /// The file that says who may prove callers; nil: API keys alone.
    let identity: String?
    /// The store whose bundles are handed out over HTTP; nil: none.
    let bundleService: String?
    /// Where the tenants' policy histories are; nil: in the data directory.
    let histories: String?
    /// The store that is published to over the API; nil: none.
    let target: PublishingTarget?
    /// The key of this server that publishes what was approved; nil where it has none.
    let signer: (any Signer)?
    let gateway: String

    init(_ options: ControlPlaneOptions) throws {
        identity = HistoryOptions.value(options.identity, "AEGIS_IDENTITY")
        bundleService = HistoryOptions.value(options.bundleService, "AEGIS_BUNDLE_SERVICE")
        histories = HistoryOptions.value(options.histories, "AEGIS_HISTORIES")
        gateway = HistoryOptions.value(options.gateway, "AEGIS_GATEWAY") ?? "gw-1"
        target = try HistoryOptions.value(options.publishTo, "AEGIS_PUBLISH_TO").map(PublishingTarget.init(address:))
        switch (
            HistoryOptions.value(options.publishKey, "AEGIS_PUBLISH_KEY"),
            HistoryOptions.value(options.publishSigner, "AEGIS_PUBLISH_SIGNER")
        ) {
        case (nil, nil): signer = nil
        case (_?, _?): throw CommandFailure("--publish-key and --publish-signer exclude each other", exitCode: 2)
        case (let path?, nil): signer = try Self.reporting { try KeyFile.signingKey(at: path) }
        case (nil, let command?): signer = try Self.reporting { try CommandSigner(command: command) }
        }
        guard signer == nil || target != nil else {
            throw CommandFailure(
                "there is a key to publish with, and no store to publish to", fix: "give --publish-to STORE",
                exitCode: 2)
        }
    }

    private static func reporting(_ open: () throws -> any Signer) throws -> any Signer {
        do { return try open() } catch let error as TokenError {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }
}
