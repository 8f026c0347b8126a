import RegoValues

/// `==`, `<` and their kin.
enum ComparisonBuiltins {
    static let family: Builtins.Family = [
        .init("eq", equal), .init("equal", equal), .init("neq", notEqual), .init("lt", less), .init("lte", lessOrEqual),
        .init("gt", greater), .init("gte", greaterOrEqual),
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
}
