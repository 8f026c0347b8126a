import ArgumentParser
import PolicyImpact
import RegoSyntax

struct PolicyDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what a change of policies means: who gains or loses what, which limits moved.",
        discussion: """
            Compares two folders, bundles, or versions and proposals of a history. A history is verified first; a bundle that is a file
            is read as it is (`aegis policy verify` says whether to believe it). Changes that let more calls pass, or may, are told first; what cannot be told to be
            harmless is said to be one that may widen.

            EXAMPLES
              aegis policy diff bundle.tar.gz policies/
              aegis policy diff 41 42 --history policy-history --tenant acme --trust trust-root.json
              aegis policy diff 42 prp_4f…
              aegis policy diff main/policies branch/policies --fail-on-widening
              aegis policy diff old/ new/ --json | jq '.changes[] | select(.effect != "neutral")'
            """)

    @Argument(help: "The policies before: a folder, a bundle, a version's number or a proposal's id.")
    var before: String

    @Argument(help: "The policies after, likewise.")
    var after: String

    @OptionGroup var options: HistoryOptions

    @Flag(help: "Exit with 1 when something widens, or may.")
    var failOnWidening = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let diff: PolicyDiff
        do {
            diff = try await PolicyDiff(from: .named(before, in: options), to: .named(after, in: options))
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all where diagnostic.severity == .error {
                ErrorOutput.write(diagnostic.rendered)
            }
            throw ExitCode(3)
        }
        if json { Output.json { diff.write(to: &$0) } } else { show(diff) }
        if failOnWidening, !diff.widenings.isEmpty { throw ExitCode(1) }
    }

    private func show(_ diff: PolicyDiff) {
        guard !diff.changes.isEmpty else { return Output.line("nothing changes") }
        let titles: [(PolicyChange.Effect, String)] = [
            (.widens, "widens"), (.mayWiden, "may widen"), (.narrows, "narrows"), (.neutral, "changes no outcome"),
        ]
        for (effect, title) in titles {
            let changes = diff.changes.filter { $0.effect == effect }
            guard !changes.isEmpty else { continue }
            Output.line("\(title):")
            for change in changes {
                let place = change.location.map { "  (\($0))" } ?? ""
                Output.line("  \(change.place): \(change.words)\(place)")
            }
        }
        Output.line(
            diff.widenings.isEmpty
                ? "no call passes that did not pass before"
                : "\(diff.widenings.count) changes need to be acknowledged when this is published")
    }
}
