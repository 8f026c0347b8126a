import ArgumentParser
import AuditTrail
import Decisions
import Foundation
import PolicyImpact
import RegoSyntax

struct PolicyReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Say which recorded calls a candidate would decide otherwise.",
        discussion: """
            Evaluates the decisions of the audit trail again, over the very inputs that were kept of them, against a folder of
            policies or a bundle. What state answered then (a spent budget, a redeemed token) holds for the candidate too; budgets and
            rates that the candidate changes are for `aegis policy diff` to tell. Nothing is decided, spent or recorded.

            EXAMPLES
              aegis policy replay --bundle candidate.tar.gz --since 7d
              aegis policy replay --bundle policies/ --tenant acme --since 2026-11-01T00:00:00Z --json
              aegis policy replay --bundle policies/ --fail-on-change
            """)

    @OptionGroup var data: DataDirectory

    @Option(
        name: .customLong("bundle"),
        help: ArgumentHelp("The candidate: a folder of policies or a bundle.", valueName: "path"))
    var candidate: String

    @Option(
        help:
            "From when on: a duration back from now such as 90m, 24h or 7d, or a time in UTC such as 2026-11-01T00:00:00Z."
    )
    var since: String?

    @Option(help: "Whose calls (default: the tenant that the candidate is for, else `default`).")
    var tenant: String?

    @Option(help: "How many calls of each kind to show.")
    var samples = 3

    @Option(help: "How many cores to use (default: all).")
    var workers: Int?

    @Flag(help: "Exit with 1 when a call would be decided otherwise.")
    var failOnChange = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (0...100).contains(samples) else { throw ValidationError("--samples is a number from 0 to 100") }
        if let workers, !(1...256).contains(workers) { throw ValidationError("--workers is a number from 1 to 256") }
        if let since, PolicyShadowReport.start(since, now: Date()) == nil {
            throw ValidationError(
                "--since `\(since)` is neither a duration such as 7d nor a time such as 2026-11-01T00:00:00Z")
        }
    }

    func run() async throws {
        let start = ContinuousClock.now
        let report: ReplayReport
        let policy: ActivePolicy
        do {
            let side = try PolicyCandidate.at(candidate)
            policy = try side.active(tenant: tenant ?? side.tenant ?? "default")
            if let tenant, tenant != policy.tenant {
                throw CommandFailure(
                    "`\(candidate)` is for the tenant `\(policy.tenant)`, not `\(tenant)`",
                    fix: "give a candidate of this tenant")
            }
            try AuditReader.requireTrail(data.audit.path)
            let trail = TrailReplay.Trail(
                audit: data.audit.path, inputs: data.inputs.path, inputKey: try data.inputKey())
            let replay = TrailReplay(
                trail: trail, candidate: policy, since: since.flatMap { PolicyShadowReport.start($0, now: Date()) },
                sampleCount: samples)
            report = try await replay.run(workers: workers ?? ProcessInfo.processInfo.activeProcessorCount)
            if report.decisions == 0 {
                try TrailTenants.tellNoCalls(of: policy.tenant, since: replay.since, in: data.audit.path)
            }
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all where diagnostic.severity == .error {
                ErrorOutput.write(diagnostic.rendered)
            }
            throw ExitCode(3)
        } catch let error as PolicyError {
            throw CommandFailure(
                "the candidate cannot be evaluated: \(error)", fix: "lint it: aegis policy lint", exitCode: 3)
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
        if json {
            Output.json { report.write(to: &$0, took: start.duration(to: .now)) }
        } else {
            show(report, took: start.duration(to: .now))
        }
        if failOnChange, report.changed > 0 { throw ExitCode(1) }
    }

    private func show(_ report: ReplayReport, took: Duration) {
        let seconds = String(format: "%.1f", took / .seconds(1))
        Output.line("\(report.changed) of \(report.replayed) calls would be decided otherwise (in \(seconds) s)")
        for obstacle in ReplayReport.Obstacle.allCases {
            guard let count = report.obstacles[obstacle] else { continue }
            let why =
                switch obstacle {
                case .missing: "no input was kept of them"
                case .erased: "their inputs were erased"
                case .expired: "the time that their inputs are kept was over"
                case .notEvaluated: "they were answered before any policy was asked"
                case .damaged: "their inputs are damaged"
                }
            Output.line("\(count) decisions could not be evaluated again: \(why)")
        }
        guard !report.rows.isEmpty else { return }
        Output.table(
            ["COUNT", "BEFORE", "AFTER", "RULE BEFORE", "RULE AFTER", "AGENT", "TOOL", "LAST", "SAMPLE"],
            report.rows.map { row in
                let group = row.group
                let last = row.samples.last
                return [
                    String(row.count), group.before,
                    "\(group.after)\(group.isShadow ? " (shadow)" : group.loosens ? " (!)" : "")",
                    group.ruleBefore, group.ruleAfter, group.agent, group.tool,
                    last.map { String($0.time.prefix(19)) + "Z" } ?? "", last?.decisionID ?? "",
                ]
            })
        if report.rows.contains(where: { $0.group.loosens && !$0.group.isShadow }) {
            Output.line("(!) calls pass, or pass with less in their way, that did not")
        }
    }
}
