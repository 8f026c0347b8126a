import ArgumentParser

struct ApprovalsWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take a request back: with the key of the agent that asked, or of the person who owns it.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var verdict: VerdictArguments

    func run() async throws { try await verdict.send("withdraw", to: server) }
}
