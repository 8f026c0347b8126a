extension RefusedProgram {
    /// Variables that nothing gives a value to.
    static let unsafe: [RefusedProgram] = [
        RefusedProgram(
            "p contains f(x) if true\nf(a) := a",
            #"""
            p.rego:2:14: error: var x is unsafe [rego_unsafe_var_error]
              p contains f(x) if true
                           ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p[x][y] := 1 if x := 1",
            #"""
            p.rego:2:6: error: var y is unsafe [rego_unsafe_var_error]
              p[x][y] := 1 if x := 1
                   ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p.q[x].r contains y if x := 1",
            #"""
            p.rego:2:19: error: var y is unsafe [rego_unsafe_var_error]
              p.q[x].r contains y if x := 1
                                ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := {x} if true",
            #"""
            p.rego:2:7: error: var x is unsafe [rego_unsafe_var_error]
              p := {x} if true
                    ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            #"p := {"a": x}"#,
            #"""
            p.rego:2:12: error: var x is unsafe [rego_unsafe_var_error]
              p := {"a": x}
                         ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := [y | x := 1]",
            #"""
            p.rego:2:7: error: var y is unsafe [rego_unsafe_var_error]
              p := [y | x := 1]
                    ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := {y | x := 1; x > 0}",
            #"""
            p.rego:2:7: error: var y is unsafe [rego_unsafe_var_error]
              p := {y | x := 1; x > 0}
                    ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := {y: 1 | x := 1; x > 0}",
            #"""
            p.rego:2:7: error: var y is unsafe [rego_unsafe_var_error]
              p := {y: 1 | x := 1; x > 0}
                    ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if not x",
            #"""
            p.rego:2:10: error: var x is unsafe [rego_unsafe_var_error]
              p if not x
                       ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if not f(x)\nf(a) if a",
            #"""
            p.rego:2:12: error: var x is unsafe [rego_unsafe_var_error]
              p if not f(x)
                         ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if not input.a[x] == y",
            #"""
            p.rego:2:18: error: var x is unsafe [rego_unsafe_var_error]
              p if not input.a[x] == y
                               ^
            fix: give `x` a value in an expression that is not negated
            p.rego:2:24: error: var y is unsafe [rego_unsafe_var_error]
              p if not input.a[x] == y
                                     ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if count([y | y = input.x[i]; j > 1]) > 0",
            #"""
            p.rego:2:33: error: var j is unsafe [rego_unsafe_var_error]
              p if count([y | y = input.x[i]; j > 1]) > 0
                                              ^
            fix: give `j` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if every k, v in input { v > w }",
            #"""
            p.rego:2:12: error: declared var k unused [rego_compile_error]
              p if every k, v in input { v > w }
                         ^
            fix: remove it or write `_`
            """#),
        RefusedProgram(
            "p if every x in input.xs { y := z; x == y }",
            #"""
            p.rego:2:28: error: var y is unsafe [rego_unsafe_var_error]
              p if every x in input.xs { y := z; x == y }
                                         ^
            fix: give `y` a value in an expression that is not negated
            p.rego:2:33: error: var z is unsafe [rego_unsafe_var_error]
              p if every x in input.xs { y := z; x == y }
                                              ^
            fix: give `z` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { not y == 1; x := 1; x == 1 }",
            #"""
            p.rego:2:12: error: var y is unsafe [rego_unsafe_var_error]
              p if { not y == 1; x := 1; x == 1 }
                         ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := 1 if input.x else := y if input.z",
            #"""
            p.rego:2:27: error: var y is unsafe [rego_unsafe_var_error]
              p := 1 if input.x else := y if input.z
                                        ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "f(x) := y if input.z",
            #"""
            p.rego:2:9: error: var y is unsafe [rego_unsafe_var_error]
              f(x) := y if input.z
                      ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "f(x) := x if y > x",
            #"""
            p.rego:2:14: error: var y is unsafe [rego_unsafe_var_error]
              f(x) := x if y > x
                           ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "f(x) if not y == x",
            #"""
            p.rego:2:13: error: var y is unsafe [rego_unsafe_var_error]
              f(x) if not y == x
                          ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if q with input.a as x\nq := 1",
            #"""
            p.rego:2:24: error: var x is unsafe [rego_unsafe_var_error]
              p if q with input.a as x
                                     ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if q with data.foo as x\nq := 1",
            #"""
            p.rego:2:25: error: var x is unsafe [rego_unsafe_var_error]
              p if q with data.foo as x
                                      ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if f(1) with f as x\nf(_) := 1",
            #"""
            p.rego:2:21: error: var x is unsafe [rego_unsafe_var_error]
              p if f(1) with f as x
                                  ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            #"p := $"{x} and {1}""#,
            #"""
            p.rego:2:9: error: var x is unsafe [rego_unsafe_var_error]
              p := $"{x} and {1}"
                      ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            #"p := $"a {input.x + y}""#,
            #"""
            p.rego:2:21: error: var y is unsafe [rego_unsafe_var_error]
              p := $"a {input.x + y}"
                                  ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := inptu.x",
            #"""
            p.rego:2:6: error: var inptu is unsafe [rego_unsafe_var_error]
              p := inptu.x
                   ^
            fix: did you mean `input`?
            """#),
        RefusedProgram(
            #"p if inputt.user == "a""#,
            #"""
            p.rego:2:6: error: var inputt is unsafe [rego_unsafe_var_error]
              p if inputt.user == "a"
                   ^
            fix: did you mean `input`?
            """#),
        RefusedProgram(
            "p if alowed\nallowed := true",
            #"""
            p.rego:2:6: error: var alowed is unsafe [rego_unsafe_var_error]
              p if alowed
                   ^
            fix: did you mean `allowed`?
            """#),
        RefusedProgram(
            "p if x == y",
            #"""
            p.rego:2:6: error: var x is unsafe [rego_unsafe_var_error]
              p if x == y
                   ^
            fix: give `x` a value in an expression that is not negated
            p.rego:2:11: error: var y is unsafe [rego_unsafe_var_error]
              p if x == y
                        ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { x = y; y = z }",
            #"""
            p.rego:2:8: error: var x is unsafe [rego_unsafe_var_error]
              p if { x = y; y = z }
                     ^
            fix: give `x` a value in an expression that is not negated
            p.rego:2:12: error: var y is unsafe [rego_unsafe_var_error]
              p if { x = y; y = z }
                         ^
            fix: give `y` a value in an expression that is not negated
            p.rego:2:19: error: var z is unsafe [rego_unsafe_var_error]
              p if { x = y; y = z }
                                ^
            fix: give `z` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { x := y; x == 1 }",
            #"""
            p.rego:2:8: error: var x is unsafe [rego_unsafe_var_error]
              p if { x := y; x == 1 }
                     ^
            fix: give `x` a value in an expression that is not negated
            p.rego:2:13: error: var y is unsafe [rego_unsafe_var_error]
              p if { x := y; x == 1 }
                          ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { y = x + 1 }",
            #"""
            p.rego:2:8: error: var y is unsafe [rego_unsafe_var_error]
              p if { y = x + 1 }
                     ^
            fix: give `y` a value in an expression that is not negated
            p.rego:2:12: error: var x is unsafe [rego_unsafe_var_error]
              p if { y = x + 1 }
                         ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { f(x) == 1 }\nf(a) := a",
            #"""
            p.rego:2:10: error: var x is unsafe [rego_unsafe_var_error]
              p if { f(x) == 1 }
                       ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { x[0] == 1 }",
            #"""
            p.rego:2:8: error: var x is unsafe [rego_unsafe_var_error]
              p if { x[0] == 1 }
                     ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { x.y == 1 }",
            #"""
            p.rego:2:8: error: var x is unsafe [rego_unsafe_var_error]
              p if { x.y == 1 }
                     ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if input[x][y] == z",
            #"""
            p.rego:2:21: error: var z is unsafe [rego_unsafe_var_error]
              p if input[x][y] == z
                                  ^
            fix: give `z` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if x in [1]",
            #"""
            p.rego:2:6: error: var x is unsafe [rego_unsafe_var_error]
              p if x in [1]
                   ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { x in xs; xs = [1] }",
            #"""
            p.rego:2:8: error: var x is unsafe [rego_unsafe_var_error]
              p if { x in xs; xs = [1] }
                     ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if some x in xs",
            #"""
            p.rego:2:6: error: var x is unsafe [rego_unsafe_var_error]
              p if some x in xs
                   ^
            fix: give `x` a value in an expression that is not negated
            p.rego:2:16: error: var xs is unsafe [rego_unsafe_var_error]
              p if some x in xs
                             ^
            fix: give `xs` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { some x in input.xs; y == x }",
            #"""
            p.rego:2:28: error: var y is unsafe [rego_unsafe_var_error]
              p if { some x in input.xs; y == x }
                                         ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { some i; input.xs[i] == y }",
            #"""
            p.rego:2:31: error: var y is unsafe [rego_unsafe_var_error]
              p if { some i; input.xs[i] == y }
                                            ^
            fix: give `y` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { walk(x, [path, value]) }",
            #"""
            p.rego:2:13: error: var x is unsafe [rego_unsafe_var_error]
              p if { walk(x, [path, value]) }
                          ^
            fix: give `x` a value in an expression that is not negated
            p.rego:2:17: error: var path is unsafe [rego_unsafe_var_error]
              p if { walk(x, [path, value]) }
                              ^
            fix: give `path` a value in an expression that is not negated
            p.rego:2:23: error: var value is unsafe [rego_unsafe_var_error]
              p if { walk(x, [path, value]) }
                                    ^
            fix: give `value` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if print(x)",
            #"""
            p.rego:2:12: error: var x is unsafe [rego_unsafe_var_error]
              p if print(x)
                         ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if json.unmarshal(x).y == 1",
            #"""
            p.rego:2:21: error: var x is unsafe [rego_unsafe_var_error]
              p if json.unmarshal(x).y == 1
                                  ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            #"p if { {"a": x} == {"a": 1} }"#,
            #"""
            p.rego:2:14: error: var x is unsafe [rego_unsafe_var_error]
              p if { {"a": x} == {"a": 1} }
                           ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { [x, 1] == [1, 1] }",
            #"""
            p.rego:2:9: error: var x is unsafe [rego_unsafe_var_error]
              p if { [x, 1] == [1, 1] }
                      ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            #"p if { {x: 1} = {"a": 1} }"#,
            #"""
            p.rego:2:9: error: var x is unsafe [rego_unsafe_var_error]
              p if { {x: 1} = {"a": 1} }
                      ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { {x} = {1} }",
            #"""
            p.rego:2:9: error: var x is unsafe [rego_unsafe_var_error]
              p if { {x} = {1} }
                      ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p := x if false else := 1",
            #"""
            p.rego:2:6: error: var x is unsafe [rego_unsafe_var_error]
              p := x if false else := 1
                   ^
            fix: give `x` a value in an expression that is not negated
            """#),
    ]
}
