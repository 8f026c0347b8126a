import RegoValues

/// What OPA keeps for old policies. Rego v1 refuses calls of these when it compiles.
enum DeprecatedBuiltins {
    static let family: Builtins.Family = [
        .init("all", all), .init("any", any), .init("cast_array", castArray), .init("cast_set", castSet),
        .init("cast_string", { a, _ throws(BuiltinError) in try a.string(0) }),
        .init("cast_boolean", { a, _ throws(BuiltinError) in try a.of(.boolean, 0) }),
        .init("cast_null", { a, _ throws(BuiltinError) in try a.of(.null, 0) }),
        .init("cast_object", { a, _ throws(BuiltinError) in try a.object(0) }),
        .init(
            "set_diff",
            { a, context throws(BuiltinError) in SetBuiltins.difference(try a.set(0), try a.set(1), context.heap) }
        ),
        .init("re_match", RegexBuiltins.match), .init("net.cidr_overlap", NetBuiltins.contains),
        .init(
            "internal.test_case",
            { a, _ throws(BuiltinError) in
                _ = try a.array(0); return .true
            }
        ),
    ]

    private static func collection(_ a: Arguments) throws(BuiltinError) -> UnsafeBufferPointer<Value> {
        guard a[0].kind == .array || a[0].kind == .set else { throw .wrongType(0, a[0], ["array", "set"]) }
        return a[0].elements
    }

    private static func isTrue(_ value: Value) -> Bool { value.kind == .boolean && Value.compare(value, .true) == 0 }

    static func all(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        .boolean(try collection(a).allSatisfy(isTrue))
    }

    static func any(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        .boolean(try collection(a).contains(where: isTrue))
    }

    static func castArray(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        a[0].kind == .array ? a[0] : context.heap.array(try collection(a))
    }

    static func castSet(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        a[0].kind == .set ? a[0] : context.heap.set(try collection(a))
    }
}
