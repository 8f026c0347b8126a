import ArgumentParser
import AuditTrail
import Foundation
import PolicyBundles
import PolicyDocuments
import PolicyImpact
import PolicyLifecycle
import RegoSyntax

struct PolicyPromote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Propose that shadow policies are enforced, with the shadow report that speaks for it.",
        discussion: """
            Takes the latest version, sets `mode: enforce` in the named policies and nothing else, and proposes the result; it is then
            reviewed and published as any other proposal. The report is kept with the proposal and shown to its reviewers: the calls
            that these policies spoke about, and those that they would have stopped. Each of them must have spoken about some call.

            The trail is that of a gateway on this machine, or a copy of one (--dir).

            EXAMPLES
              aegis policy promote dollar-freeze --since 7d --tenant acme --key keys/maria.pem
            """)

    @Argument(help: "The shadow policies.")
    var policies: [String]

    @OptionGroup var data: DataDirectory

    @Option(help: ArgumentHelp("The directory of the audit trail's segments themselves.", valueName: "directory"))
    var dir: String?

    @Option(help: "From when on the trail counts, such as 7d, or 2026-11-01T00:00:00Z.")
    var since = "7d"

    @Option(help: "The region whose latest version it is about (needed where versions are for several).")
    var region: String?

    @Flag(help: "Propose it although the trail shows no call.")
    var unseen = false

    @OptionGroup var options: HistoryOptions
    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard PolicyShadowReport.start(since, now: Date()) != nil else {
            throw ValidationError("--since `\(since)` is neither a duration such as 7d nor a time")
        }
    }

    func run() async throws {
        try await LifecycleFailure.reporting {
            var session = try await LifecycleSession(options, signing)
            let record = try latest(session.history)
            let prefix = "policies/"
            let files = try await session.history.content(of: record).filter { $0.path.hasPrefix(prefix) }
            let tree = PolicyTree(
                files: files.map { SourceFile(name: String($0.path.dropFirst(prefix.count)), text: $0.bytes) })
            let report = try shadowReport(on: tree)
            let enforced: PolicyTree
            do {
                enforced = try tree.enforcing(policies)
            } catch let error as Diagnostics {
                for diagnostic in error.all { ErrorOutput.write(diagnostic.rendered) }
                throw ExitCode(3)
            }
            var draft = try ProposalDraft(
                tree: enforced, tenant: options.tenantName,
                title: "Enforce \(policies.joined(separator: ", ")), so far in shadow",
                region: region ?? record.proposal.region)
            draft.promotes = policies.sorted()
            draft.change = try await session.history.change(
                to: draft.files, for: draft.region, meaning: ChangeNote.meaning)
            let kept = Array(
                try JSONSerialization.data(
                    withJSONObject: report.object, options: [.sortedKeys, .withoutEscapingSlashes]))
            draft.report = kept
            let event = try await session.history.propose(draft, by: session.signer, at: session.now)
            if !json { PromotionReport.lines(of: kept).forEach(Output.line) }
            ProposalReport(event, session.history.state).print(json: json)
        }
    }

    /// What gateways of the region have.
    private func latest(_ history: PolicyHistory) throws -> ProposalRecord {
        let versions = history.state.replaced(by: region)
        let regions = Set(versions.map { history.state.region(of: $0) })
        guard versions.count < 2 || regions.count < 2 else {
            throw CommandFailure(
                "versions are for several regions", fix: "say in which the policies are to be enforced: --region NAME",
                exitCode: 2)
        }
        guard let latest = versions.last, let record = history.state.proposal(latest.proposal) else {
            throw CommandFailure("there is no version yet", fix: "publish one: aegis policy publish")
        }
        return record
    }

    private func shadowReport(on tree: PolicyTree) throws -> PromotionReport {
        let start = PolicyShadowReport.start(since, now: Date())
        var report = PromotionReport(of: policies, in: tree, tenant: options.tenantName, from: start)
        do throws(AuditError) {
            var reader = try AuditReader(directory: dir ?? data.audit.path)
            var records = try reader.next()
            while !records.isEmpty {
                for record in records { report.add(record) }
                records = try reader.next()
            }
        } catch {
            guard unseen else { throw CommandFailure(error.message, fix: error.fix) }
        }
        guard unseen || report.unseen.isEmpty else {
            let names = report.unseen.map { "`\($0)`" }.joined(separator: ", ")
            throw CommandFailure(
                "the trail shows no call that \(names) spoke about in shadow",
                fix: "wait for traffic, look further back with --since, or propose it unseen with --unseen")
        }
        return report
    }
}
