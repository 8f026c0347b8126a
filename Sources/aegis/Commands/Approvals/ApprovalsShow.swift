import Approvals
import ArgumentParser
import Foundation

struct ApprovalsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one approval: the exact call, with sensitive values redacted.")

    @OptionGroup var server: ServerOptions

    @Argument(help: "The approval's id, apr_…")
    var id: String

    func run() async throws {
        let answer = try await server.client().get("/v1/approvals/\(ApprovalPath.escaped(id))")
        guard answer.status == 200 else {
            throw CommandFailure(answer.explanation, exitCode: answer.status == 403 ? 4 : 1)
        }
        if server.json { return Output.json(answer.object) }
        for (key, value) in answer.object.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
            let text: String
            if let string = value as? String {
                text = string
            } else if JSONSerialization.isValidJSONObject(value),
                let data = try? JSONSerialization.data(
                    withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
            {
                text = String(decoding: data, as: UTF8.self)
            } else {
                text = "\(value)"
            }
            Output.line("\(VisibleText.ofName(key)): \(VisibleText.of(text))")
        }
    }
}

/// An approval's id as a path segment: what comes from the command line never reaches another path.
enum ApprovalPath {
    static func escaped(_ id: String) -> String {
        id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "_-"))) ?? ""
    }
}
