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
            if emergency { Self.warn(record, reason: reason ?? "") }
            let release = try await session.history.publish(
                record.id, to: store, emergency: reason, acknowledgesWidening: acknowledgeWidening,
                meaning: ChangeNote.meaning, by: session.signer, at: session.now)
            ReleaseReport(release).print(json: json)
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
            let release = try await session.history.rollBack(
                to: to, reason: reason, change: change, acknowledgesWidening: acknowledgeWidening, to: store,
                by: session.signer, at: session.now)
            ReleaseReport(release).print(json: json)
        }
    }
}

extension LifecycleSession {
    /// Publishes what is signed and in no store yet, or gives it up.
    /// - Returns: the version that was published.
    mutating func finish(to target: PublishingTarget, json: Bool) async throws -> VersionRecord? {
        guard let last = history.state.unconfirmed else { return nil }
        switch try await history.finish(to: target, by: signer, at: now) {
        case .abandoned(let event, let version, let reason)?:
            ErrorOutput.write(
                "note: \(event.event.id): version \(version) was signed and never published, and is given up; \(reason)"
            )
            return nil
        case .released(let release)?:
            ErrorOutput.write("note: version \(last.number) was signed and not yet in the store; now it is")
            ReleaseReport(release).print(json: json)
            return last
        case nil: return nil
        }
    }
}

/// What was published, for whoever did it.
private struct ReleaseReport {
    private let release: Release

    init(_ release: Release) { self.release = release }

    func print(json: Bool) {
        let bundle = release.bundle
        if json {
            return Output.json([
                "event": release.event.event.id, "version": bundle.manifest.metadata.version,
                "policy_version": bundle.policyVersion, "digest": bundle.digest.description, "store": release.store,
                "approvals": release.approvals,
            ])
        }
        Output.line("\(release.event.event.id): published \(bundle.policyVersion) to \(release.store)")
        let reviews = bundle.manifest.metadata.reviews.filter { $0.verdict == "approved" }
        Output.line(
            "approved by     \(reviews.isEmpty ? "nobody yet" : reviews.map(\.reviewer).joined(separator: ", "))")
    }
}
