import RegoSyntax

/// Writes Rego source: literals, refs and the terms of conditions.
package enum RegoText {
    /// A string literal in double quotes.
    package static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func strings(_ texts: [String]) -> String {
        "[" + texts.map(string).joined(separator: ", ") + "]"
    }

    /// `{"a", "b"}`; `set()` when empty.
    static func set(_ literals: [String]) -> String {
        literals.isEmpty ? "set()" : "{" + literals.joined(separator: ", ") + "}"
    }

    /// A literal of a document; also its JSON.
    package static func literal(_ node: LocatedNode) -> String {
        switch node.kind {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): string(text)
        case .list(let elements): "[" + elements.map(literal).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\(string($0.key)): \(literal($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    /// `base.name`, or `base["odd name"]`.
    package static func member(_ name: String, of base: String) -> String {
        isPlain(name) ? "\(base).\(name)" : "\(base)[\(string(name))]"
    }

    /// Whether a name can stand behind a dot.
    static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, !keywords.contains(name) else { return false }
        let isLetter = { (byte: UInt8) in
            (97...122).contains(byte) || (65...90).contains(byte) || byte == UInt8(ascii: "_")
        }
        return isLetter(first) && name.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) }
    }

    /// A Rego identifier made of a name: `no-export` becomes `no_export`.
    static func identifier(_ name: String) -> String {
        let mapped = String(
            name.unicodeScalars.map { isPlain(String($0)) || ("0"..."9").contains($0) ? Character($0) : "_" })
        return isPlain(mapped) ? mapped : "rule_" + mapped
    }

    private static let keywords: Set = [
        "as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not", "null",
        "package", "set", "some", "true", "with",
    ]
}
