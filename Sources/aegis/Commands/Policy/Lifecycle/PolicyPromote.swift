import ArgumentParser
import AuditTrail
import Foundation
import PolicyBundles
import PolicyDocuments
import PolicyLifecycle
import RegoSyntax

struct PolicyPromote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Propose that shadow policies are enforced, with the shadow report that speaks for it.",
        discussion: """
            Takes the latest version, sets `mode: enforce` in the named policies and nothing else, and proposes the result; it is then
            reviewed and published as any other proposal. The report is kept with the proposal and shown here: the calls that would
            have been stopped.

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
            guard let latest = session.history.state.versions.last,
                let record = session.history.state.proposal(latest.proposal)
            else { throw CommandFailure("there is no version yet", fix: "publish one: aegis policy publish") }
            let report = try shadowReport()
            let prefix = "policies/"
            let files = try await session.history.content(of: record).filter { $0.path.hasPrefix(prefix) }
            let tree = PolicyTree(
                files: files.map { SourceFile(name: String($0.path.dropFirst(prefix.count)), text: $0.bytes) })
            let enforced: PolicyTree
            do {
                enforced = try tree.enforcing(policies)
            } catch let error as Diagnostics {
                for diagnostic in error.all { ErrorOutput.write(diagnostic.rendered) }
                throw ExitCode(3)
            }
            var draft = try ProposalDraft(
                tree: enforced, tenant: options.tenantName,
                title: "Enforce \(policies.joined(separator: ", ")), so far in shadow", region: record.proposal.region)
            draft.promotes = policies.sorted()
            draft.change = try await session.change(to: draft.files)
            draft.report = Array(
                try JSONSerialization.data(
                    withJSONObject: PolicyShadowReport.object(report), options: [.sortedKeys, .withoutEscapingSlashes]))
            let event = try await session.history.propose(draft, by: session.signer, at: session.now)
            if !json {
                Output.line(
                    "in shadow since \(report.since ?? since): \(report.blocked) of \(report.decisions) calls would have been stopped"
                )
                for row in report.rows where policies.contains(row.group.policy) {
                    Output.line(
                        "  \(row.count) × \(row.group.would)  \(row.group.policy)/\(row.group.rule)  \(row.group.agent)  \(row.group.tool)"
                    )
                }
            }
            ProposalReport(event, session.history.state).print(json: json)
        }
    }

    private func shadowReport() throws -> ShadowReport {
        var report = ShadowReport(
            since: PolicyShadowReport.start(since, now: Date()), tenant: options.tenantName, sampleCount: 3)
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
        guard report.shadowed > 0 || unseen else {
            throw CommandFailure(
                "the trail shows no call that a shadow policy spoke about",
                fix: "wait for traffic, look further back with --since, or propose it unseen with --unseen")
        }
        return report
    }
}
