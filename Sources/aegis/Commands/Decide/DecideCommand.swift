import ArgumentParser
import Foundation

struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Ask a running server for one decision, as the agent whose key is in AEGIS_API_KEY.",
        discussion: """
            EXAMPLES
              aegis decide refunds.create --agent shop-agent --parameters '{"amount": 20}'
              aegis decide ehr.read --agent clinical-agent --parameters @call.json --context purpose=care
              aegis decide refunds.create --agent shop-agent --parameters '{"amount": 80}' --approval apr_…

            Exits with 0 when the call may go ahead (allow, sanitize), with 4 when it may not.
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: "The tool.")
    var tool: String

    @Option(help: "The agent that the key belongs to.")
    var agent: String

    @Option(help: "The parameters as a JSON object, or @FILE.")
    var parameters = "{}"

    @Option(help: "A context value as KEY=VALUE; may be given more than once.")
    var context: [String] = []

    @Option(help: "The override token of an approved call.")
    var token: String?

    @Option(help: "The approval of this very call, apr_…; its override token is collected and used.")
    var approval: String?

    func validate() throws {
        if token != nil, approval != nil {
            throw ValidationError("--token and --approval both bring the override token: give one of them")
        }
    }

    func run() async throws {
        let text = try parametersText()
        guard ProcessInfo.processInfo.environment["AEGIS_API_KEY"]?.isEmpty == false else {
            throw CommandFailure(
                "no API key",
                fix:
                    "export AEGIS_API_KEY=…  (a key of the agent, one that its `identities` name: aegis keys issue NAME)",
                exitCode: 2)
        }
        var pairs: [String: String] = [:]
        for pair in context {
            guard let mark = pair.firstIndex(of: "=") else {
                throw CommandFailure("--context `\(pair)` has no `=`", fix: "write it as purpose=care", exitCode: 2)
            }
            pairs[String(pair[..<mark])] = String(pair[pair.index(after: mark)...])
        }
        // The parameters are spliced in as they were written, so that no digit of a number is lost on the way.
        var head: [String: Any] = ["agent": ["id": agent], "tool": ["name": tool], "context": pairs]
        if let token = try await overrideToken() { head["override_token"] = token }
        var body = try JSONSerialization.data(withJSONObject: head)
        body.removeLast()
        body.append(Data(#","parameters":"#.utf8) + text + Data("}".utf8))
        let answer = try await server.client().post("/v1/decisions", json: body)
        let object = answer.object
        guard let decision = object["decision"] as? String else {
            throw CommandFailure(answer.explanation, exitCode: answer.status == 401 ? 4 : 1)
        }
        if server.json {
            Output.line(String(decoding: answer.body, as: UTF8.self))
        } else {
            for line in DecisionInWords.lines(Array(answer.body)) { Output.line(line) }
        }
        if decision != "allow" && decision != "sanitize" { throw ExitCode(4) }
    }

    private func overrideToken() async throws -> String? {
        guard let approval else { return token }
        let answer = try await server.client().get("/v1/approvals/\(ApprovalPath.escaped(approval))")
        guard answer.status == 200 else {
            throw CommandFailure(answer.explanation, exitCode: [401, 403].contains(answer.status) ? 4 : 1)
        }
        if let token = answer.object["override_token"] as? String { return token }
        let status = answer.object["status"] as? String ?? "unknown"
        throw CommandFailure(
            "there is no token to collect: approval `\(approval)` is \(status)",
            fix: status == "pending"
                ? "wait until a person has approved it: aegis approvals show \(approval)"
                : "ask for the call anew, without --approval", exitCode: 4)
    }

    private func parametersText() throws -> Data {
        let file = parameters.hasPrefix("@") ? String(parameters.dropFirst()) : nil
        let bytes = try file.map { try InputFile.read($0, exitCode: 2) } ?? Array(parameters.utf8)
        try JSONObjectText.check(bytes, as: file ?? "--parameters")
        return Data(bytes)
    }
}
