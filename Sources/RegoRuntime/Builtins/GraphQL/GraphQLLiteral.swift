extension GraphQL.Literal {
    /// As messages show it.
    var text: String {
        switch kind {
        case .variable: "$" + raw
        case .integer, .float, .enumeration, .boolean, .null: raw
        case .string, .block: GoText.quoted(raw)
        case .list: "[" + children.map(\.value.text).joined(separator: ",") + "]"
        case .object: "{" + children.map { "\($0.name):\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    /// Whether the numbers in it fit into 64 bits.
    /// - Parameter depth: of defaults of variables inside of each other; a document can make them endless.
    func isReadable(_ depth: Int) -> Bool {
        switch kind {
        case .integer: Int64(raw) != nil
        case .float: Double(raw).map(\.isFinite) ?? false
        case .boolean:
            ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"].contains(raw)
        case .list, .object: children.allSatisfy { $0.value.isReadable(depth) }
        case .variable: depth > 8 || variable?.defaultValue?.isReadable(depth + 1) ?? true
        case .string, .block, .null, .enumeration: true
        }
    }

    /// What to say about a value of the wrong type.
    func mismatch(_ expected: GraphQL.TypeReference, _ definition: GraphQL.TypeDefinition) -> String {
        switch expected.text {
        case "Int", "Int!":
            let size = exceedsInt32 ? "non 32-bit signed integer" : "non-integer"
            return "Int cannot represent \(size) value: \(text)"
        case "String", "String!", "[String]": return "String cannot represent a non string value: \(text)"
        case "Boolean", "Boolean!": return "Boolean cannot represent a non boolean value: \(text)"
        case "Float", "Float!": return "Float cannot represent non numeric value: \(text)"
        case "ID", "ID!": return "ID cannot represent a non-string and non-integer value: \(text)"
        default:
            if definition.kind == .enumeration {
                return "Enum \"\(expected.text)\" cannot represent non-enum value: \(text)."
            }
            return "Expected value of type \"\(expected.text)\", found \(text)."
        }
    }

    /// Whether the text is an integer that 32 bits cannot hold.
    private var exceedsInt32: Bool {
        let digits =
            raw.utf8.first == UInt8(ascii: "-") || raw.utf8.first == UInt8(ascii: "+") ? raw.dropFirst() : raw[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return false
        }
        return Int32(raw) == nil
    }
}
