/// What stands in Rego v1 for each builtin that it no longer has.
enum DeprecatedBuiltins {
    static let replacements = [
        "all": "write `every x in xs { x }`, in a rule of its own",
        "any": "write `true in xs`",
        "cast_array": "test with `is_array`", "cast_boolean": "test with `is_boolean`",
        "cast_null": "test with `is_null`", "cast_object": "test with `is_object`",
        "cast_set": "write `{x | some x in xs}`", "cast_string": "test with `is_string`",
        "net.cidr_overlap": "use `net.cidr_contains`",
        "re_match": "use `regex.match`",
        "set_diff": "write `a - b`",
    ]
}
