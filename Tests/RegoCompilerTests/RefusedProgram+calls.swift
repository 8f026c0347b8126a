extension RefusedProgram {
    /// Calls of what is no such function.
    static let calls: [RefusedProgram] = [
        RefusedProgram(
            "p := f()\nf(x) := x",
            #"""
            p.rego:2:6: error: function data.test.f has arity 1, got 0 arguments [rego_type_error]
              p := f()
                   ^
            fix: call it with 1 argument
            """#),
        RefusedProgram(
            "p := f(1, 2, 3)\nf(x) := x",
            #"""
            p.rego:2:6: error: function data.test.f has arity 1, got 3 arguments [rego_type_error]
              p := f(1, 2, 3)
                   ^
            fix: call it with 1 argument
            """#),
        RefusedProgram(
            "p if f(1, 2, 3)\nf(x) := x",
            #"""
            p.rego:2:6: error: function data.test.f has arity 1, got 3 arguments [rego_type_error]
              p if f(1, 2, 3)
                   ^
            fix: call it with 1 argument
            """#),
        RefusedProgram(
            "p := data.test.f(1, 2)\nf(x) := x",
            #"""
            p.rego:2:6: error: function data.test.f has arity 1, got 2 arguments [rego_type_error]
              p := data.test.f(1, 2)
                   ^
            fix: call it with 1 argument
            """#),
        RefusedProgram(
            #"p := startswith("a")"#,
            #"""
            p.rego:2:6: error: function startswith has arity 2, got 1 argument [rego_type_error]
              p := startswith("a")
                   ^
            fix: call it with 2 arguments
            """#),
        RefusedProgram(
            "p := time.now_ns(1)",
            #"""
            p.rego:2:6: error: function time.now_ns has arity 0, got 1 argument [rego_type_error]
              p := time.now_ns(1)
                   ^
            fix: call it with 0 arguments
            """#),
        RefusedProgram(
            #"p := object.get({}, "a")"#,
            #"""
            p.rego:2:6: error: function object.get has arity 3, got 2 arguments [rego_type_error]
              p := object.get({}, "a")
                   ^
            fix: call it with 3 arguments
            """#),
        RefusedProgram(
            "p := foo(1)",
            #"""
            p.rego:2:6: error: undefined function foo [rego_type_error]
              p := foo(1)
                   ^
            """#),
        RefusedProgram(
            "p := foo.bar(1)",
            #"""
            p.rego:2:6: error: undefined function foo.bar [rego_type_error]
              p := foo.bar(1)
                   ^
            """#),
        RefusedProgram(
            #"p := contians("a", "b")"#,
            #"""
            p.rego:2:6: error: undefined function contians [rego_type_error]
              p := contians("a", "b")
                   ^
            fix: did you mean `contains`?
            """#),
        RefusedProgram(
            "p := data.test.chek(1)\ncheck(x) := x",
            #"""
            p.rego:2:6: error: undefined function data.test.chek [rego_type_error]
              p := data.test.chek(1)
                   ^
            fix: did you mean `data.test.check`?
            """#),
        RefusedProgram(
            "p := chek(1)\ncheck(x) := x",
            #"""
            p.rego:2:6: error: undefined function chek [rego_type_error]
              p := chek(1)
                   ^
            fix: did you mean `check`?
            """#),
        RefusedProgram(
            "p := q(1)\nq := 1",
            #"""
            p.rego:2:6: error: undefined function data.test.q [rego_type_error]
              p := q(1)
                   ^
            fix: `q` is a rule and no function: use it without arguments
            """#),
        RefusedProgram(
            "p := q(1)\nq contains 1",
            #"""
            p.rego:2:6: error: undefined function data.test.q [rego_type_error]
              p := q(1)
                   ^
            fix: `q` is a rule and no function: use it without arguments
            """#),
        RefusedProgram(
            #"p := q("a")\#nq["a"] := 1"#,
            #"""
            p.rego:2:6: error: undefined function data.test.q [rego_type_error]
              p := q("a")
                   ^
            fix: `q` is a rule and no function: use it without arguments
            """#),
        RefusedProgram(
            "p := lower(1, 2)",
            #"""
            p.rego:2:6: error: function lower has arity 1, got 2 arguments [rego_type_error]
              p := lower(1, 2)
                   ^
            fix: call it with 1 argument
            """#),
        RefusedProgram(
            #"p := regexp.match("a", "b")"#,
            #"""
            p.rego:2:6: error: undefined function regexp.match [rego_type_error]
              p := regexp.match("a", "b")
                   ^
            fix: did you mean `regex.match`?
            """#),
        RefusedProgram(
            "p := input.f(1)",
            #"""
            p.rego:2:6: error: undefined function input.f [rego_type_error]
              p := input.f(1)
                   ^
            """#),
        RefusedProgram(
            "import input.f\np := f(1)",
            #"""
            p.rego:3:6: error: undefined function f [rego_type_error]
              p := f(1)
                   ^
            """#),
        RefusedProgram(
            "import data.lib\np := lib.f(1)",
            #"""
            p.rego:3:6: error: undefined function data.lib.f [rego_type_error]
              p := lib.f(1)
                   ^
            """#),
        RefusedProgram(
            "p := 1 / 2\ndiv := 3",
            #"""
            p.rego:2:6: error: undefined function data.test.div [rego_type_error]
              p := 1 / 2
                   ^
            fix: a rule or import hides the builtin `div`, which is `/`: rename it
            """#),
        RefusedProgram(
            "p := count([1])\ncount := 1",
            #"""
            p.rego:2:6: error: undefined function data.test.count [rego_type_error]
              p := count([1])
                   ^
            fix: a rule or import hides the builtin `count`: rename it
            """#),
        RefusedProgram(
            #"p := regex.match("a", "b")\#nregex := 1"#,
            #"""
            p.rego:2:6: error: undefined function data.test.regex.match [rego_type_error]
              p := regex.match("a", "b")
                   ^
            fix: a rule or import named `test` hides the builtin `regex.match`: rename it
            """#),
        RefusedProgram(
            #"p := print("a")"#,
            #"""
            p.rego:2:6: error: function print has arity 0, got 1 argument [rego_type_error]
              p := print("a")
                   ^
            fix: call it with 0 arguments
            """#),
        RefusedProgram(
            "p := [x | x := print(1)]",
            #"""
            p.rego:2:16: error: function print has arity 0, got 1 argument [rego_type_error]
              p := [x | x := print(1)]
                             ^
            fix: call it with 0 arguments
            """#),
        RefusedProgram(
            "p if { x := 1; x(2) }",
            #"""
            p.rego:2:16: error: called function x shadowed [rego_compile_error]
              p if { x := 1; x(2) }
                             ^
            fix: give the variable `x` another name
            """#),
        RefusedProgram(
            "p if { every f in [1] { f(1) } }",
            #"""
            p.rego:2:25: error: called function f shadowed [rego_compile_error]
              p if { every f in [1] { f(1) } }
                                      ^
            fix: give the variable `f` another name
            """#),
        RefusedProgram(
            "p := any([true])",
            #"""
            p.rego:2:6: error: deprecated built-in function calls in expression: any [rego_type_error]
              p := any([true])
                   ^
            fix: write `true in xs`
            """#),
        RefusedProgram(
            "p := all({true})",
            #"""
            p.rego:2:6: error: deprecated built-in function calls in expression: all [rego_type_error]
              p := all({true})
                   ^
            fix: write `every x in xs { x }`, in a rule of its own
            """#),
        RefusedProgram(
            #"p := re_match("a", "b")"#,
            #"""
            p.rego:2:6: error: deprecated built-in function calls in expression: re_match [rego_type_error]
              p := re_match("a", "b")
                   ^
            fix: use `regex.match`
            """#),
        RefusedProgram(
            "p := set_diff({1}, {2})",
            #"""
            p.rego:2:6: error: deprecated built-in function calls in expression: set_diff [rego_type_error]
              p := set_diff({1}, {2})
                   ^
            fix: write `a - b`
            """#),
        RefusedProgram(
            #"p := net.cidr_overlap("10.0.0.0/8", "10.0.0.1")"#,
            #"""
            p.rego:2:6: error: deprecated built-in function calls in expression: net.cidr_overlap [rego_type_error]
              p := net.cidr_overlap("10.0.0.0/8", "10.0.0.1")
                   ^
            fix: use `net.cidr_contains`
            """#),
        RefusedProgram(
            "p := cast_array({1})",
            #"""
            p.rego:2:6: error: deprecated built-in function calls in expression: cast_array [rego_type_error]
              p := cast_array({1})
                   ^
            fix: test with `is_array`
            """#),
    ]
}
