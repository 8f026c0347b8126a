/// The functions that conditions may call: pure, deterministic, and the same in every OPA.
struct ConditionFunction: Sendable {
    let name: String
    let arguments: [ValueType]
    let result: ValueType
    /// Whether it always has a result for arguments of these types.
    let isTotal: Bool

    private init(_ name: String, _ arguments: [ValueType], _ result: ValueType, total: Bool = false) {
        self.name = name
        self.arguments = arguments
        self.result = result
        isTotal = total
    }

    static let all: [String: ConditionFunction] = Dictionary(
        (texts + numbers + collections + types + others).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let texts = [
        ConditionFunction("startswith", [.string, .string], .boolean, total: true),
        ConditionFunction("endswith", [.string, .string], .boolean, total: true),
        ConditionFunction("contains", [.string, .string], .boolean, total: true),
        ConditionFunction("lower", [.string], .string, total: true),
        ConditionFunction("upper", [.string], .string, total: true),
        ConditionFunction("trim", [.string, .string], .string, total: true),
        ConditionFunction("trim_prefix", [.string, .string], .string, total: true),
        ConditionFunction("trim_suffix", [.string, .string], .string, total: true),
        ConditionFunction("trim_space", [.string], .string, total: true),
        ConditionFunction("split", [.string, .string], .array(.string), total: true),
        ConditionFunction("concat", [.string, .array(.string)], .string),
        ConditionFunction("replace", [.string, .string, .string], .string, total: true),
        ConditionFunction("indexof", [.string, .string], .number),
        ConditionFunction("substring", [.string, .number, .number], .string),
        ConditionFunction("sprintf", [.string, .array(.unknown)], .string),
        ConditionFunction("strings.any_prefix_match", [.unknown, .unknown], .boolean),
        ConditionFunction("strings.any_suffix_match", [.unknown, .unknown], .boolean),
        ConditionFunction("strings.count", [.string, .string], .number),
        ConditionFunction("regex.match", [.string, .string], .boolean),
        ConditionFunction("glob.match", [.string, .unknown, .string], .boolean),
    ]

    private static let numbers = [
        ConditionFunction("abs", [.number], .number, total: true),
        ConditionFunction("ceil", [.number], .number, total: true),
        ConditionFunction("floor", [.number], .number, total: true),
        ConditionFunction("round", [.number], .number, total: true),
        ConditionFunction("to_number", [.unknown], .number),
    ]

    private static let collections = [
        ConditionFunction("count", [.unknown], .number),
        ConditionFunction("sum", [.unknown], .number),
        ConditionFunction("max", [.unknown], .unknown),
        ConditionFunction("min", [.unknown], .unknown),
        ConditionFunction("object.get", [.unknown, .unknown, .unknown], .unknown),
        ConditionFunction("object.keys", [.object], .set(.string), total: true),
        ConditionFunction("array.concat", [.array(.unknown), .array(.unknown)], .array(.unknown)),
        ConditionFunction("array.slice", [.array(.unknown), .number, .number], .array(.unknown)),
    ]

    private static let types = [
        ConditionFunction("is_string", [.unknown], .boolean, total: true),
        ConditionFunction("is_number", [.unknown], .boolean, total: true),
        ConditionFunction("is_boolean", [.unknown], .boolean, total: true),
        ConditionFunction("is_array", [.unknown], .boolean, total: true),
        ConditionFunction("is_object", [.unknown], .boolean, total: true),
        ConditionFunction("is_null", [.unknown], .boolean, total: true),
        ConditionFunction("type_name", [.unknown], .string, total: true),
    ]

    private static let others = [
        ConditionFunction("net.cidr_contains", [.string, .string], .boolean),
        ConditionFunction("semver.compare", [.string, .string], .number),
        ConditionFunction("time.clock", [.unknown], .array(.number)),
        ConditionFunction("time.date", [.unknown], .array(.number)),
        ConditionFunction("time.weekday", [.unknown], .string),
        ConditionFunction("time.parse_rfc3339_ns", [.string], .number),
        ConditionFunction("time.parse_duration_ns", [.string], .number),
    ]
}
