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
        if let token { head["override_token"] = token }
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
            let reason = object["decision_reason"] as? [String: Any] ?? [:]
            Output.line("\(decision): \(reason["message"] as? String ?? "") [\(reason["code"] as? String ?? "")]")
        }
        if decision != "allow" && decision != "sanitize" { throw ExitCode(4) }
    }

    private func parametersText() throws -> Data {
        let file = parameters.hasPrefix("@") ? String(parameters.dropFirst()) : nil
        let bytes = try file.map { try InputFile.read($0, exitCode: 2) } ?? Array(parameters.utf8)
        try JSONObjectText.check(bytes, as: file ?? "--parameters")
        return Data(bytes)
    }
}
