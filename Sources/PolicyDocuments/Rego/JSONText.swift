/// Writes a document's literals as JSON: two spaces of indentation, members as given, one form only.
indirect enum JSONText: Sendable {
    struct Member: Sendable {
        let name: String
        let value: JSONText
    }

    case literal(LocatedNode)
    case string(String)
    case integer(Int)
    /// A number as written.
    case number(String)
    case boolean(Bool)
    case list([JSONText])
    /// Short lists and mappings that stand in one line.
    case inline([JSONText])
    case object([Member])

    static func strings(_ texts: [String]) -> JSONText { .inline(texts.map(JSONText.string)) }

    /// Members sorted by name.
    static func sorted(_ members: [String: JSONText]) -> JSONText {
        .object(
            members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
                Member(name: $0.key, value: $0.value)
            })
    }

    func text(indentation: Int = 0) -> String {
        let inner = String(repeating: "  ", count: indentation + 1)
        let outer = String(repeating: "  ", count: indentation)
        switch self {
        case .literal(let node): return RegoText.literal(node)
        case .string(let text): return RegoText.string(text)
        case .integer(let value): return String(value)
        case .number(let text): return text
        case .boolean(let value): return value ? "true" : "false"
        case .inline(let elements):
            return "[" + elements.map { $0.text(indentation: indentation) }.joined(separator: ", ") + "]"
        case .list(let elements):
            if elements.isEmpty { return "[]" }
            let lines = elements.map { inner + $0.text(indentation: indentation + 1) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map {
                "\(inner)\(RegoText.string($0.name)): \($0.value.text(indentation: indentation + 1))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }
}
