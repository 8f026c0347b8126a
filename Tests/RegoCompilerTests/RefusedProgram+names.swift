extension RefusedProgram {
    /// Names that are declared twice, misused or hide others.
    static let names: [RefusedProgram] = [
        RefusedProgram(
            "p if { x := 1; some x; x == 1 }",
            #"""
            p.rego:2:21: error: var x assigned above [rego_compile_error]
              p if { x := 1; some x; x == 1 }
                                  ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "p if { some x; some x; x = 1 }",
            #"""
            p.rego:2:21: error: var x declared above [rego_compile_error]
              p if { some x; some x; x = 1 }
                                  ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "p if { some x, x; x = 1 }",
            #"""
            p.rego:2:16: error: var x declared above [rego_compile_error]
              p if { some x, x; x = 1 }
                             ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "p if { some x in [1]; some x in [2]; x > 0 }",
            #"""
            p.rego:2:23: error: var x declared above [rego_compile_error]
              p if { some x in [1]; some x in [2]; x > 0 }
                                    ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "p if { x := 1; [x] := [2] }",
            #"""
            p.rego:2:17: error: var x assigned above [rego_compile_error]
              p if { x := 1; [x] := [2] }
                              ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            #"p if { {"a": x, "b": x} := {"a": 1, "b": 1} }"#,
            #"""
            p.rego:2:22: error: var x assigned above [rego_compile_error]
              p if { {"a": x, "b": x} := {"a": 1, "b": 1} }
                                   ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "p if { print(x); x := 1 }",
            #"""
            p.rego:2:14: error: var x is unsafe [rego_unsafe_var_error]
              p if { print(x); x := 1 }
                           ^
            fix: give `x` a value in an expression that is not negated
            """#),
        RefusedProgram(
            "p if { y := x; x := 1; y == 1 }",
            #"""
            p.rego:2:16: error: var x referenced above [rego_compile_error]
              p if { y := x; x := 1; y == 1 }
                             ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "f(x) := 1 if x := 2",
            #"""
            p.rego:2:14: error: arg x redeclared [rego_compile_error]
              f(x) := 1 if x := 2
                           ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "f(x) := 1 if { some x; x = 2 }",
            #"""
            p.rego:2:21: error: arg x redeclared [rego_compile_error]
              f(x) := 1 if { some x; x = 2 }
                                  ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "f(x, y) := 1 if { [x, y] := [1, 2] }",
            #"""
            p.rego:2:20: error: arg x redeclared [rego_compile_error]
              f(x, y) := 1 if { [x, y] := [1, 2] }
                                 ^
            fix: give one of the two another name
            p.rego:2:23: error: arg y redeclared [rego_compile_error]
              f(x, y) := 1 if { [x, y] := [1, 2] }
                                    ^
            fix: give one of the two another name
            """#),
        RefusedProgram(
            "p if { some x, y; x = 1 }",
            #"""
            p.rego:2:16: error: declared var y unused [rego_compile_error]
              p if { some x, y; x = 1 }
                             ^
            fix: remove it or write `_`
            """#),
        RefusedProgram(
            #"p if every k, v in {"a": 1} { k == "a" }"#,
            #"""
            p.rego:2:15: error: declared var v unused [rego_compile_error]
              p if every k, v in {"a": 1} { k == "a" }
                            ^
            fix: remove it or write `_`
            """#),
        RefusedProgram(
            "p := [1 | some x]",
            #"""
            p.rego:2:16: error: declared var x unused [rego_compile_error]
              p := [1 | some x]
                             ^
            fix: remove it or write `_`
            """#),
        RefusedProgram(
            "p := {1 | some x; true}",
            #"""
            p.rego:2:16: error: declared var x unused [rego_compile_error]
              p := {1 | some x; true}
                             ^
            fix: remove it or write `_`
            """#),
        RefusedProgram(
            "p if { not x := 1; true }",
            #"""
            p.rego:2:8: error: cannot assign vars inside negated expression [rego_compile_error]
              p if { not x := 1; true }
                     ^
            fix: compare with `==`, or assign in an expression before
            """#),
        RefusedProgram(
            "p if { input := 1 }",
            #"""
            p.rego:2:8: error: variables must not shadow input (use a different variable name) [rego_compile_error]
              p if { input := 1 }
                     ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "p if { data := 1 }",
            #"""
            p.rego:2:8: error: variables must not shadow data (use a different variable name) [rego_compile_error]
              p if { data := 1 }
                     ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "p if { [input, x] := [1, 2]; x == 1 }",
            #"""
            p.rego:2:9: error: variables must not shadow input (use a different variable name) [rego_compile_error]
              p if { [input, x] := [1, 2]; x == 1 }
                      ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "p if { some input; input == 1 }",
            #"""
            p.rego:2:13: error: variables must not shadow input (use a different variable name) [rego_compile_error]
              p if { some input; input == 1 }
                          ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "p if { some input in [1]; input == 1 }",
            #"""
            p.rego:2:8: error: variables must not shadow input (use a different variable name) [rego_compile_error]
              p if { some input in [1]; input == 1 }
                     ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "p if every input in [1] { input == 1 }",
            #"""
            p.rego:2:12: error: variables must not shadow input (use a different variable name) [rego_compile_error]
              p if every input in [1] { input == 1 }
                         ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "p := [input | input := 1]",
            #"""
            p.rego:2:15: error: variables must not shadow input (use a different variable name) [rego_compile_error]
              p := [input | input := 1]
                            ^
            fix: rename the variable
            """#),
        RefusedProgram(
            "f(input) := 1",
            #"""
            p.rego:2:3: error: args must not shadow input (use a different variable name) [rego_compile_error]
              f(input) := 1
                ^
            fix: rename the argument
            """#),
        RefusedProgram(
            "f([data]) := 1",
            #"""
            p.rego:2:4: error: args must not shadow data (use a different variable name) [rego_compile_error]
              f([data]) := 1
                 ^
            fix: rename the argument
            """#),
        RefusedProgram(
            #"f({"a": input}) := 1"#,
            #"""
            p.rego:2:9: error: args must not shadow input (use a different variable name) [rego_compile_error]
              f({"a": input}) := 1
                      ^
            fix: rename the argument
            """#),
        RefusedProgram(
            "p if { input.x := 1 }",
            #"""
            p.rego:2:8: error: cannot assign to ref [rego_compile_error]
              p if { input.x := 1 }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { data.x := 1 }",
            #"""
            p.rego:2:8: error: cannot assign to ref [rego_compile_error]
              p if { data.x := 1 }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { x.y := 1; x = {} }",
            #"""
            p.rego:2:8: error: cannot assign to ref [rego_compile_error]
              p if { x.y := 1; x = {} }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { true := 1 }",
            #"""
            p.rego:2:8: error: cannot assign to boolean [rego_compile_error]
              p if { true := 1 }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { null := 1 }",
            #"""
            p.rego:2:8: error: cannot assign to null [rego_compile_error]
              p if { null := 1 }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { {1} := {1} }",
            #"""
            p.rego:2:8: error: cannot assign to set [rego_compile_error]
              p if { {1} := {1} }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { f(1) := 1 }\nf(x) := x",
            #"""
            p.rego:2:8: error: cannot assign to call [rego_compile_error]
              p if { f(1) := 1 }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { [x | x := 1] := [1] }",
            #"""
            p.rego:2:8: error: cannot assign to arraycomprehension [rego_compile_error]
              p if { [x | x := 1] := [1] }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { [input.a] := [1] }",
            #"""
            p.rego:2:9: error: cannot assign to ref [rego_compile_error]
              p if { [input.a] := [1] }
                      ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            #"p if { "a" := "a" }"#,
            #"""
            p.rego:2:8: error: cannot assign to string [rego_compile_error]
              p if { "a" := "a" }
                     ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "p if { (1 + 2) := 3 }",
            #"""
            p.rego:2:9: error: cannot assign to call [rego_compile_error]
              p if { (1 + 2) := 3 }
                      ^
            fix: `:=` gives a value to a new variable; to compare, write `==`
            """#),
        RefusedProgram(
            "data := 1",
            #"""
            p.rego:2:1: error: rules must not shadow data (use a different rule name) [rego_compile_error]
              data := 1
              ^
            fix: rename the rule
            """#),
        RefusedProgram(
            "input.x := 1",
            #"""
            p.rego:2:1: error: rules must not shadow input (use a different rule name) [rego_compile_error]
              input.x := 1
              ^
            fix: rename the rule
            """#),
        RefusedProgram(
            "data.foo contains 1",
            #"""
            p.rego:2:1: error: rules must not shadow data (use a different rule name) [rego_compile_error]
              data.foo contains 1
              ^
            fix: rename the rule
            """#),
        RefusedProgram(
            "import data.x as input\np := input.y",
            #"""
            p.rego:2:1: error: imports must not shadow input (use a different import name) [rego_compile_error]
              import data.x as input
              ^
            fix: choose another name behind `as`
            """#),
        RefusedProgram(
            "import data.a\nimport data.a\np := a",
            #"""
            p.rego:3:1: error: import must not shadow import data.a [rego_compile_error]
              import data.a
              ^
            fix: remove one of the two
            """#),
        RefusedProgram(
            "import data.a\nimport input.a\np := a",
            #"""
            p.rego:3:1: error: import must not shadow import data.a [rego_compile_error]
              import input.a
              ^
            fix: give it an alias: `as other_name`
            """#),
        RefusedProgram(
            "import data.a as b\nimport data.b\np := b",
            #"""
            p.rego:3:1: error: import must not shadow import data.a as b [rego_compile_error]
              import data.b
              ^
            fix: give it an alias: `as other_name`
            """#),
    ]
}
