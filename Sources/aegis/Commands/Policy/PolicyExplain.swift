import ArgumentParser
import PolicyDocuments
import RegoSyntax

struct PolicyExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what the policies hold about an agent's calls of a tool.",
        discussion: """
            Lists every rule that speaks about such calls, in the order in which they are looked at.

            EXAMPLES
              aegis policy explain policies/ --agent finance-agent --tool payments.transfer
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Option(help: "The agent's name.")
    var agent: String

    @Option(help: "The tool's name.")
    var tool: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let tree = try PolicyFolder.read(folder)
        let explanation: PolicyExplanation
        do throws(Diagnostics) {
            explanation = try PolicyExplanation(of: tree, agent: agent, tool: tool)
        } catch {
            for diagnostic in error.all { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        }
        if json {
            return Output.json([
                "agent": agent, "tool": tool, "obstacle": explanation.obstacle ?? "",
                "rules": explanation.lines.map { line in
                    [
                        "step": line.step, "policy": line.policy, "rule": line.rule, "text": line.text,
                        "shadow": line.isShadow, "location": line.location.description,
                    ]
                },
            ])
        }
        let rows = explanation.lines.map { line in
            [
                line.isShadow ? "\(line.step) (shadow)" : line.step, "\(line.policy)/\(line.rule)", line.text,
                line.location.description,
            ]
        }
        if !rows.isEmpty { Output.table(["STEP", "RULE", "WHEN", "WHERE"], rows) }
        if let obstacle = explanation.obstacle { Output.line("always denied: \(obstacle)") }
    }
}
