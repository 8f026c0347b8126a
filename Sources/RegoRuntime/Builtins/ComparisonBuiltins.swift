import RegoValues

/// `==`, `<` and their kin, and `in`.
enum ComparisonBuiltins {
    static let family: Builtins.Family = [
        ("eq", equal), ("equal", equal), ("neq", notEqual), ("lt", less), ("lte", lessOrEqual), ("gt", greater),
        ("gte", greaterOrEqual), ("internal.member_2", member), ("internal.member_3", memberWithKey),
    ]

    static func equal(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0] == a[1]) }
    static func notEqual(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0] != a[1]) }
    static func less(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(Value.compare(a[0], a[1]) < 0) }
    static func lessOrEqual(_ a: Arguments, _ context: BuiltinContext) -> Value {
        .boolean(Value.compare(a[0], a[1]) <= 0)
    }
    static func greater(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(Value.compare(a[0], a[1]) > 0) }
    static func greaterOrEqual(_ a: Arguments, _ context: BuiltinContext) -> Value {
        .boolean(Value.compare(a[0], a[1]) >= 0)
    }

    /// Whether a value is an element of an array or set, or a value of an object.
    static func member(_ a: Arguments, _ context: BuiltinContext) -> Value {
        switch a[1].kind {
        case .set: .boolean(a[1].contains(a[0]))
        case .array: .boolean(a[1].elements.contains { $0 == a[0] })
        case .object: .boolean(a[1].entries.contains { $0.value == a[0] })
        default: .false
        }
    }

    static func memberWithKey(_ a: Arguments, _ context: BuiltinContext) -> Value {
        switch a[2].kind {
        case .set: .boolean(a[2].contains(a[0]) && a[0] == a[1])
        case .array, .object: .boolean(a[2].lookup(a[0]) == a[1])
        default: .false
        }
    }
}
