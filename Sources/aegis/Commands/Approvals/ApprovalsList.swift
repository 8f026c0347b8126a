import Approvals
import ArgumentParser

struct ApprovalsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List approvals, newest first.")

    @OptionGroup var server: ServerOptions

    @Option(help: "Only those in this state: pending, approved, denied, expired, redeemed, withdrawn, or all.")
    var status = "pending"

    private static let states = ["pending", "approved", "denied", "expired", "redeemed", "withdrawn", "all"]

    @Option(help: "At most so many, the newest: 1 to 1000.")
    var limit = 100

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000") }
        guard Self.states.contains(status) else {
            throw ValidationError("--status `\(status)` is none of \(Self.states.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let answer = try await server.client().get("/v1/approvals?status=\(status)&limit=\(limit)")
        guard answer.status == 200 else {
            throw CommandFailure(answer.explanation, exitCode: answer.status == 401 ? 4 : 1)
        }
        let approvals = answer.object["approvals"] as? [[String: Any]] ?? []
        if approvals.count == limit {
            ErrorOutput.write("these are the newest \(limit); there may be more (--limit)")
        }
        for approval in approvals where approval["status"] as? String == "pending" {
            guard let channels = approval["undelivered"] as? [String], !channels.isEmpty,
                let id = approval["approval_id"] as? String
            else { continue }
            ErrorOutput.write("nobody was told of \(id) by \(channels.joined(separator: ", "))")
        }
        if server.json { return Output.json(approvals) }
        if approvals.isEmpty { return Output.line(status == "all" ? "no approvals" : "no \(status) approvals") }
        Output.table(
            ["APPROVAL", "STATUS", "AGENT", "TOOL", "EXPIRES", "WHY"],
            approvals.map { approval in
                ["approval_id", "status", "agent_id", "tool_name", "expires_at", "message"].map {
                    VisibleText.of(approval[$0] as? String ?? "-")
                }
            })
    }
}
