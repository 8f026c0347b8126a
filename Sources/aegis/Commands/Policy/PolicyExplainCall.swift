import PolicyDocuments
import RegoSyntax

/// A call as the options of `policy explain` say it: a text to be read like every other call, and the way back from its places
/// to the options.
struct PolicyExplainCall {
    private struct Part {
        let option: String
        /// The line on which its value begins. Its name stands on the one before.
        let line: Int
    }

    private let source: SourceFile
    private let parts: [Part]

    /// - Throws: ``CommandFailure`` where the parameters are not one JSON object, or a name of the context stands twice.
    init(agent: String, tool: String, params: String, context: [String]) throws(CommandFailure) {
        try JSONObjectText.check(params.utf8, as: "--params")
        var said: [String] = []
        var names: Set<String> = []
        for entry in context {
            let (name, value) = Self.split(entry)
            guard names.insert(name).inserted else {
                throw CommandFailure("--context names `\(name)` twice", fix: "keep one of the two", exitCode: 2)
            }
            said.append("\(RegoText.string(name)): \(RegoText.string(value))")
        }
        var text = "{"
        var parts: [Part] = []
        for (option, field, value) in [
            ("--agent", "agent", RegoText.string(agent)), ("--tool", "tool", RegoText.string(tool)),
            ("--context", "context", "{\(said.joined(separator: ", "))}"), ("--params", "parameters", params),
        ] {
            text += "\(parts.isEmpty ? "" : ",")\"\(field)\":\n"
            parts.append(Part(option: option, line: text.utf8.count { $0 == UInt8(ascii: "\n") } + 1))
            text += "\(value)\n"
        }
        source = SourceFile(name: "--params", text: text + "}\n")
        self.parts = parts
    }

    private static func split(_ entry: String) -> (name: String, value: String) {
        guard let mark = entry.firstIndex(of: "=") else { return (entry, "") }
        return (String(entry[..<mark]), String(entry[entry.index(after: mark)...]))
    }

    /// - Throws: everything that is wrong in the call, at its places in the options.
    func given(for tree: PolicyTree) throws(Diagnostics) -> GivenCall {
        do throws(Diagnostics) {
            return try GivenCall(source, for: tree)
        } catch {
            throw Diagnostics(error.all.map(placed))
        }
    }

    private func placed(_ diagnostic: Diagnostic) -> Diagnostic {
        guard diagnostic.location.file == source.name,
            let part = parts.last(where: { $0.line - 1 <= diagnostic.location.line })
        else { return diagnostic }
        var placed = diagnostic
        placed.location.file = part.option
        placed.location.line = max(1, diagnostic.location.line - part.line + 1)
        return placed
    }
}
