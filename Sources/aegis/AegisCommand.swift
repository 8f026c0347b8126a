import ArgumentParser
import RegoSyntax

/// The program: one binary for the decision point, the author's tools and the auditor's.
@main
struct AegisCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aegis",
        abstract:
            "The runtime security fabric for agentic AI: decides, records and proves every tool call of an agent.",
        discussion: """
            EXAMPLES
              aegis policy init payments --out policies/     start from a commented set of policies
              aegis policy lint policies/                    every mistake, with its place and its fix
              aegis policy test policies/ --coverage         what they must do, and do
              aegis serve --policies policies/               decide for agents, on loopback, with a development key
              aegis approvals list                           what waits for a person
              aegis audit verify                             has anyone touched the trail?

            Results go to stdout, diagnostics to stderr. Exit codes: 0 fine, 1 failed, 2 usage, 3 invalid policy, 4 denied.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, ControlCommand.self, PolicyCommand.self, DecideCommand.self, DetectCommand.self,
            ApprovalsCommand.self, AuditCommand.self, EvidenceCommand.self, WitnessCommand.self, KeysCommand.self,
            AgentsCommand.self,
            RegoCommand.self, BenchCommand.self, BundlesCommand.self, DemoCommand.self,
            VersionCommand.self,
        ]
    )

    static func main() async {
        StandardStream.occupy()
        do {
            try EmptyValues.refuse(in: CommandLine.arguments.dropFirst())
            var command = try parseAsRoot()
            if var asynchronous = command as? AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            exit(withError: ExitCode(failure.exitCode))
        } catch let found as Diagnostics {
            // What a document of a command's configuration says wrong; commands about policies tell of theirs themselves.
            for diagnostic in found.all { ErrorOutput.write(diagnostic.rendered) }
            exit(withError: ExitCode(2))
        } catch {
            if exitCode(for: error) == .validationFailure {
                ErrorOutput.write(fullMessage(for: error))
                exit(withError: ExitCode(2))
            }
            if exitCode(for: error) == .success {
                // Help, and the version.
                let text = fullMessage(for: error)
                if !text.isEmpty { Output.line(text) }
                exit(withError: ExitCode.success)
            }
            exit(withError: error)
        }
    }
}
