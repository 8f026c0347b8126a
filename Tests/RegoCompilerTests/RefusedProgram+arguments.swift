extension RefusedProgram {
    /// Arguments of builtins that can never be right.
    static let arguments: [RefusedProgram] = [
        RefusedProgram(
            "p := count(1)",
            #"""
            p.rego:2:6: error: count: invalid argument(s): have (number), want (any<string, array[any], object[any: any], set[any]>) [rego_type_error]
              p := count(1)
                   ^
            fix: the argument is of type number, not any<string, array[any], object[any: any], set[any]>
            """#),
        RefusedProgram(
            "p := count(true)",
            #"""
            p.rego:2:6: error: count: invalid argument(s): have (boolean), want (any<string, array[any], object[any: any], set[any]>) [rego_type_error]
              p := count(true)
                   ^
            fix: the argument is of type boolean, not any<string, array[any], object[any: any], set[any]>
            """#),
        RefusedProgram(
            "p := count(null)",
            #"""
            p.rego:2:6: error: count: invalid argument(s): have (null), want (any<string, array[any], object[any: any], set[any]>) [rego_type_error]
              p := count(null)
                   ^
            fix: the argument is of type null, not any<string, array[any], object[any: any], set[any]>
            """#),
        RefusedProgram(
            "p := upper(1)",
            #"""
            p.rego:2:6: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              p := upper(1)
                   ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p := upper(["a"])"#,
            #"""
            p.rego:2:6: error: upper: invalid argument(s): have (array<string>), want (string) [rego_type_error]
              p := upper(["a"])
                   ^
            fix: the argument is of type array<string>, not string
            """#),
        RefusedProgram(
            #"p := concat(",", [1, 2])"#,
            #"""
            p.rego:2:6: error: concat: invalid argument(s): have (string, array<number, number>), want (string, any<array[string], set[string]>) [rego_type_error]
              p := concat(",", [1, 2])
                   ^
            fix: argument 2 is of type array<number, number>, not any<array[string], set[string]>
            """#),
        RefusedProgram(
            #"p := concat(",", {1, 2})"#,
            #"""
            p.rego:2:6: error: concat: invalid argument(s): have (string, set[number]), want (string, any<array[string], set[string]>) [rego_type_error]
              p := concat(",", {1, 2})
                   ^
            fix: argument 2 is of type set[number], not any<array[string], set[string]>
            """#),
        RefusedProgram(
            #"p := concat(1, ["a"])"#,
            #"""
            p.rego:2:6: error: concat: invalid argument(s): have (number, array<string>), want (string, any<array[string], set[string]>) [rego_type_error]
              p := concat(1, ["a"])
                   ^
            fix: argument 1 is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p := sum(["a"])"#,
            #"""
            p.rego:2:6: error: sum: invalid argument(s): have (array<string>), want (any<array[number], set[number]>) [rego_type_error]
              p := sum(["a"])
                   ^
            fix: the argument is of type array<string>, not any<array[number], set[number]>
            """#),
        RefusedProgram(
            #"p := sum({"a"})"#,
            #"""
            p.rego:2:6: error: sum: invalid argument(s): have (set[string]), want (any<array[number], set[number]>) [rego_type_error]
              p := sum({"a"})
                   ^
            fix: the argument is of type set[string], not any<array[number], set[number]>
            """#),
        RefusedProgram(
            "p := max(1)",
            #"""
            p.rego:2:6: error: max: invalid argument(s): have (number), want (any<array[any], set[any]>) [rego_type_error]
              p := max(1)
                   ^
            fix: the argument is of type number, not any<array[any], set[any]>
            """#),
        RefusedProgram(
            #"p := sort("abc")"#,
            #"""
            p.rego:2:6: error: sort: invalid argument(s): have (string), want (any<array[any], set[any]>) [rego_type_error]
              p := sort("abc")
                   ^
            fix: the argument is of type string, not any<array[any], set[any]>
            """#),
        RefusedProgram(
            #"p := startswith("a", 1)"#,
            #"""
            p.rego:2:6: error: startswith: invalid argument(s): have (string, number), want (string, string) [rego_type_error]
              p := startswith("a", 1)
                   ^
            fix: argument 2 is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p := split("a", ["b"])"#,
            #"""
            p.rego:2:6: error: split: invalid argument(s): have (string, array<string>), want (string, string) [rego_type_error]
              p := split("a", ["b"])
                   ^
            fix: argument 2 is of type array<string>, not string
            """#),
        RefusedProgram(
            "p := to_number([1])",
            #"""
            p.rego:2:6: error: to_number: invalid argument(s): have (array<number>), want (any<null, boolean, number, string>) [rego_type_error]
              p := to_number([1])
                   ^
            fix: the argument is of type array<number>, not any<null, boolean, number, string>
            """#),
        RefusedProgram(
            "p := json.unmarshal(1)",
            #"""
            p.rego:2:6: error: json.unmarshal: invalid argument(s): have (number), want (string) [rego_type_error]
              p := json.unmarshal(1)
                   ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            "p := json.unmarshal({})",
            #"""
            p.rego:2:6: error: json.unmarshal: invalid argument(s): have (object), want (string) [rego_type_error]
              p := json.unmarshal({})
                   ^
            fix: the argument is of type object, not string
            """#),
        RefusedProgram(
            "p := base64.encode(1)",
            #"""
            p.rego:2:6: error: base64.encode: invalid argument(s): have (number), want (string) [rego_type_error]
              p := base64.encode(1)
                   ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            "p := time.parse_rfc3339_ns(1)",
            #"""
            p.rego:2:6: error: time.parse_rfc3339_ns: invalid argument(s): have (number), want (string) [rego_type_error]
              p := time.parse_rfc3339_ns(1)
                   ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p := object.get("a", "b", 1)"#,
            #"""
            p.rego:2:6: error: object.get: invalid argument(s): have (string, string, number), want (object[any: any], any, any) [rego_type_error]
              p := object.get("a", "b", 1)
                   ^
            fix: argument 1 is of type string, not object[any: any]
            """#),
        RefusedProgram(
            "p := object.get([1], 0, 1)",
            #"""
            p.rego:2:6: error: object.get: invalid argument(s): have (array<number>, number, number), want (object[any: any], any, any) [rego_type_error]
              p := object.get([1], 0, 1)
                   ^
            fix: argument 1 is of type array<number>, not object[any: any]
            """#),
        RefusedProgram(
            "p := object.union([1], {})",
            #"""
            p.rego:2:6: error: object.union: invalid argument(s): have (array<number>, object), want (object[any: any], object[any: any]) [rego_type_error]
              p := object.union([1], {})
                   ^
            fix: argument 1 is of type array<number>, not object[any: any]
            """#),
        RefusedProgram(
            "p := object.keys([1])",
            #"""
            p.rego:2:6: error: object.keys: invalid argument(s): have (array<number>), want (object[any: any]) [rego_type_error]
              p := object.keys([1])
                   ^
            fix: the argument is of type array<number>, not object[any: any]
            """#),
        RefusedProgram(
            "p := array.concat([1], {2})",
            #"""
            p.rego:2:6: error: array.concat: invalid argument(s): have (array<number>, set[number]), want (array[any], array[any]) [rego_type_error]
              p := array.concat([1], {2})
                   ^
            fix: argument 2 is a set: `[x | some x in xs]` makes an array of it
            """#),
        RefusedProgram(
            #"p := array.slice("abc", 0, 1)"#,
            #"""
            p.rego:2:6: error: array.slice: invalid argument(s): have (string, number, number), want (array[any], number, number) [rego_type_error]
              p := array.slice("abc", 0, 1)
                   ^
            fix: argument 1 is of type string, not array[any]
            """#),
        RefusedProgram(
            #"p := regex.match(1, "a")"#,
            #"""
            p.rego:2:6: error: regex.match: invalid argument(s): have (number, string), want (string, string) [rego_type_error]
              p := regex.match(1, "a")
                   ^
            fix: argument 1 is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p := glob.match("*", ".", "a")"#,
            #"""
            p.rego:2:6: error: glob.match: invalid argument(s): have (string, string, string), want (string, any<null, array[string]>, string) [rego_type_error]
              p := glob.match("*", ".", "a")
                   ^
            fix: argument 2 is of type string, not any<null, array[string]>
            """#),
        RefusedProgram(
            "p := {1} & [1]",
            #"""
            p.rego:2:6: error: and: invalid argument(s): have (set[number], array<number>), want (set[any], set[any]) [rego_type_error]
              p := {1} & [1]
                   ^
            fix: the right side is of type array<number>, not set[any]
            """#),
        RefusedProgram(
            "p := {1} | 1",
            #"""
            p.rego:2:6: error: or: invalid argument(s): have (set[number], number), want (set[any], set[any]) [rego_type_error]
              p := {1} | 1
                   ^
            fix: the right side is of type number, not set[any]
            """#),
        RefusedProgram(
            #"p := "a" + "b""#,
            #"""
            p.rego:2:6: error: plus: invalid argument(s): have (string, string), want (number, number) [rego_type_error]
              p := "a" + "b"
                   ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
        RefusedProgram(
            #"p := "a" + 1"#,
            #"""
            p.rego:2:6: error: plus: invalid argument(s): have (string, number), want (number, number) [rego_type_error]
              p := "a" + 1
                   ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
        RefusedProgram(
            "p := true + 1",
            #"""
            p.rego:2:6: error: plus: invalid argument(s): have (boolean, number), want (number, number) [rego_type_error]
              p := true + 1
                   ^
            fix: the left side is of type boolean, not number
            """#),
        RefusedProgram(
            "p := null * 2",
            #"""
            p.rego:2:6: error: mul: invalid argument(s): have (null, number), want (number, number) [rego_type_error]
              p := null * 2
                   ^
            fix: the left side is of type null, not number
            """#),
        RefusedProgram(
            "p := [1] / 2",
            #"""
            p.rego:2:6: error: div: invalid argument(s): have (array<number>, number), want (number, number) [rego_type_error]
              p := [1] / 2
                   ^
            fix: the left side is of type array<number>, not number
            """#),
        RefusedProgram(
            #"p := 1 % "b""#,
            #"""
            p.rego:2:6: error: rem: invalid argument(s): have (number, string), want (number, number) [rego_type_error]
              p := 1 % "b"
                   ^
            fix: the right side is of type string, not number
            """#),
        RefusedProgram(
            #"p if { x := "a"; x + 1 == 2 }"#,
            #"""
            p.rego:2:18: error: plus: invalid argument(s): have (string, number), want (number, number) [rego_type_error]
              p if { x := "a"; x + 1 == 2 }
                               ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
        RefusedProgram(
            #"p if { x := input.a; y := count(x); upper(y) == "A" }"#,
            #"""
            p.rego:2:37: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              p if { x := input.a; y := count(x); upper(y) == "A" }
                                                  ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p if { some x in [1, 2]; startswith(x, "a") }"#,
            #"""
            p.rego:2:26: error: startswith: invalid argument(s): have (number, string), want (string, string) [rego_type_error]
              p if { some x in [1, 2]; startswith(x, "a") }
                                       ^
            fix: argument 1 is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p if { some k, v in {"a": 1}; upper(v) == k }"#,
            #"""
            p.rego:2:31: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              p if { some k, v in {"a": 1}; upper(v) == k }
                                            ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p if { some k, v in {"a": 1}; k + 1 == v }"#,
            #"""
            p.rego:2:31: error: plus: invalid argument(s): have (string, number), want (number, number) [rego_type_error]
              p if { some k, v in {"a": 1}; k + 1 == v }
                                            ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
        RefusedProgram(
            "p := [upper(x) | some x in [1]]",
            #"""
            p.rego:2:7: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              p := [upper(x) | some x in [1]]
                    ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            "f(x) := upper(1)",
            #"""
            p.rego:2:9: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              f(x) := upper(1)
                      ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            #"p := f("a") + 1\#nf(x) := upper(x)"#,
            #"""
            p.rego:2:6: error: plus: invalid argument(s): have (string, number), want (number, number) [rego_type_error]
              p := f("a") + 1
                   ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
    ]
}
