import RegoValues

extension GraphQL {
    /// Reads syntax trees that were given as Rego objects. Members that are absent or null are empty; a selection that
    /// reads as a field is a field, even if it was printed from a fragment: OPA does so, and it refuses more.
    struct Decoder {
        private var depth = 0

        static func query(_ value: Value) throws(Failure) -> QueryDocument {
            var decoder = Decoder()
            return QueryDocument(
                operations: try decoder.list(value, "Operations") { (d, v) throws(Failure) in try d.operation(v) },
                fragments: try decoder.list(value, "Fragments") { (d, v) throws(Failure) in try d.fragment(v) },
                comments: try decoder.comments(value, "Comment"))
        }

        static func schema(_ value: Value) throws(Failure) -> SchemaDocument {
            var d = Decoder()
            return SchemaDocument(
                schema: try d.list(value, "Schema") { (d, v) throws(Failure) in try d.schema(v) },
                schemaExtensions: try d.list(value, "SchemaExtension") { (d, v) throws(Failure) in try d.schema(v) },
                directives: try d.list(value, "Directives") { (d, v) throws(Failure) in try d.directiveDefinition(v) },
                definitions: try d.list(value, "Definitions") { (d, v) throws(Failure) in try d.typeDefinition(v) },
                extensions: try d.list(value, "Extensions") { (d, v) throws(Failure) in try d.typeDefinition(v) },
                comments: try d.comments(value, "Comment"))
        }

        // MARK: Members

        /// A member by its name, or by its name in another case, as Go reads JSON; undefined for null.
        private func member(_ node: Value, _ key: StaticString) -> Value {
            var found = node.lookup(key)
            if found.isUndefined {
                let wanted = "\(key)".lowercased()
                found = node.entries.first { $0.key.string?.lowercased() == wanted }?.value ?? .undefined
            }
            return found.kind == .null ? .undefined : found
        }

        private func mismatch(_ value: Value, _ key: StaticString, _ wanted: String) -> Failure {
            let got = value.kind == .boolean ? "bool" : value.kind == .set ? "array" : value.kind.name
            return Failure(
                message: "json: cannot unmarshal \(got) into Go struct field .\(key) of type \(wanted)", position: nil)
        }

        func text(_ node: Value, _ key: StaticString) throws(Failure) -> String {
            let value = member(node, key)
            if value.isUndefined { return "" }
            guard let text = value.string else { throw mismatch(value, key, "string") }
            return text
        }

        func flag(_ node: Value, _ key: StaticString) throws(Failure) -> Bool {
            let value = member(node, key)
            if value.isUndefined { return false }
            guard let flag = value.boolValue else { throw mismatch(value, key, "bool") }
            return flag
        }

        func texts(_ node: Value, _ key: StaticString) throws(Failure) -> [String] {
            let value = member(node, key)
            if value.isUndefined { return [] }
            guard value.kind == .array || value.kind == .set else { throw mismatch(value, key, "[]string") }
            var result: [String] = []
            for element in value.elements {
                guard let text = element.string else { throw mismatch(element, key, "string") }
                result.append(text)
            }
            return result
        }

        mutating func list<Node>(
            _ node: Value, _ key: StaticString, _ read: (inout Decoder, Value) throws(Failure) -> Node
        ) throws(Failure) -> [Node] {
            let value = member(node, key)
            if value.isUndefined { return [] }
            guard value.kind == .array || value.kind == .set else { throw mismatch(value, key, "list") }
            depth += 1
            defer { depth -= 1 }
            guard depth <= depthLimit else {
                throw Failure(message: "document is nested more than \(depthLimit) levels deep", position: nil)
            }
            var result: [Node] = []
            for element in value.elements {
                guard element.kind == .object else { throw mismatch(element, key, "object") }
                result.append(try read(&self, element))
            }
            return result
        }

        func comments(_ node: Value, _ key: StaticString) throws(Failure) -> Comments {
            let group = member(node, key)
            if group.isUndefined { return [] }
            guard group.kind == .object else { throw mismatch(group, key, "ast.CommentGroup") }
            var decoder = Decoder()
            return try decoder.list(group, "List") { (d, v) throws(Failure) in try d.text(v, "Value") }
        }

        func definitionComments(_ node: Value) throws(Failure) -> DefinitionComments {
            DefinitionComments(
                beforeDescription: try comments(node, "BeforeDescriptionComment"),
                afterDescription: try comments(node, "AfterDescriptionComment"),
                end: try comments(node, "EndOfDefinitionComment"))
        }

        // MARK: Values and types

        mutating func optionalLiteral(_ node: Value, _ key: StaticString) throws(Failure) -> Literal? {
            let value = member(node, key)
            if value.isUndefined { return nil }
            guard value.kind == .object else { throw mismatch(value, key, "ast.Value") }
            let code = member(value, "Kind")
            guard let number = code.isUndefined ? 0 : code.int64, let kind = Literal.Kind(rawValue: Int(number)) else {
                throw mismatch(code, "Kind", "ast.ValueKind")
            }
            let children = try list(value, "Children") { (d, v) throws(Failure) in
                Literal.Child(
                    name: try d.text(v, "Name"), value: try d.literal(v), comments: try d.comments(v, "Comment"))
            }
            let literal = Literal(
                kind, try text(value, "Raw"), children: children, comments: try comments(value, "Comment"))
            literal.expectedTypeHasDefault = try flag(value, "ExpectedTypeHasDefault")
            return literal
        }

        private mutating func literal(_ node: Value) throws(Failure) -> Literal {
            guard let literal = try optionalLiteral(node, "Value") else {
                throw Failure(message: "an argument, list element or input field has no Value", position: nil)
            }
            return literal
        }

        mutating func type(_ node: Value, _ key: StaticString = "Type") throws(Failure) -> TypeReference {
            let value = member(node, key)
            guard value.kind == .object else {
                if value.isUndefined { throw Failure(message: "a definition has no \(key)", position: nil) }
                throw mismatch(value, key, "ast.Type")
            }
            depth += 1
            defer { depth -= 1 }
            guard depth <= depthLimit else {
                throw Failure(message: "document is nested more than \(depthLimit) levels deep", position: nil)
            }
            let name = try text(value, "NamedType")
            let element = name.isEmpty ? try type(value, "Elem") : nil
            return TypeReference(name: name, element: element, isNonNull: try flag(value, "NonNull"))
        }

        mutating func arguments(_ node: Value) throws(Failure) -> [Argument] {
            try list(node, "Arguments") { (d, v) throws(Failure) in
                Argument(name: try d.text(v, "Name"), value: try d.literal(v), comments: try d.comments(v, "Comment"))
            }
        }

        mutating func directives(_ node: Value) throws(Failure) -> [Directive] {
            try list(node, "Directives") { (d, v) throws(Failure) in
                Directive(
                    name: try d.text(v, "Name"), arguments: try d.arguments(v), location: try d.text(v, "Location"))
            }
        }
    }
}
