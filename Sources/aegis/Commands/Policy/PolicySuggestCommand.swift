import ArgumentParser
import AuditTrail
import Foundation
import PolicyDocuments
import PolicyImpact
import RegoSyntax

struct PolicySuggestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Propose policies that permit what was seen, and nothing else.",
        discussion: """
            Reads the calls of the audit trail, as a tenant in shadow mode gathers them, and writes a policy for each agent and tool:
            the largest numbers seen, and the values where there were few. It reads what records show: what they hide is not in it.
            The folder holds the agents and tools that the policies are for.

            EXAMPLES
              aegis policy suggest policies/ --since 7d > policies/suggested.yaml
              aegis policy suggest policies/ --tenant acme --shadow -o policies/suggested.yaml
            """)

    @Argument(help: "The folder of policies, with the agents and tools.")
    var folder: String

    @OptionGroup var data: DataDirectory

    @Option(
        help:
            "From when on: a duration back from now such as 90m, 24h or 7d, or a time in UTC such as 2026-11-01T00:00:00Z."
    )
    var since: String?

    @Option(help: "Only this tenant's calls.")
    var tenant: String?

    @Flag(help: "Count calls, too, that were denied or held.")
    var includeDenied = false

    @Flag(help: "Write the policies in shadow mode.")
    var shadow = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The file to write; an existing one is not overwritten (default: standard output).")
    var output: String?

    func validate() throws {
        if let since, PolicyShadowReport.start(since, now: Date()) == nil {
            throw ValidationError(
                "--since `\(since)` is neither a duration such as 7d nor a time such as 2026-11-01T00:00:00Z")
        }
    }

    func run() throws {
        let suggestion: PolicySuggestion
        do {
            let tree = try PolicyFolder.read(folder)
            suggestion = try PolicySuggestion(of: try observe(), for: tree, isShadow: shadow)
            try suggestion.check(in: tree)
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
        for line in suggestion.omitted { ErrorOutput.write("left out: \(line)") }
        guard suggestion.permitted > 0 else {
            throw CommandFailure(
                "the trail holds no calls to learn from",
                fix: "run agents with `mode: shadow` in the Tenant document, or look further back with --since")
        }
        guard let output else {
            Output.write(suggestion.text)
            return
        }
        do {
            try Data(suggestion.text.utf8).write(to: URL(fileURLWithPath: output), options: .withoutOverwriting)
        } catch {
            throw CommandFailure(
                "`\(output)` cannot be written: \(error.localizedDescription)",
                fix: "choose a file that is not there yet")
        }
        Output.line("wrote \(output): \(suggestion.permitted) policies")
    }

    private func observe() throws -> ObservedTraffic {
        var traffic = ObservedTraffic(
            since: since.flatMap { PolicyShadowReport.start($0, now: Date()) }, tenant: tenant,
            includesStopped: includeDenied)
        var reader = try AuditReader(directory: data.audit.path)
        try traffic.read(&reader)
        return traffic
    }
}
