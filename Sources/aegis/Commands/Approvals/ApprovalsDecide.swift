import ArgumentParser
import Foundation

struct ApprovalsApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a held call. Its agent then collects a token that works once, for exactly that call.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var verdict: VerdictArguments

    func run() async throws { try await verdict.send("approve", to: server) }
}

struct ApprovalsDeny: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "deny", abstract: "Deny a held call.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var verdict: VerdictArguments

    func run() async throws { try await verdict.send("deny", to: server) }
}

struct VerdictArguments: ParsableArguments {
    @Argument(help: "The approval's id, apr_…")
    var id: String

    @Option(help: "Why; kept in the record.")
    var comment: String?

    func send(_ verdict: String, to server: ServerOptions) async throws {
        let body = try JSONSerialization.data(withJSONObject: ["comment": comment ?? ""])
        let answer = try await server.client().post("/v1/approvals/\(ApprovalPath.escaped(id))/\(verdict)", json: body)
        guard answer.status == 200 else {
            throw CommandFailure(answer.explanation, exitCode: [401, 403].contains(answer.status) ? 4 : 1)
        }
        if server.json { return Output.json(answer.object) }
        let object = answer.object
        let call = "\(object["agent_id"] as? String ?? "?") → \(object["tool_name"] as? String ?? "?")"
        switch object["status"] as? String {
        case "approved":
            Output.line("approved: \(call). The agent collects its single-use token at GET /v1/approvals/\(id)")
        case "pending":
            Output.line(
                "noted: \(call) still waits for more approvals (\(object["approvals_given"] ?? 0) of \(object["quorum"] ?? 1))"
            )
        case let status:
            Output.line("\(status ?? verdict): \(call)")
        }
    }
}
