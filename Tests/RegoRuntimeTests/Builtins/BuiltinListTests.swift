import RegoValues
import Testing

@testable import RegoRuntime

struct BuiltinListTests {
    @Test func `every builtin that has a signature has code`() {
        // The compiler turns these into unification and constants.
        let compiled: Set = ["assign", "eq", "rego.metadata.chain", "rego.metadata.rule"]
        let known = Set(Builtins.byName.keys).union(LanguageBuiltins.all.map(\.name))
        #expect(BuiltinSignature.all.keys.filter { !known.contains($0) && !compiled.contains($0) }.sorted() == [])
        #expect(BuiltinSignature.all.count == 206)
    }

    @Test(arguments: [
        Call("all", "[[true, true]]", "true"), Call("all", "[[]]", "true"), Call("all", "[[true, 1]]", "false"),
        Call("all", #"[{"set": [true, false]}]"#, "false"), Call("any", "[[false, true]]", "true"),
        Call("any", "[[]]", "false"), Call("any", #"[{"set": [1]}]"#, "false"),
        Call("any", "[1]", "type: any: operand 1 must be one of {array, set} but got number"),
        Call("cast_array", #"[{"set": [2, 1]}]"#, "[1, 2]"), Call("cast_array", "[[2, 1]]", "[2, 1]"),
        Call("cast_array", "[{}]", "type: cast_array: operand 1 must be one of {array, set} but got object"),
        Call("cast_set", "[[2, 1, 1]]", "{1, 2}"), Call("cast_string", #"["a"]"#, #""a""#),
        Call("cast_string", "[1]", "type: cast_string: operand 1 must be string but got number"),
        Call("cast_boolean", "[false]", "false"), Call("cast_null", "[null]", "null"),
        Call("cast_object", "[{}]", "{}"),
        Call("cast_null", "[0]", "type: cast_null: operand 1 must be null but got number"),
        Call("set_diff", #"[{"set": [1, 2]}, {"set": [2]}]"#, "{1}"), Call("re_match", #"["^a", "ab"]"#, "true"),
        Call("net.cidr_overlap", #"["10.0.0.0/8", "10.1.2.3"]"#, "true"), Call("internal.test_case", "[[]]", "true"),
    ])
    func `builtins of old policies still answer`(_ call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }
}
