import ArgumentParser
import PolicyLifecycle
import SignedTokens

struct PolicyReview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Look at a proposal, or say something about it.",
        discussion: """
            EXAMPLES
              aegis policy review                              the proposal that waits
              aegis policy review --comment "why 5 000?" --key keys/lea.pem
            """)

    @Argument(help: "The proposal's id, or its beginning (default: the only one that waits).")
    var proposal: String?

    @Option(help: "What you have to say; it stands in the history and in the bundle's manifest.")
    var comment: String?

    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            guard let comment else {
                let history = try await options.read()
                return try await ProposalView(history, proposal).print(json: json)
            }
            var session = try await LifecycleSession(options, signing)
            let record = try session.proposal(proposal, among: session.history.state.openProposals)
            let event = try await session.history.comment(
                on: record.id, comment, by: session.signer, at: session.now)
            VerdictReport(event, record.id, session.history.state).print(json: json)
        }
    }
}

struct PolicyApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a proposal that somebody else wrote.",
        discussion: """
            Signs the proposal's content digest, its version and its place in the history with your key. The trust root says who
            holds the key, and in which roles.

            EXAMPLES
              aegis policy approve --key keys/lea.pem
              aegis policy approve prp_4f… --as security --comment "checked with treasury" --signer 'pkcs11-signer omar'
            """)

    @Argument(help: "The proposal's id, or its beginning (default: the only one that waits).")
    var proposal: String?

    @Option(
        name: .customLong("as"), help: "The role of the quorum in which you approve (default: the one that you have).")
    var role: String?

    @Option(help: "What you have to say.")
    var comment = ""

    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing)
            let record = try session.proposal(proposal, among: session.decidable)
            let event = try await session.history.approve(
                record.id, as: try session.history.state.quorumRole(role, of: session.signer.name), comment: comment,
                by: session.signer, at: session.now)
            VerdictReport(event, record.id, session.history.state).print(json: json)
        }
    }
}

struct PolicyReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Reject a proposal; its authors may revise it. An author withdraws instead.",
        discussion: """
            EXAMPLES
              aegis policy reject --reason "the limit has to stay" --key keys/lea.pem
              aegis policy reject --withdraw --reason "found a better way" --key keys/maria.pem
            """)

    @Argument(help: "The proposal's id, or its beginning (default: the only one that waits).")
    var proposal: String?

    @Option(help: "Why.")
    var reason: String

    @Option(
        name: .customLong("as"), help: "The role of the quorum in which you reject (default: the one that you have).")
    var role: String?

    @Flag(help: "Take your own proposal back.")
    var withdraw = false

    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing)
            let record = try session.proposal(proposal, among: session.decidable)
            let event =
                withdraw
                ? try await session.history.withdraw(record.id, reason: reason, by: session.signer, at: session.now)
                : try await session.history.reject(
                    record.id, as: try session.history.state.quorumRole(role, of: session.signer.name), reason: reason,
                    by: session.signer, at: session.now)
            VerdictReport(event, record.id, session.history.state).print(json: json)
        }
    }
}

extension LifecycleSession {
    /// Open proposals, and emergency versions that wait for their review.
    var decidable: [ProposalRecord] {
        let owed = history.state.owedReviews.compactMap { history.state.proposal($0.proposal) }
        return history.state.openProposals.filter { $0.proposal.restores == nil } + owed
    }
}

/// What a review came to.
struct VerdictReport {
    private let event: SignedEvent
    private let proposal: String
    private let state: HistoryState

    init(_ event: SignedEvent, _ proposal: String, _ state: HistoryState) {
        self.event = event
        self.proposal = proposal
        self.state = state
    }

    func print(json: Bool) {
        let missing = state.proposal(proposal).flatMap { state.rules.missing(after: $0.approvalRoles) }
        let kind = event.event.body.kind
        if json {
            return Output.json([
                "event": event.event.id, "kind": kind.rawValue, "proposal": proposal, "person": event.event.person,
                "missing": missing ?? "",
            ])
        }
        Output.line("\(event.event.id): \(event.event.person) \(kind.rawValue) \(proposal)")
        if kind == .approved { Output.line(missing.map { "still needs      \($0)" } ?? "quorum           reached") }
    }
}
