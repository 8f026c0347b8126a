extension RefusedProgram {
    /// Values that can never be what is asked of them.
    static let types: [RefusedProgram] = [
        RefusedProgram(
            #"q := {"a": {"b": 1}}\#np := q.a.b.c"#,
            #"""
            p.rego:3:6: error: undefined ref: data.test.q.a.b.c: number has no such member [rego_type_error]
              p := q.a.b.c
                   ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            #"q := {"a": {"b": 1}}\#np := q.a.x"#,
            #"""
            p.rego:3:6: error: undefined ref: data.test.q.a.x: object<b: number> has no such member [rego_type_error]
              p := q.a.x
                   ^
            fix: its members are `b`
            """#),
        RefusedProgram(
            #"q := {"admin": 1, "user": 2}\#np := q.admn"#,
            #"""
            p.rego:3:6: error: undefined ref: data.test.q.admn: object<admin: number, user: number> has no such member [rego_type_error]
              p := q.admn
                   ^
            fix: did you mean `admin`?
            """#),
        RefusedProgram(
            "q := [1, 2]\np := q.a",
            #"""
            p.rego:3:6: error: undefined ref: data.test.q.a: array<number, number> has no such member [rego_type_error]
              p := q.a
                   ^
            fix: arrays are indexed by numbers from 0
            """#),
        RefusedProgram(
            "q := [1, 2]\np := q[5]",
            #"""
            p.rego:3:6: error: undefined ref: data.test.q[5]: array<number, number> has no such member [rego_type_error]
              p := q[5]
                   ^
            fix: arrays are indexed by numbers from 0
            """#),
        RefusedProgram(
            #"q := [1, 2]\#np := q["0"]"#,
            #"""
            p.rego:3:6: error: undefined ref: data.test.q["0"]: array<number, number> has no such member [rego_type_error]
              p := q["0"]
                   ^
            fix: arrays are indexed by numbers from 0
            """#),
        RefusedProgram(
            #"q := "abc"\#np := q[0]"#,
            #"""
            p.rego:3:6: error: undefined ref: data.test.q[0]: string has no such member [rego_type_error]
              p := q[0]
                   ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            "q := true\np := q.x",
            #"""
            p.rego:3:6: error: undefined ref: data.test.q.x: boolean has no such member [rego_type_error]
              p := q.x
                   ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            "q := null\np := q[_]",
            #"""
            p.rego:3:6: error: undefined ref: data.test.q[_]: null has no such member [rego_type_error]
              p := q[_]
                   ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            #"q contains "a"\#np := q[1]"#,
            #"""
            p.rego:3:6: error: undefined ref: data.test.q[1]: set[string] has no such member [rego_type_error]
              p := q[1]
                   ^
            fix: a set is asked for its elements: `x in set`
            """#),
        RefusedProgram(
            #"q contains {"a": 1}\#np if { some x in q; x.b == 1 }"#,
            #"""
            p.rego:3:21: error: undefined ref: x.b: object<a: number> has no such member [rego_type_error]
              p if { some x in q; x.b == 1 }
                                  ^
            fix: its members are `a`
            """#),
        RefusedProgram(
            "p if { x := 1; x.a == 1 }",
            #"""
            p.rego:2:16: error: undefined ref: x.a: number has no such member [rego_type_error]
              p if { x := 1; x.a == 1 }
                             ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            #"p if { x := "a"; x[0] == "a" }"#,
            #"""
            p.rego:2:18: error: undefined ref: x[0]: string has no such member [rego_type_error]
              p if { x := "a"; x[0] == "a" }
                               ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            #"p if { x := {"a": 1}; x.b == 1 }"#,
            #"""
            p.rego:2:23: error: undefined ref: x.b: object<a: number> has no such member [rego_type_error]
              p if { x := {"a": 1}; x.b == 1 }
                                    ^
            fix: its members are `a`
            """#),
        RefusedProgram(
            "p if { x := [1]; x[1] == 1 }",
            #"""
            p.rego:2:18: error: undefined ref: x[1]: array<number> has no such member [rego_type_error]
              p if { x := [1]; x[1] == 1 }
                               ^
            fix: arrays are indexed by numbers from 0
            """#),
        RefusedProgram(
            #"p if { x := {"a": [1, {"b": 2}]}; x.a[1].c == 2 }"#,
            #"""
            p.rego:2:35: error: undefined ref: x.a[1].c: object<b: number> has no such member [rego_type_error]
              p if { x := {"a": [1, {"b": 2}]}; x.a[1].c == 2 }
                                                ^
            fix: its members are `b`
            """#),
        RefusedProgram(
            "p if { some x in 5; x == 1 }",
            #"""
            p.rego:2:8: error: undefined ref: number has no such member [rego_type_error]
              p if { some x in 5; x == 1 }
                     ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            #"p if { 1 = "a" }"#,
            #"""
            p.rego:2:8: error: match error: left is number, right is string [rego_type_error]
              p if { 1 = "a" }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if { [1] = {"a": 1} }"#,
            #"""
            p.rego:2:8: error: match error: left is array<number>, right is object<a: number> [rego_type_error]
              p if { [1] = {"a": 1} }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if { {1} = {"a"} }"#,
            #"""
            p.rego:2:8: error: match error: left is set[number], right is set[string] [rego_type_error]
              p if { {1} = {"a"} }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            "p if { null = false }",
            #"""
            p.rego:2:8: error: match error: left is null, right is boolean [rego_type_error]
              p if { null = false }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if { x := 1; x = "a" }"#,
            #"""
            p.rego:2:16: error: match error: left is number, right is string [rego_type_error]
              p if { x := 1; x = "a" }
                             ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            "p if { [x, y] := [1]; x == y }",
            #"""
            p.rego:2:8: error: match error: left is array<any, any>, right is array<number> [rego_type_error]
              p if { [x, y] := [1]; x == y }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if { {"a": x} := {"b": 1}; x == 1 }"#,
            #"""
            p.rego:2:8: error: match error: left is object<a: any>, right is object<b: number> [rego_type_error]
              p if { {"a": x} := {"b": 1}; x == 1 }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            "p if { [a, b] = [1, 2, 3]; a == b }",
            #"""
            p.rego:2:8: error: match error: left is array<any, any>, right is array<number, number, number> [rego_type_error]
              p if { [a, b] = [1, 2, 3]; a == b }
                     ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if { x := 1; y := "a"; x = y }"#,
            #"""
            p.rego:2:26: error: match error: left is number, right is string [rego_type_error]
              p if { x := 1; y := "a"; x = y }
                                       ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if { x = 1; x = "a" }"#,
            #"""
            p.rego:2:15: error: match error: left is number, right is string [rego_type_error]
              p if { x = 1; x = "a" }
                            ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if count("a") = "b""#,
            #"""
            p.rego:2:6: error: match error: left is number, right is string [rego_type_error]
              p if count("a") = "b"
                   ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"p if upper("a") = 1"#,
            #"""
            p.rego:2:6: error: match error: left is string, right is number [rego_type_error]
              p if upper("a") = 1
                   ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"q := 1\#np if q = "a""#,
            #"""
            p.rego:3:6: error: match error: left is number, right is string [rego_type_error]
              p if q = "a"
                   ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            #"f(x) := 1\#np if f(1) = "a""#,
            #"""
            p.rego:3:6: error: match error: left is number, right is string [rego_type_error]
              p if f(1) = "a"
                   ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            "f(x) := x\np := f",
            #"""
            p.rego:3:6: error: function data.test.f used as reference, not called [rego_type_error]
              p := f
                   ^
            fix: call it: `f(…)`
            """#),
        RefusedProgram(
            "f(x) := x\np := f.a",
            #"""
            p.rego:3:6: error: function data.test.f used as reference, not called [rego_type_error]
              p := f.a
                   ^
            fix: call it: `f(…)`
            """#),
        RefusedProgram(
            "f(x) := x\np := [f]",
            #"""
            p.rego:3:7: error: function data.test.f used as reference, not called [rego_type_error]
              p := [f]
                    ^
            fix: call it: `f(…)`
            """#),
        RefusedProgram(
            "f(x) := x\np if f == 1",
            #"""
            p.rego:3:6: error: function data.test.f used as reference, not called [rego_type_error]
              p if f == 1
                   ^
            fix: call it: `f(…)`
            """#),
        RefusedProgram(
            "p := data.test.f\nf(1) := 2",
            #"""
            p.rego:2:6: error: function data.test.f used as reference, not called [rego_type_error]
              p := data.test.f
                   ^
            fix: call it: `f(…)`
            """#),
    ]
}
