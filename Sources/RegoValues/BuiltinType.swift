/// A type in OPA's own model, as builtins declare them; printed in OPA's notation, such as `any<number, set[any]>`.
public indirect enum BuiltinType: Sendable, Hashable {
    case any, null, boolean, number, string
    /// The types of the first elements, then of all others, if there may be others.
    case array(fixed: [BuiltinType], others: BuiltinType?)
    /// The types of named members, then of all other keys and values, if there may be others.
    case object(fixed: [Member], others: OtherMembers?)
    case set(BuiltinType)
    /// One of several types.
    case anyOf([BuiltinType])

    public struct Member: Sendable, Hashable {
        public let key: String
        public let type: BuiltinType

        public init(key: String, type: BuiltinType) {
            self.key = key
            self.type = type
        }
    }

    public struct OtherMembers: Sendable, Hashable {
        public let key: BuiltinType
        public let value: BuiltinType

        public init(key: BuiltinType, value: BuiltinType) {
            self.key = key
            self.value = value
        }
    }
}

extension BuiltinType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .any: return "any"
        case .null: return "null"
        case .boolean: return "boolean"
        case .number: return "number"
        case .string: return "string"
        case .array(let fixed, let others):
            let first = fixed.isEmpty ? "" : "<\(fixed.map(\.description).joined(separator: ", "))>"
            return "array\(first)\(others.map { "[\($0)]" } ?? "")"
        case .object(let fixed, let others):
            let first = fixed.isEmpty ? "" : "<\(fixed.map { "\($0.key): \($0.type)" }.joined(separator: ", "))>"
            return "object\(first)\(others.map { "[\($0.key): \($0.value)]" } ?? "")"
        case .set(let element): return "set[\(element)]"
        case .anyOf(let types): return "any<\(types.map(\.description).joined(separator: ", "))>"
        }
    }
}

extension BuiltinType {
    /// Reads OPA's notation; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var reader = Reader(rest: Substring(text))
        guard let type = reader.type(), reader.rest.isEmpty else { return nil }
        self = type
    }

    struct Reader {
        var rest: Substring

        mutating func take(_ token: String) -> Bool {
            guard rest.hasPrefix(token) else { return false }
            rest = rest.dropFirst(token.count)
            return true
        }

        private mutating func word() -> Substring {
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest.dropFirst(word.count)
            return word
        }

        mutating func type() -> BuiltinType? {
            switch word() {
            case "null": return .null
            case "boolean": return .boolean
            case "number": return .number
            case "string": return .string
            case "any": return take("<") ? types(until: ">").map { .anyOf($0) } : .any
            case "array":
                guard let fixed = take("<") ? types(until: ">") : [] else { return nil }
                guard take("[") else { return .array(fixed: fixed, others: nil) }
                guard let others = type(), take("]") else { return nil }
                return .array(fixed: fixed, others: others)
            case "set":
                guard take("["), let element = type(), take("]") else { return nil }
                return .set(element)
            case "object": return object()
            default: return nil
            }
        }

        mutating func types(until end: String) -> [BuiltinType]? {
            var types: [BuiltinType] = []
            if take(end) { return types }
            repeat {
                guard let next = type() else { return nil }
                types.append(next)
            } while take(", ")
            return take(end) ? types : nil
        }

        private mutating func object() -> BuiltinType? {
            var fixed: [Member] = []
            if take("<") {
                repeat {
                    let key = String(word())
                    guard take(": "), let value = type() else { return nil }
                    fixed.append(Member(key: key, type: value))
                } while take(", ")
                guard take(">") else { return nil }
            }
            guard take("[") else { return .object(fixed: fixed, others: nil) }
            guard let key = type(), take(": "), let value = type(), take("]") else { return nil }
            return .object(fixed: fixed, others: OtherMembers(key: key, value: value))
        }
    }
}
