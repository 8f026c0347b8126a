extension RefusedProgram {
    /// Names without a use, under `isStrict`.
    static let strict: [RefusedProgram] = [
        RefusedProgram(
            "p if { x := 1; true }",
            #"""
            p.rego:2:8: error: assigned var x unused [rego_compile_error]
              p if { x := 1; true }
                     ^
            fix: remove the assignment
            """#),
        RefusedProgram(
            "p if { [x, y] := [1, 2]; x == 1 }",
            #"""
            p.rego:2:12: error: assigned var y unused [rego_compile_error]
              p if { [x, y] := [1, 2]; x == 1 }
                         ^
            fix: remove the assignment
            """#),
        RefusedProgram(
            "p := [1 | x := 2]",
            #"""
            p.rego:2:11: error: assigned var x unused [rego_compile_error]
              p := [1 | x := 2]
                        ^
            fix: remove the assignment
            """#),
        RefusedProgram(
            "f(x) := 1",
            #"""
            p.rego:2:3: error: unused argument x. (hint: use _ (wildcard variable) instead) [rego_compile_error]
              f(x) := 1
                ^
            """#),
        RefusedProgram(
            "f(x, y) := x",
            #"""
            p.rego:2:6: error: unused argument y. (hint: use _ (wildcard variable) instead) [rego_compile_error]
              f(x, y) := x
                   ^
            """#),
        RefusedProgram(
            "f([x, y]) := x",
            #"""
            p.rego:2:7: error: unused argument y. (hint: use _ (wildcard variable) instead) [rego_compile_error]
              f([x, y]) := x
                    ^
            """#),
        RefusedProgram(
            #"f({"a": x}) := 1"#,
            #"""
            p.rego:2:9: error: unused argument x. (hint: use _ (wildcard variable) instead) [rego_compile_error]
              f({"a": x}) := 1
                      ^
            """#),
        RefusedProgram(
            "p if every x in [1] { y := x }",
            #"""
            p.rego:2:23: error: assigned var y unused [rego_compile_error]
              p if every x in [1] { y := x }
                                    ^
            fix: remove the assignment
            """#),
        RefusedProgram(
            "p if { some x in [1]; y := x }",
            #"""
            p.rego:2:23: error: assigned var y unused [rego_compile_error]
              p if { some x in [1]; y := x }
                                    ^
            fix: remove the assignment
            """#),
        RefusedProgram(
            "import data.a\nimport input.b\np := b",
            #"""
            p.rego:2:1: error: import data.a unused [rego_compile_error]
              import data.a
              ^
            fix: remove it
            """#),
        RefusedProgram(
            "import data.a.b as c\np := 1",
            #"""
            p.rego:2:1: error: import data.a.b as c unused [rego_compile_error]
              import data.a.b as c
              ^
            fix: remove it
            """#),
        RefusedProgram(
            "import data.roles\nroles := 1\np := roles",
            #"""
            p.rego:3:1: error: rule roles is hidden by import data.roles of this file [rego_compile_error]
              roles := 1
              ^
            fix: rename the rule, or give the import an alias
            """#),
        RefusedProgram(
            "import data.other.p\np := 1",
            #"""
            p.rego:2:1: error: import data.other.p unused [rego_compile_error]
              import data.other.p
              ^
            fix: remove it
            p.rego:3:1: error: rule p is hidden by import data.other.p of this file [rego_compile_error]
              p := 1
              ^
            fix: rename the rule, or give the import an alias
            """#),
        RefusedProgram(
            "p if { x := 1; not input.y }",
            #"""
            p.rego:2:8: error: assigned var x unused [rego_compile_error]
              p if { x := 1; not input.y }
                     ^
            fix: remove the assignment
            """#),
    ]
}
