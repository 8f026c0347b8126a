import ArgumentParser
import Foundation
import PolicyBundles
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
            history, and nothing else can be published until somebody has reviewed it.

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
            if let last = session.history.state.versions.last, last.store == nil {
                ErrorOutput.write("note: finishing version \(last.number), which is signed and not yet in the store")
                try await session.release(last.number, to: store, json: json)
                if proposal == nil || last.proposal.hasPrefix(proposal ?? "") { return }
            }
            let record = try session.proposal(proposal, among: session.history.state.openProposals)
            try await checkWidening(of: record, session)
            if emergency { Self.warn(record, reason: reason ?? "") }
            let bundle = try await session.history.sign(
                record.id, emergency: reason, acknowledgesWidening: acknowledgeWidening, by: session.signer,
                at: session.now)
            try await session.release(bundle.manifest.metadata.version, to: store, json: json)
        }
    }

    /// What the change means is worked out again here: the note in the proposal is its author's.
    private func checkWidening(of record: ProposalRecord, _ session: LifecycleSession) async throws {
        guard !acknowledgeWidening, record.proposal.restores == nil,
            let change = try await session.change(to: session.history.content(of: record)), !change.widens.isEmpty
        else { return }
        throw LifecycleError(
            .wideningUnacknowledged, "the change allows more than before: \(change.widens.joined(separator: "; "))",
            fix: "publish it with --acknowledge-widening, if that is meant")
    }

    private static func warn(_ record: ProposalRecord, reason: String) {
        let approvals =
            record.approvers.isEmpty ? "nobody approved" : "only \(record.approvers.joined(separator: ", ")) approved"
        ErrorOutput.write(
            """
            !!! EMERGENCY: publishing \(record.id), which \(approvals), for the reason: \(reason)
            !!! It stands in the manifest and the history, and nothing else is published until somebody has reviewed it.
            """)
    }
}

struct PolicyRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Publish the content of an earlier version as the next one.",
        discussion: """
            What people approved once needs no new approval: one publisher and a reason do. Version numbers go on upwards.

            EXAMPLES
              aegis policy rollback --to 3 --reason "version 4 blocks refunds" --store file:///var/lib/aegis/bundles --key keys/pia.pem
            """)

    @Option(help: "The version whose content comes back.")
    var to: Int

    @Option(help: "Why.")
    var reason: String

    @OptionGroup var target: StoreOptions
    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing)
            let store = try target.open()
            if let last = session.history.state.versions.last, last.store == nil {
                ErrorOutput.write("note: finishing version \(last.number), which is signed and not yet in the store")
                try await session.release(last.number, to: store, json: json)
            }
            let event = try await session.history.proposeRollback(
                to: to, reason: reason, by: session.signer, at: session.now)
            let bundle = try await session.history.sign(event.event.id, by: session.signer, at: session.now)
            try await session.release(bundle.manifest.metadata.version, to: store, json: json)
        }
    }
}

extension LifecycleSession {
    /// Puts a signed version into the store, and then into the history that it is there.
    mutating func release(_ version: Int, to target: PublishingTarget, json: Bool) async throws {
        let bundle = try await history.bundle(version: version)
        let scope = history.state.trust[signer.name]?.scope
        try await target.publish(bundle, signer: signer, scope: scope, at: now)
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
