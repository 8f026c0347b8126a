import RegoCompiler
import RegoRuntime
import RegoSyntax
import Testing

/// A module that must be refused, with what is to be said.
struct Refusal: Sendable, CustomTestStringConvertible {
    var module: String
    var wanted: [String]
    var isStrict = false

    init(_ module: String, _ wanted: String..., strict: Bool = false) {
        self.module = module
        self.wanted = wanted
        isStrict = strict
    }

    var testDescription: String { module }
}

/// `line:column: message [code]` for each finding; the first line is the package.
func findings(_ module: String, strict: Bool = false) -> [String] {
    do throws(Diagnostics) {
        _ = try Program(
            modules: [SourceFile(name: "p.rego", text: "package test\n" + module)],
            options: CompilerOptions(isStrict: strict))
        return []
    } catch {
        return error.all.map { "\($0.location.line):\($0.location.column): \($0.message) [\($0.code)]" }
    }
}

struct RefusalTests {
    static let unsafe: [Refusal] = [
        Refusal("p if x", "2:6: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p := x", "2:6: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p contains x", "2:12: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p[x] := 1", "2:3: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p if x > 1", "2:6: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p if not x = 1", "2:10: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p if not q[x]\nq := {1}", "2:12: var x is unsafe [rego_unsafe_var_error]"),
        Refusal(
            "p if x = y", "2:6: var x is unsafe [rego_unsafe_var_error]",
            "2:10: var y is unsafe [rego_unsafe_var_error]"),
        Refusal("p if count(x) == 1", "2:12: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p if x + 1 = 2", "2:6: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p := [x | true]", "2:7: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p := {x: 1 | y := 2; y > 1}", "2:7: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p if every x in xs { x > 1 }", "2:17: var xs is unsafe [rego_unsafe_var_error]"),
        Refusal("p if every x in [1] { x > y }", "2:27: var y is unsafe [rego_unsafe_var_error]"),
        Refusal("p if input.x[i] == j", "2:20: var j is unsafe [rego_unsafe_var_error]"),
        Refusal("p if q with input as x\nq := 1", "2:22: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("f(x) := y", "2:9: var y is unsafe [rego_unsafe_var_error]"),
        Refusal("p if { some x; x > 1 }", "2:13: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p if { x == 1; x }", "2:8: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p := $\"{x}\"", "2:9: var x is unsafe [rego_unsafe_var_error]"),
        Refusal("p := 1 if false else := z", "2:25: var z is unsafe [rego_unsafe_var_error]"),
        Refusal("p if {x | x = {x | x = 1}} = {x}", "2:11: var x is unsafe [rego_unsafe_var_error]"),
    ]

    static let names: [Refusal] = [
        Refusal("p if { x := 1; x := 2 }", "2:16: var x assigned above [rego_compile_error]"),
        Refusal("p if { x = 1; x := 2 }", "2:15: var x referenced above [rego_compile_error]"),
        Refusal("p if { some x; x = 1; some x }", "2:28: var x declared above [rego_compile_error]"),
        Refusal("p if { some x; x := 1 }", "2:16: var x declared above [rego_compile_error]"),
        Refusal("p if { some x in [1]; x := 2 }", "2:23: var x declared above [rego_compile_error]"),
        Refusal("p if { some x }", "2:13: declared var x unused [rego_compile_error]"),
        Refusal("p if every x in [1] { true }", "2:12: declared var x unused [rego_compile_error]"),
        Refusal("p if not x := 1", "2:6: cannot assign vars inside negated expression [rego_compile_error]"),
        Refusal("p if input.x := 1", "2:6: cannot assign to ref [rego_compile_error]"),
        Refusal("p if 1 := 1", "2:6: cannot assign to number [rego_compile_error]"),
        Refusal("p if \"a\" := 1", "2:6: cannot assign to string [rego_compile_error]"),
        Refusal("p if { [x, x] := [1, 2] }", "2:12: var x assigned above [rego_compile_error]"),
        Refusal("p if { f := 1; f(2) }\nf(_) := 1", "2:16: called function f shadowed [rego_compile_error]"),
        Refusal("p if { x := 1 }", "2:8: assigned var x unused [rego_compile_error]", strict: true),
        Refusal(
            "f(x) := 1", "2:3: unused argument x. (hint: use _ (wildcard variable) instead) [rego_compile_error]",
            strict: true),
        Refusal("import data.a\np := 1", "2:1: import data.a unused [rego_compile_error]", strict: true),
        Refusal(
            "import data.a\nimport data.b.a\np := a",
            "3:1: import must not shadow import data.a [rego_compile_error]", strict: true),
    ]

    static let shadows: [Refusal] = [
        Refusal(
            "p if { input := 1; input > 0 }",
            "2:8: variables must not shadow input (use a different variable name) [rego_compile_error]"),
        Refusal(
            "f(data) := data",
            "2:3: args must not shadow data (use a different variable name) [rego_compile_error]"),
        Refusal(
            "p if { some data in [1]; data > 0 }",
            "2:8: variables must not shadow data (use a different variable name) [rego_compile_error]"),
        Refusal(
            "input := 1", "2:1: rules must not shadow input (use a different rule name) [rego_compile_error]"),
        Refusal(
            "import data.a\nimport data.b.a\np := a", "3:1: import must not shadow import data.a [rego_compile_error]"),
        Refusal(
            "p := all([true])",
            "2:6: deprecated built-in function calls in expression: all [rego_type_error]"),
    ]

    static let functions: [Refusal] = [
        Refusal("p := f(1)", "2:6: undefined function f [rego_type_error]"),
        Refusal("p := coutn([1])", "2:6: undefined function coutn [rego_type_error]"),
        Refusal("p := data.x.f(1)", "2:6: undefined function data.x.f [rego_type_error]"),
        Refusal("p := count()", "2:6: function count has arity 1, got 0 arguments [rego_type_error]"),
        Refusal("p := count([1], 2)", "2:6: function count has arity 1, got 2 arguments [rego_type_error]"),
        Refusal("p if count([1], 2, 3)", "2:6: function count has arity 1, got 3 arguments [rego_type_error]"),
        Refusal("f(x) := x\np := f(1, 2)", "3:6: function data.test.f has arity 1, got 2 arguments [rego_type_error]"),
        Refusal(
            "f(a, b) := a + b\np if f(1)", "3:6: function data.test.f has arity 2, got 1 argument [rego_type_error]"),
        Refusal("q := 1\np := q(1)", "3:6: undefined function data.test.q [rego_type_error]"),
    ]

    static let types: [Refusal] = [
        Refusal(
            "p := count(1)",
            "2:6: count: invalid argument(s): have (number), want (any<string, array[any], object[any: any], set[any]>) [rego_type_error]"
        ),
        Refusal(
            "p := 1 + \"a\"",
            "2:6: plus: invalid argument(s): have (number, string), want (number, number) [rego_type_error]"),
        Refusal(
            "q := \"a\"\np := q * 2",
            "3:6: mul: invalid argument(s): have (string, number), want (number, number) [rego_type_error]"),
        Refusal(
            "p := upper([x | x := 1])",
            "2:6: upper: invalid argument(s): have (array[number]), want (string) [rego_type_error]"),
        Refusal("p if 1 = \"a\"", "2:6: match error: left is number, right is string [rego_type_error]"),
        Refusal(
            "q := {\"a\": 1}\np := q.b",
            "3:6: undefined ref: data.test.q.b: object<a: number> has no such member [rego_type_error]"),
        Refusal("q := 1\np := q.b", "3:6: undefined ref: data.test.q.b: number has no such member [rego_type_error]"),
        Refusal(
            "q contains 1\np := q.x",
            "3:6: undefined ref: data.test.q.x: set[number] has no such member [rego_type_error]"),
        Refusal(
            "p if [1, 2] = [x]",
            "2:6: match error: left is array<number, number>, right is array<any> [rego_type_error]"),
        Refusal(
            "p if every x in [1] { startswith(x, \"a\") }",
            "2:23: startswith: invalid argument(s): have (number, string), want (string, string) [rego_type_error]"),
    ]

    static let rules: [Refusal] = [
        Refusal("p if p", "2:1: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]"),
        Refusal(
            "p if q\nq if p",
            "2:1: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p [rego_recursion_error]",
            "3:1: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q [rego_recursion_error]"),
        Refusal(
            "f(x) := f(x - 1)", "2:1: rule data.test.f is recursive: data.test.f -> data.test.f [rego_recursion_error]"),
        Refusal("p if not p", "2:1: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]"),
        Refusal(
            "p if data.test", "2:1: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]"),
        Refusal(
            "p if data.test[x]", "2:1: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]"
        ),
        Refusal("p := 1\np contains 1", "2:1: conflicting rules data.test.p found [rego_type_error]"),
        Refusal("p(x) := x\np(x, y) := x + y", "2:1: conflicting rules data.test.p found [rego_type_error]"),
        Refusal("p := 1\np(x) := x", "2:1: conflicting rules data.test.p found [rego_type_error]"),
        Refusal("p[x] := 1 if x := 2\np contains 1", "2:1: conflicting rules data.test.p found [rego_type_error]"),
        Refusal(
            "default p := 1\ndefault p := 2",
            "3:1: multiple default rules data.test.p found at p.rego:2, p.rego:3 [rego_type_error]"),
        Refusal("p := 1\np.q := 2", "2:1: rule data.test.p conflicts with [data.test.p.q] [rego_type_error]"),
    ]

    static let replacements: [Refusal] = [
        Refusal(
            "p if true with x as 1",
            "2:16: with keyword target must reference existing input, data, or a function [rego_type_error]"),
        Refusal(
            "q.r := 1\np if q.r with data.test.q.r.s as 1",
            "3:15: with keyword cannot partially replace virtual document(s) [rego_compile_error]"),
        Refusal(
            "p if true with walk as 1",
            "2:16: with keyword replacing built-in function: target must not be a relation [rego_compile_error]"),
        Refusal(
            "p if true with internal.member_2 as 1",
            "2:16: with keyword replacing built-in function: replacement of internal function \"internal.member_2\" invalid [rego_compile_error]"
        ),
    ]

    private func check(_ refusal: Refusal) {
        #expect(findings(refusal.module, strict: refusal.isStrict) == refusal.wanted)
    }

    @Test(arguments: unsafe) func `unsafe variables are refused`(_ refusal: Refusal) { check(refusal) }

    @Test(arguments: names) func `misused names are refused`(_ refusal: Refusal) { check(refusal) }

    @Test(arguments: shadows) func `names of documents are refused as variables`(_ refusal: Refusal) { check(refusal) }

    @Test(arguments: functions) func `wrong calls are refused`(_ refusal: Refusal) { check(refusal) }

    @Test(arguments: types) func `impossible types are refused`(_ refusal: Refusal) { check(refusal) }

    @Test(arguments: rules) func `rules that cannot stand are refused`(_ refusal: Refusal) { check(refusal) }

    @Test(arguments: replacements) func `impossible replacements are refused`(_ refusal: Refusal) { check(refusal) }

    @Test func `everything is reported, in order, with the line and a way out`() {
        let module = "package test\n\np := coutn([x])\n\nq if q\n"
        do {
            _ = try Program(modules: [SourceFile(name: "p.rego", text: module)])
            Issue.record("the program was not refused")
        } catch {
            #expect(
                error.rendered == """
                    p.rego:3:6: error: undefined function coutn [rego_type_error]
                      p := coutn([x])
                           ^
                    fix: did you mean `count`?
                    """)
        }
    }
}
