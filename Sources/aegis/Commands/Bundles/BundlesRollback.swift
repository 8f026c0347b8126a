import ArgumentParser
import Foundation
import ObjectStores
import PolicyBundles
import PolicyImpact
import PolicyLifecycle
import SignedTokens

struct BundlesRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Make an older version the latest again, by a signed statement with a reason.",
        discussion: """
            The fastest way back: nothing is built, and gateways follow within their polls. A gateway leaves a version for an older
            one by such a statement only. The next version that is published has to be newer than all that were.

            The tenant's history gets an event of it first (`recalled`), and what the older version allows more is shown and takes
            --acknowledge-widening. --without-history is for bundles that no history knows, and for when it cannot be reached: then
            gateways' trails alone tell of it. `aegis policy rollback` gives the old content a new number instead; prefer it where
            there is time.

            EXAMPLES
              aegis bundles rollback --store s3://acme-policies/prod --tenant acme --to 41 --reason "42 denies payroll" --history policy-history --key keys/pia.pem
              aegis bundles rollback --store file:///var/lib/aegis/bundles --tenant dev --to 1 --reason "…" --without-history --key keys/ops-2026.pem
            """)

    @OptionGroup var options: BundleStoreOptions

    @Option(help: "The tenant.")
    var tenant: String

    @Option(help: "The version to go back to.")
    var to: Int

    @Option(help: "Why. It goes into every gateway's audit trail.")
    var reason: String

    @Option(
        help: "The folder of histories, a store, or the URL of a control plane (environment: AEGIS_HISTORY).")
    var history: String?

    @Flag(help: "Leave no event: no history knows of these bundles, or it cannot be reached.")
    var withoutHistory = false

    @Flag(help: "The older version allows more than the one that is left, and that is meant.")
    var acknowledgeWidening = false

    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !reason.isEmpty, reason.utf8.count <= 512 else {
            throw ValidationError("--reason has to be 1 to 512 bytes long")
        }
        guard !withoutHistory || history == nil else {
            throw ValidationError("--history and --without-history exclude each other")
        }
    }

    func run() async throws {
        try await BundleStoreOptions.reporting {
            let signer = try signing.open()
            let ring = try options.ring(with: signer)
            let store = try options.open(trusting: ring)
            guard let current = try await options.pointer(in: store, tenant: tenant, trusting: ring) else {
                throw CommandFailure("nothing is published for `\(tenant)`", fix: "push a bundle first")
            }
            guard to < current.version else {
                throw CommandFailure("version \(to) is not older than the latest, \(current.version)", exitCode: 2)
            }
            guard let archive = try await store.archive(tenant: tenant, version: to) else {
                throw CommandFailure("version \(to) of `\(tenant)` is not in the store")
            }
            let now = try BundleStoreOptions.now
            let bundle = try BundleVerifier(trust: ring, tenant: tenant).verify(
                UnverifiedBundle(archive: archive, name: "\(tenant)/\(to)"), now: now)
            var pointer = BundlePointer(to: bundle, signedAt: now, scope: options.scope)
            let left = max(current.version, current.rollback?.from ?? 0)
            pointer.rollback = BundlePointer.Rollback(from: left, reason: reason)
            let event = try await leaveEvent(of: bundle, by: signer)
            try await store.announce(pointer.signed(by: signer))
            if json {
                let report = options.report(pointer, by: signer)
                return Output.json(report.merging(["event": event?.event.id ?? NSNull()]) { $1 })
            }
            if let event { Output.line("\(event.event.id): \(event.event.person) recalls version \(current.version)") }
            Output.line("\(bundle.policyVersion) is the latest again; \(current.version) is left: \(reason)")
        }
    }

    /// The history knows of it before gateways do.
    /// - Returns: nil where there is none, or it knew already.
    private func leaveEvent(of bundle: VerifiedBundle, by signer: any Signer) async throws -> SignedEvent? {
        if withoutHistory {
            ErrorOutput.write("warning: no history gets an event of this; gateways' trails alone will tell")
            return nil
        }
        guard let place = HistoryOptions.value(history, "AEGIS_HISTORY") else {
            throw CommandFailure(
                "which history is to tell of this is not said",
                fix: "give --history PLACE, or --without-history where no history knows these bundles", exitCode: 2)
        }
        return try await LifecycleFailure.reporting {
            var history = try await PolicyHistory.open(tenant: tenant, in: HistoryOptions.store(at: place))
            let change = try await history.change(recallingTo: to, meaning: ChangeNote.meaning)
            for widened in change?.widens ?? [] { ErrorOutput.write("WIDENS          \(widened)") }
            if !acknowledgeWidening { try change?.checkIsNarrow() }
            return try await history.recall(
                to: to, digest: bundle.digest, in: HistoryOptions.value(options.store, "AEGIS_STORE") ?? "",
                reason: reason, by: signer, at: LifecycleSession.now)
        }
    }
}
