import ArgumentParser
import Decisions
import Foundation
import PolicyDocuments
import PolicyTesting
import RegoSyntax

struct PolicyExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a call gets its outcome, or what the policies hold about an agent's calls of a tool.",
        discussion: """
            With parameters or a call, the call is tried: every rule that speaks about it is told, condition by condition, with the
            values that it looked at (redacted as in the audit trail), and the one change that would let the call pass where there is
            one. Without, every rule that speaks about such calls is listed in the order in which they are looked at.

            A call is a YAML or JSON file with the fields of `given` in a PolicyTest; `-` reads it from standard input.

            EXAMPLES
              aegis policy explain policies/ --agent finance-agent --tool payments.transfer
              aegis policy explain policies/ --agent finance-agent --tool payments.transfer --params '{"amount": 7000}'
              aegis policy explain policies/ --call call.yaml --json
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Option(help: "The agent's name.")
    var agent: String?

    @Option(help: "The tool's name.")
    var tool: String?

    @Option(help: ArgumentHelp("The call's parameters.", valueName: "json"))
    var params: String?

    @Option(help: ArgumentHelp("What the context says. May be repeated.", valueName: "name=value"))
    var context: [String] = []

    @Option(help: ArgumentHelp("The call and the state that it meets.", valueName: "file"))
    var call: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if call != nil, agent != nil || tool != nil || params != nil || !context.isEmpty {
            throw ValidationError("--call says everything about the call: leave the other options out")
        }
        if call == nil, agent == nil || tool == nil {
            throw ValidationError("name the call: --agent and --tool, or --call")
        }
        if let odd = context.first(where: { !$0.contains("=") }) {
            throw ValidationError("--context `\(odd)` is not NAME=VALUE")
        }
    }

    func run() async throws {
        do {
            let options = try optionCall()
            let tree = try PolicyFolder.read(folder)
            if let options {
                try await explain(options.given(for: tree), in: tree)
            } else if let call {
                try await explain(GivenCall(callFile(call), for: tree), in: tree)
            } else {
                try list(tree)
            }
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        }
    }

    private func callFile(_ path: String) throws -> SourceFile {
        guard path == "-" else { return SourceFile(name: path, text: try InputFile.read(path)) }
        return SourceFile(name: "call", text: Array(FileHandle.standardInput.readDataToEndOfFile()))
    }

    /// The call that the options say; nil where they ask for the rules only.
    private func optionCall() throws -> PolicyExplainCall? {
        guard params != nil || !context.isEmpty else { return nil }
        return try PolicyExplainCall(agent: agent ?? "", tool: tool ?? "", params: params ?? "{}", context: context)
    }

    private func explain(_ given: GivenCall, in tree: PolicyTree) async throws {
        let bench = try PolicyWorkbench(tree)
        let tried: TriedCall
        do throws(TrialProblem) {
            tried = try await bench.tries(given)
        } catch {
            throw CommandFailure(error.message, fix: "correct the call")
        }
        let explanation = CallExplanation(tried, on: bench)
        let remedy = await Remedy.find(for: tried, on: bench)
        let isPermitted = tried.result.decision.isPermitted
        if json { return Output.json { explanation.write(to: &$0, remedy: remedy) } }
        Output.line(explanation.sentence)
        if let would = explanation.would { Output.line("with shadow policies: \(would)") }
        Output.line("")
        for line in explanation.fullLines { Output.line(line) }
        guard !isPermitted else { return }
        Output.line("")
        Output.line(
            remedy.map { "it would pass if \($0.words)" }
                ?? "no single change of the call that could be tried lets it pass")
    }

    private func list(_ tree: PolicyTree) throws {
        let explanation = try PolicyExplanation(of: tree, agent: agent ?? "", tool: tool ?? "")
        if json {
            return Output.json { explanation.write(to: &$0, agent: agent ?? "", tool: tool ?? "") }
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
