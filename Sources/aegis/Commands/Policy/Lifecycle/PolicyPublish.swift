import ArgumentParser
import Foundation
import PolicyBundles
import PolicyImpact
import PolicyLifecycle
import SignedTokens

struct PolicyPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Build, sign and publish an approved proposal as the next version.",
        discussion: """
            The manifest carries the reviewers' signed approvals. The history knows the version before any store has it: run the
            command again after a crash, and it finishes what it began, with the same bytes.

            --emergency publishes without approvals. It needs the role `emergency` and a reason, is marked in the manifest and the
            history, and no other reviewed proposal can be published until somebody has approved or rejected it; a rollback and another
            emergency can.

            EXAMPLES
              aegis policy publish --store file:///var/lib/aegis/bundles --key keys/pia.pem
              aegis policy publish --emergency --reason "agents leak card numbers" --store … --key keys/eve.pem
            """)

    @Argument(help: "The proposal's id, or its beginning (default: the only one that waits).")
    var proposal: String?

    @OptionGroup var target: StoreOptions

    @Flag(help: "Do not wait for reviews. Loud, and owed afterwards.")
    var emergency = false

    @Option(help: "Why it cannot wait.")
    var reason: String?

    @Flag(help: "The change allows more than before, and that is meant.")
    var acknowledgeWidening = false

    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard emergency == (reason != nil) else {
            throw ValidationError("--emergency and --reason belong together")
        }
    }

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing)
            let store = try target.open()
            if let last = try await session.finish(to: store, json: json) {
                if proposal == nil || last.proposal.hasPrefix(proposal ?? "") { return }
            }
            let record = try session.proposal(proposal, among: session.history.state.openProposals)
            // What the change means is worked out again here: the note in the proposal is its author's.
            try await session.history.checkWidening(
                of: record.id, isAcknowledged: acknowledgeWidening, meaning: ChangeNote.meaning)
            if emergency { Self.warn(record, reason: reason ?? "") }
            let bundle = try await session.history.sign(
                record.id, emergency: reason, acknowledgesWidening: acknowledgeWidening, by: session.signer,
                at: session.now)
            try await session.release(bundle.manifest.metadata.version, to: store, json: json)
        }
    }

    private static func warn(_ record: ProposalRecord, reason: String) {
        let approvals =
            record.approvers.isEmpty ? "nobody approved" : "only \(record.approvers.joined(separator: ", ")) approved"
        ErrorOutput.write(
            """
            !!! EMERGENCY: publishing \(record.id), which \(approvals), for the reason: \(reason)
            !!! It stands in the manifest and the history, and no other proposal is published until somebody has reviewed it.
            """)
    }
}

struct PolicyRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Publish the content of an earlier version as the next one.",
        discussion: """
            What people approved once needs no new approval: one publisher and a reason do. Version numbers go on upwards. Going
            back to what allows more than now is said so, rule by rule, and takes --acknowledge-widening.

            EXAMPLES
              aegis policy rollback --to 3 --reason "version 4 blocks refunds" --store file:///var/lib/aegis/bundles --key keys/pia.pem
              aegis policy rollback --to 3 --reason "…" --acknowledge-widening --store … --key keys/pia.pem
            """)

    @Option(help: "The version whose content comes back.")
    var to: Int

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "The version allows more than the one that is left, and that is meant.")
    var acknowledgeWidening = false

    @OptionGroup var target: StoreOptions
    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing)
            let store = try target.open()
            _ = try await session.finish(to: store, json: json)
            let change = try await session.history.change(
                of: session.history.restorable(to).record, meaning: ChangeNote.meaning)
            for widened in change?.widens ?? [] { ErrorOutput.write("WIDENS          \(widened)") }
            for narrowed in change?.narrows ?? [] { ErrorOutput.write("narrows         \(narrowed)") }
            // Before anything is written: what is refused leaves no proposal behind.
            if !acknowledgeWidening { try change?.checkIsNarrow() }
            let event = try await session.history.proposeRollback(
                to: to, reason: reason, change: change, by: session.signer, at: session.now)
            let bundle = try await session.history.sign(
                event.event.id, acknowledgesWidening: acknowledgeWidening, by: session.signer, at: session.now)
            try await session.release(bundle.manifest.metadata.version, to: store, json: json)
        }
    }
}

extension LifecycleSession {
    /// Publishes what is signed and in no store yet. What the trust root does not allow any more is given up: gateways would
    /// refuse it, and nothing could ever follow it.
    /// - Returns: the version that was published.
    mutating func finish(to target: PublishingTarget, json: Bool) async throws -> VersionRecord? {
        guard let last = history.state.unconfirmed else { return nil }
        do throws(LifecycleError) {
            _ = try await history.unconfirmedBundle()
        } catch {
            guard error.code == .bundleInvalid else { throw error }
            let reason = "the trust root does not allow it any more: \(error.message.prefix(1000))"
            let event = try await history.abandon(reason: reason, by: signer, at: now)
            ErrorOutput.write(
                "note: \(event.event.id): version \(last.number) was signed and never published, and is given up; \(reason)"
            )
            return nil
        }
        ErrorOutput.write("note: finishing version \(last.number), which is signed and not yet in the store")
        try await release(last.number, to: target, json: json)
        return last
    }

    /// Puts a signed version into the store, and then into the history that it is there.
    mutating func release(_ version: Int, to target: PublishingTarget, json: Bool) async throws {
        let bundle = try await history.bundle(version: version)
        let scope = history.state.trust[signer.name]?.scope
        try await target.publish(
            bundle, signer: signer, scope: scope, trusting: history.state.trust, at: now)
        let event = try await history.confirm(publishedTo: target.name, by: signer, at: now)
        if json {
            return Output.json([
                "event": event.event.id, "version": version, "policy_version": bundle.policyVersion,
                "digest": bundle.digest.description, "store": target.name,
                "approvals": history.state.versions.last?.signed.approvals ?? [],
            ])
        }
        Output.line("\(event.event.id): published \(bundle.policyVersion) to \(target.name)")
        let reviews = bundle.manifest.metadata.reviews.filter { $0.verdict == "approved" }
        Output.line(
            "approved by     \(reviews.isEmpty ? "nobody yet" : reviews.map(\.reviewer).joined(separator: ", "))")
    }
}
