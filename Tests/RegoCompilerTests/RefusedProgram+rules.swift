extension RefusedProgram {
    /// Rules of one path that cannot stand beside each other.
    static let rules: [RefusedProgram] = [
        RefusedProgram(
            "p := 1\np(x) := x",
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              p := 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "p contains 1\np(x) := x",
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              p contains 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            #"p contains 1\#np["a"] := 1"#,
            #"""
            p.rego:2:1: error: rule data.test.p conflicts with [data.test.p.a] [rego_type_error]
              p contains 1
              ^
            fix: a rule with one value cannot have rules below it
            """#),
        RefusedProgram(
            "p contains 1\np := {1}",
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              p contains 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            #"p["a"] := 1\#np := 2"#,
            #"""
            p.rego:3:1: error: rule data.test.p conflicts with [data.test.p.a] [rego_type_error]
              p := 2
              ^
            fix: a rule with one value cannot have rules below it
            """#),
        RefusedProgram(
            #"p[x] := 1 if x := "a"\#np := 2"#,
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              p[x] := 1 if x := "a"
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "p(x) := 1\np() := 2",
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              p(x) := 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "p := 1\np.a.b := 2",
            #"""
            p.rego:2:1: error: rule data.test.p conflicts with [data.test.p.a.b] [rego_type_error]
              p := 1
              ^
            fix: a rule with one value cannot have rules below it
            """#),
        RefusedProgram(
            #"p := 1\#np[x].y := 2 if x := "a""#,
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              p := 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "p.a := 1\np.a.b.c := 2",
            #"""
            p.rego:2:1: error: rule data.test.p.a conflicts with [data.test.p.a.b.c] [rego_type_error]
              p.a := 1
              ^
            fix: a rule with one value cannot have rules below it
            """#),
        RefusedProgram(
            "p.a contains 1\np.a.b := 1",
            #"""
            p.rego:2:1: error: rule data.test.p.a conflicts with [data.test.p.a.b] [rego_type_error]
              p.a contains 1
              ^
            fix: a rule with one value cannot have rules below it
            """#),
        RefusedProgram(
            "default p := 1\np contains 1",
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              default p := 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "default p := 1\np(x) := x",
            #"""
            p.rego:2:1: error: conflicting rules data.test.p found [rego_type_error]
              default p := 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "default f(x) := 1\nf(x, y) := 2",
            #"""
            p.rego:2:1: error: conflicting rules data.test.f found [rego_type_error]
              default f(x) := 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """#),
        RefusedProgram(
            "default f(x) := 1\ndefault f(y) := 2",
            #"""
            p.rego:3:1: error: multiple default rules data.test.f found at p.rego:2, p.rego:3 [rego_type_error]
              default f(y) := 2
              ^
            fix: keep one of them
            """#),
        RefusedProgram(
            "default p := 1\ndefault p := 2\ndefault p := 3",
            #"""
            p.rego:3:1: error: multiple default rules data.test.p found at p.rego:2, p.rego:3, p.rego:4 [rego_type_error]
              default p := 2
              ^
            fix: keep one of them
            """#),
        RefusedProgram(
            "default p.q := 1\np := 2",
            #"""
            p.rego:3:1: error: rule data.test.p conflicts with [data.test.p.q] [rego_type_error]
              p := 2
              ^
            fix: a rule with one value cannot have rules below it
            """#),
    ]
}
