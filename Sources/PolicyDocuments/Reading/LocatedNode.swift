package import RegoSyntax

/// A piece of a policy document that knows its place: what YAML and JSON have in common.
package struct LocatedNode: Sendable {
    package enum Kind: Sendable {
        case null
        case boolean(Bool)
        /// The JSON number as written.
        case number(String)
        case string(String)
        case list([LocatedNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package let key: String
        package let keyLocation: SourceLocation
        package let value: LocatedNode
    }

    package let kind: Kind
    package let location: SourceLocation

    /// The value of member `name`, when this is a mapping that has it.
    package subscript(name name: String) -> LocatedNode? {
        entry(name)?.value
    }

    package func entry(_ name: String) -> Entry? {
        entries.first { $0.key == name }
    }

    /// Members in the order they were written; empty for other kinds.
    package var entries: [Entry] {
        if case .mapping(let entries) = kind { entries } else { [] }
    }

    /// Elements in the order they were written; empty for other kinds.
    package var elements: [LocatedNode] {
        if case .list(let elements) = kind { elements } else { [] }
    }

    package var string: String? {
        if case .string(let text) = kind { text } else { nil }
    }

    package var boolean: Bool? {
        if case .boolean(let value) = kind { value } else { nil }
    }

    package var number: ExactDecimal? {
        if case .number(let text) = kind { ExactDecimal(text) } else { nil }
    }

    package var integer: Int? {
        if case .number(let text) = kind { Int(text) } else { nil }
    }

    /// The strings of a list, with their places; other elements are left out.
    package var strings: [Located<String>] {
        elements.compactMap { node in node.string.map { Located($0, at: node.location) } }
    }

    /// How a message calls this kind: `a string`, `a list`.
    package var description: String {
        switch kind {
        case .null: "nothing"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A value and the place where it was written.
package struct Located<Value: Sendable>: Sendable {
    package let value: Value
    package let location: SourceLocation

    package init(_ value: Value, at location: SourceLocation) {
        self.value = value
        self.location = location
    }
}
