internal import RegoSyntax
internal import RegoValues

/// The type that a JSON Schema stands for, as OPA derives it: an object with `properties` has these members and no
/// others, whatever `additionalProperties` says; `enum`, `oneOf`, `not` and conditions say nothing.
///
/// Source: OPA's documentation, "Type Checking", sections on translating schemas and on composition keywords.
struct SchemaTypes {
    let type: BuiltinType
    /// Schemas inside of each other; those that refer to themselves are `any` below it.
    private static let maximumDepth = 48

    init(_ schema: Term) throws(SchemaError) {
        var reader = Reader(root: schema)
        type = try reader.type(schema, 0)
    }

    private struct Reader {
        let root: Term
        private var running: Set<String> = []

        init(root: Term) { self.root = root }

        mutating func type(_ schema: Term, _ depth: Int) throws(SchemaError) -> BuiltinType {
            guard depth < SchemaTypes.maximumDepth else { return .any }
            switch schema.kind {
            case .boolean: return .any
            case .object: break
            default: throw SchemaError(message: "a schema has to be an object or a boolean")
            }
            if case .string(let reference)? = schema.member("$ref")?.kind {
                guard running.insert(reference).inserted else { return .any }
                defer { running.remove(reference) }
                return try type(try target(of: reference), depth + 1)
            }
            var parts = [try ownType(schema, depth)]
            if case .array(let all)? = schema.member("allOf")?.kind {
                for part in all { parts.append(try type(part, depth + 1)) }
            }
            let base = try Self.merge(parts)
            guard case .array(let options)? = schema.member("anyOf")?.kind, !options.isEmpty else { return base }
            var types: [BuiltinType] = []
            for option in options { types.append(try Self.merge([base, try type(option, depth + 1)])) }
            return .union(types)
        }

        private mutating func ownType(_ schema: Term, _ depth: Int) throws(SchemaError) -> BuiltinType {
            switch schema.member("type")?.kind {
            case .string(let name)?: return try type(named: name, schema, depth)
            case .array(let names)?:
                var types: [BuiltinType] = []
                for case .string(let name) in names.map(\.kind) { types.append(try type(named: name, schema, depth)) }
                return .union(types)
            case nil:
                if schema.member("properties") != nil { return try type(named: "object", schema, depth) }
                if schema.member("items") != nil { return try type(named: "array", schema, depth) }
                return .any
            default: throw SchemaError(message: "`type` of a schema has to be a name or a list of names")
            }
        }

        private mutating func type(named name: String, _ schema: Term, _ depth: Int) throws(SchemaError) -> BuiltinType
        {
            switch name {
            case "null": return .null
            case "boolean": return .boolean
            case "number", "integer": return .number
            case "string": return .string
            case "array":
                switch schema.member("items")?.kind {
                case nil, .boolean?: return .array(fixed: [], others: .any)
                case .array(let items)?:
                    var types: [BuiltinType] = []
                    for item in items { types.append(try type(item, depth + 1)) }
                    return .array(fixed: types, others: nil)
                default:
                    guard let items = schema.member("items") else { return .any }
                    return .array(fixed: [], others: try type(items, depth + 1))
                }
            case "object":
                guard case .object(let properties)? = schema.member("properties")?.kind, !properties.isEmpty else {
                    return .anyObject
                }
                var members: [BuiltinType.Member] = []
                for property in properties {
                    guard case .string(let key) = property.key.kind else { continue }
                    members.append(BuiltinType.Member(key: key, type: try type(property.value, depth + 1)))
                }
                return .object(fixed: members.sorted { $0.key < $1.key }, others: nil)
            default:
                let near = NearMiss.of(name, among: SchemaTypes.names).map { ": did you mean `\($0)`?" } ?? ""
                throw SchemaError(message: "schemas have no type `\(name)`\(near)")
            }
        }

        /// `#` or `#/a/b`, by JSON Pointer.
        private func target(of reference: String) throws(SchemaError) -> Term {
            guard reference.hasPrefix("#") else {
                throw SchemaError(message: "`\(reference)` is a remote reference, which is not fetched")
            }
            var current = root
            for step in reference.dropFirst().split(separator: "/", omittingEmptySubsequences: true) {
                let name = Self.unescaped(String(step))
                var next = current.member(name)
                if case .array(let items) = current.kind, let index = Int(name), items.indices.contains(index) {
                    next = items[index]
                }
                guard let next else {
                    throw SchemaError(message: "`\(reference)` refers to nothing in the schema")
                }
                current = next
            }
            return current
        }

        /// `~1` is a slash and `~0` a tilde.
        private static func unescaped(_ step: String) -> String {
            step.split(separator: "~1", omittingEmptySubsequences: false).map { part in
                part.split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
            }.joined(separator: "/")
        }

        /// What is of all these types at once.
        private static func merge(_ types: [BuiltinType]) throws(SchemaError) -> BuiltinType {
            var merged = BuiltinType.any
            for type in types { merged = try merge(merged, type) }
            return merged
        }

        private static func merge(_ a: BuiltinType, _ b: BuiltinType) throws(SchemaError) -> BuiltinType {
            if a == .any || a == b { return b }
            if b == .any { return a }
            guard case .object(let x, let others) = a, case .object(let y, let more) = b else {
                throw SchemaError(message: "unable to merge these schemas: nothing is both \(a) and \(b)")
            }
            if x.isEmpty, others != nil { return b }
            if y.isEmpty, more != nil { return a }
            var members = x
            for member in y {
                if let index = members.firstIndex(where: { $0.key == member.key }) {
                    members[index] = BuiltinType.Member(
                        key: member.key, type: try merge(members[index].type, member.type))
                } else {
                    members.append(member)
                }
            }
            return .object(fixed: members.sorted { $0.key < $1.key }, others: nil)
        }
    }

    private static let names = ["array", "boolean", "integer", "null", "number", "object", "string"]
}

extension Term {
    /// The object member of this name.
    func member(_ name: String) -> Term? {
        guard case .object(let entries) = kind else { return nil }
        for entry in entries {
            if case .string(let key) = entry.key.kind, key == name { return entry.value }
        }
        return nil
    }
}
