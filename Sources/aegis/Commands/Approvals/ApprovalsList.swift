import ArgumentParser

struct ApprovalsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List approvals, newest first.")

    @OptionGroup var server: ServerOptions

    @Option(help: "Only those in this state: pending, approved, denied, expired, redeemed, withdrawn, or all.")
    var status = "pending"

    func run() async throws {
        let answer = try await server.client().get("/v1/approvals?status=\(status)")
        guard answer.status == 200 else {
            throw CommandFailure(answer.explanation, exitCode: answer.status == 401 ? 4 : 1)
        }
        let approvals = answer.object["approvals"] as? [[String: Any]] ?? []
        if server.json { return Output.json(approvals) }
        if approvals.isEmpty { return Output.line(status == "all" ? "no approvals" : "no \(status) approvals") }
        Output.table(
            ["APPROVAL", "STATUS", "AGENT", "TOOL", "EXPIRES", "WHY"],
            approvals.map { approval in
                ["approval_id", "status", "agent_id", "tool_name", "expires_at", "message"].map {
                    approval[$0] as? String ?? "-"
                }
            })
    }
}
