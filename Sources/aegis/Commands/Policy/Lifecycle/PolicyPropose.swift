import ArgumentParser
import Foundation
import PolicyBundles
import PolicyDocuments
import PolicyImpact
import PolicyLifecycle
import RegoSyntax
import SignedTokens

struct PolicyPropose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose",
        abstract: "Propose a folder of policies as the tenant's next version.",
        discussion: """
            Compiles the policies and keeps them in the history. What reviewers then approve is this very content, for this very
            version; whoever proposes cannot approve.

            EXAMPLES
              aegis policy propose policies/ --title "Raise the transfer limit" --key keys/maria.pem --trust trust-root.json
              aegis policy propose policies/ --title "Raise it a little" --revises prp_4f…  --key keys/maria.pem
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Option(help: "What it is about, in one line.")
    var title: String

    @Option(help: "A proposal whose place this one takes.")
    var revises: String?

    @Option(help: "The region that the bundle is for (default: every region).")
    var region: String?

    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing, mayBegin: true)
            var draft = try ProposalDraft(folder: folder, tenant: options.tenantName, title: title, region: region)
            draft.change = try await session.history.change(
                to: draft.files, for: draft.region, meaning: ChangeNote.meaning)
            draft.revises = try revises.map { try session.proposal($0, among: session.history.state.proposals).id }
            let event = try await session.history.propose(draft, by: session.signer, at: session.now)
            ProposalReport(event, session.history.state).print(json: json)
        }
    }
}

extension ProposalDraft {
    /// Compiles a folder of policies; warnings go to stderr and do not stop it.
    init(folder: String, tenant: String, title: String, region: String?) throws {
        try self.init(tree: PolicyFolder.read(folder), tenant: tenant, title: title, region: region)
    }

    init(tree: PolicyTree, tenant: String, title: String, region: String?) throws {
        do {
            let (draft, warnings) = try Self.compiled(from: tree, tenant: tenant, title: title, region: region)
            self = draft
            for warning in warnings { ErrorOutput.write(warning.rendered) }
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        }
    }
}

/// What a proposal is, for whoever made it.
struct ProposalReport {
    private let event: SignedEvent
    private let state: HistoryState

    init(_ event: SignedEvent, _ state: HistoryState) {
        self.event = event
        self.state = state
    }

    func print(json: Bool) {
        guard case .proposed(let proposal) = event.event.body else { return }
        let quorum = state.rules.quorum.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if json {
            return Output.json([
                "proposal": event.event.id, "version": proposal.version, "tenant": state.tenant,
                "author": event.event.person, "content_digest": proposal.contentDigest.description,
                "files": proposal.files.count, "quorum": state.rules.quorum,
                "widens": proposal.change?.widens ?? [], "narrows": proposal.change?.narrows ?? [],
            ])
        }
        Output.line(
            "\(event.event.id): \(event.event.person) proposes \(state.tenant)/\(proposal.version): \(proposal.title)")
        Output.line("content digest  \(proposal.contentDigest)")
        for widened in proposal.change?.widens ?? [] { Output.line("WIDENS          \(widened)") }
        for narrowed in proposal.change?.narrows ?? [] { Output.line("narrows         \(narrowed)") }
        Output.line(
            "needs           \(proposal.restores == nil ? quorum.joined(separator: ", ") : "nothing more: it was reviewed")"
        )
    }
}
