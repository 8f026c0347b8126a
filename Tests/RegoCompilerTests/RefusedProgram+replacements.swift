extension RefusedProgram {
    /// Replacements of what cannot be replaced.
    static let replacements: [RefusedProgram] = [
        RefusedProgram(
            "p if true with foo.bar as 1",
            #"""
            p.rego:2:16: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if true with foo.bar as 1
                             ^
            """#),
        RefusedProgram(
            "p if true with input as x",
            #"""
            p.rego:2:25: error: var x is unsafe [rego_unsafe_var_error]
              p if true with input as x
                                      ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if true with nput as 1",
            #"""
            p.rego:2:16: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if true with nput as 1
                             ^
            fix: did you mean `input`?
            """#),
        RefusedProgram(
            #"p if true with data.test.q.r as 1\#nq := {"r": 2}"#,
            #"""
            p.rego:2:16: error: with keyword cannot partially replace virtual document(s) [rego_compile_error]
              p if true with data.test.q.r as 1
                             ^
            fix: replace the whole of `data.test.q`
            """#),
        RefusedProgram(
            "p if true with test.q as 1\nq := 2",
            #"""
            p.rego:2:16: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if true with test.q as 1
                             ^
            """#),
        RefusedProgram(
            "p if true with coutn as 1",
            #"""
            p.rego:2:16: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if true with coutn as 1
                             ^
            fix: did you mean `count`?
            """#),
        RefusedProgram(
            "p if f(1) with f as g\nf(x) := x\ng(x, y) := x + y",
            #"""
            p.rego:2:21: error: data.test.f: arity mismatch: have 2, want 1 [rego_type_error]
              p if f(1) with f as g
                                  ^
            fix: replace it by a function of 1 argument, or by a value
            """#),
        RefusedProgram(
            "p if count([1]) with count as concat",
            #"""
            p.rego:2:31: error: count: arity mismatch: have 2, want 1 [rego_type_error]
              p if count([1]) with count as concat
                                            ^
            fix: replace it by a function of 1 argument, or by a value
            """#),
        RefusedProgram(
            "p if count([1]) with count as f\nf(x, y) := 1",
            #"""
            p.rego:2:31: error: count: arity mismatch: have 2, want 1 [rego_type_error]
              p if count([1]) with count as f
                                            ^
            fix: replace it by a function of 1 argument, or by a value
            """#),
        RefusedProgram(
            #"p if upper("a") with upper as data.test.f\#nf() := 1"#,
            #"""
            p.rego:2:31: error: upper: arity mismatch: have 0, want 1 [rego_type_error]
              p if upper("a") with upper as data.test.f
                                            ^
            fix: replace it by a function of 1 argument, or by a value
            """#),
        RefusedProgram(
            "p if true with eq as 1",
            #"""
            p.rego:2:16: error: with keyword replacing built-in function: replacement of "eq" invalid [rego_compile_error]
              p if true with eq as 1
                             ^
            """#),
        RefusedProgram(
            "p if true with print as 1",
            #"""
            p.rego:2:16: error: with keyword replacing built-in function: target must not be a void function [rego_compile_error]
              p if true with print as 1
                             ^
            """#),
        RefusedProgram(
            "p if true with rego.metadata.rule as 1",
            #"""
            p.rego:2:16: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if true with rego.metadata.rule as 1
                             ^
            """#),
        RefusedProgram(
            "p if true with rego.metadata.chain as 1",
            #"""
            p.rego:2:16: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if true with rego.metadata.chain as 1
                             ^
            """#),
        RefusedProgram(
            "p if true with walk as 2",
            #"""
            p.rego:2:16: error: with keyword replacing built-in function: target must not be a relation [rego_compile_error]
              p if true with walk as 2
                             ^
            """#),
        RefusedProgram(
            "p if true with data.test.f.x as 1\nf(a) := a",
            #"""
            p.rego:2:16: error: with keyword cannot partially replace virtual document(s) [rego_compile_error]
              p if true with data.test.f.x as 1
                             ^
            fix: replace the whole of `data.test.f`
            """#),
        RefusedProgram(
            #"p if { x := "a"; true with input[x] as 1 }"#,
            #"""
            p.rego:2:28: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if { x := "a"; true with input[x] as 1 }
                                         ^
            fix: the path of what is replaced has to be constant
            """#),
        RefusedProgram(
            #"p if { x := "a"; true with data[x] as 1 }"#,
            #"""
            p.rego:2:28: error: with keyword target must reference existing input, data, or a function [rego_type_error]
              p if { x := "a"; true with data[x] as 1 }
                                         ^
            fix: the path of what is replaced has to be constant
            """#),
        RefusedProgram(
            "p if true with input as count(1)",
            #"""
            p.rego:2:25: error: count: invalid argument(s): have (number), want (any<string, array[any], object[any: any], set[any]>) [rego_type_error]
              p if true with input as count(1)
                                      ^
            fix: the argument is of type number, not any<string, array[any], object[any: any], set[any]>
            """#),
    ]
}
