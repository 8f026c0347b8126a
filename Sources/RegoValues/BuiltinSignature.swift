/// What the compiler must know of a builtin: its name, its types, how it is written and how it behaves.
public struct BuiltinSignature: Sendable, Hashable {
    public let name: String
    /// The operator that also calls it, such as `+`.
    public let infix: String?
    public let parameters: [BuiltinType]
    /// The type of any number of further arguments (only `print`).
    public let variadic: BuiltinType?
    /// nil for a builtin without a result (only `print` and its kind).
    public let result: BuiltinType?
    /// It may answer several times (only `walk`); its result is one of them.
    public let isRelation: Bool
    /// Its result depends on more than its arguments.
    public let isNondeterministic: Bool
    /// Refused in Rego v1.
    public let isDeprecated: Bool

    public var arity: Int { parameters.count }

    /// Reads one declaration, `NAME INFIX (TYPES) => TYPE` and marks, where `-` is no infix; nil for anything else.
    public init?(_ declaration: some StringProtocol) {
        let parts = Substring(declaration).split(separator: " ", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        var reader = BuiltinType.Reader(rest: parts[2])
        guard reader.take("(") else { return nil }
        if reader.take("any...)") {
            parameters = []
            variadic = .any
        } else {
            guard let types = reader.types(until: ")") else { return nil }
            parameters = types
            variadic = nil
        }
        guard reader.take(" => ") else { return nil }
        if reader.take("void") {
            result = nil
        } else {
            guard let type = reader.type() else { return nil }
            result = type
        }
        name = String(parts[0])
        infix = parts[1] == "-" && parts[0] != "minus" ? nil : String(parts[1])
        let marks = reader.rest.split(separator: " ")
        guard marks.allSatisfy({ ["relation", "nondeterministic", "deprecated"].contains($0) }) else { return nil }
        isRelation = marks.contains("relation")
        isNondeterministic = marks.contains("nondeterministic")
        isDeprecated = marks.contains("deprecated")
    }

    /// Every builtin of OPA, also those that the runtime lacks, by name.
    public static let all: [String: BuiltinSignature] = {
        let signatures = table.split(separator: "\n").compactMap { BuiltinSignature($0) }
        return Dictionary(signatures.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    /// The number of lines of the table, each of which must be readable (a test compares).
    static var tableCount: Int { table.split(separator: "\n").count }
}
