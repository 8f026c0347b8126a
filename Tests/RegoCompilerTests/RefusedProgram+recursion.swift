extension RefusedProgram {
    /// Rules that depend on themselves.
    static let recursion: [RefusedProgram] = [
        RefusedProgram(
            "p := p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p := p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p contains x if some x in p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p contains x if some x in p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p[x] := 1 if p[x]",
            #"""
            p.rego:2:1: error: rule data.test.p[_] is recursive: data.test.p[_] -> data.test.p[_] [rego_recursion_error]
              p[x] := 1 if p[x]
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if not q\nq if not p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p [rego_recursion_error]
              p if not q
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q [rego_recursion_error]
              q if not p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if q\nq if r\nr if p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.r -> data.test.p [rego_recursion_error]
              p if q
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.q is recursive: data.test.q -> data.test.r -> data.test.p -> data.test.q [rego_recursion_error]
              q if r
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:4:1: error: rule data.test.r is recursive: data.test.r -> data.test.p -> data.test.q -> data.test.r [rego_recursion_error]
              r if p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if data.test.q\nq if data.test.p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p [rego_recursion_error]
              p if data.test.q
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q [rego_recursion_error]
              q if data.test.p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if f(1)\nf(x) if p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.f -> data.test.p [rego_recursion_error]
              p if f(1)
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.f is recursive: data.test.f -> data.test.p -> data.test.f [rego_recursion_error]
              f(x) if p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "f(x) := g(x)\ng(x) := f(x)",
            #"""
            p.rego:2:1: error: rule data.test.f is recursive: data.test.f -> data.test.g -> data.test.f [rego_recursion_error]
              f(x) := g(x)
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.g is recursive: data.test.g -> data.test.f -> data.test.g [rego_recursion_error]
              g(x) := f(x)
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "f(x) := 1 if x == 0\nf(x) := f(x - 1) * x if x > 0",
            #"""
            p.rego:3:1: error: rule data.test.f is recursive: data.test.f -> data.test.f [rego_recursion_error]
              f(x) := f(x - 1) * x if x > 0
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p := [x | x := p]",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p := [x | x := p]
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p := {x | some x in q}\nq := {x | some x in p}",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p [rego_recursion_error]
              p := {x | some x in q}
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q [rego_recursion_error]
              q := {x | some x in p}
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if every x in [1] { p }",
            #"""
            p.rego:2:12: error: declared var x unused [rego_compile_error]
              p if every x in [1] { p }
                         ^
            fix: remove it or write `_`
            """#),
        RefusedProgram(
            "p := count(data.test)",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p := count(data.test)
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p.q if p.r\np.r if p.q",
            #"""
            p.rego:2:1: error: rule data.test.p.q is recursive: data.test.p.q -> data.test.p.r -> data.test.p.q [rego_recursion_error]
              p.q if p.r
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.p.r is recursive: data.test.p.r -> data.test.p.q -> data.test.p.r [rego_recursion_error]
              p.r if p.q
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p[x] := y if { some x, y in p }",
            #"""
            p.rego:2:1: error: rule data.test.p[_] is recursive: data.test.p[_] -> data.test.p[_] [rego_recursion_error]
              p[x] := y if { some x, y in p }
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p := 1 if q else := 2\nq if p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p [rego_recursion_error]
              p := 1 if q else := 2
              ^
            fix: rules cannot depend on themselves; break one of these steps
            p.rego:3:1: error: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q [rego_recursion_error]
              q if p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if q with input.x as p\nq := 1",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p if q with input.x as p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if true with input as data.test.p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p if true with input as data.test.p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            #"p := $"{p}""#,
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p := $"{p}"
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p := data",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p := data
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "p if data[x].p",
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p if data[x].p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            "default p := false\np if p",
            #"""
            p.rego:3:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p if p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
        RefusedProgram(
            #"p := {"a": p.a}"#,
            #"""
            p.rego:2:1: error: rule data.test.p is recursive: data.test.p -> data.test.p [rego_recursion_error]
              p := {"a": p.a}
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """#),
    ]
}
