extension RefusedSource {
    /// Mistakes in expressions and values.
    static let expressions: [RefusedSource] = [
        RefusedSource(
            "some without names",
            "package a\n\np if { some }\n",
            #"""
            a.rego:3:13: error: unexpected `}`: expected names, or `x in xs`, after `some` [rego_parse_error]
              p if { some }
                          ^
            """#),
        RefusedSource(
            "some with a constant",
            "package a\n\np if { some 1 }\n",
            #"""
            a.rego:3:15: error: unexpected `}`: expected `in` [rego_parse_error]
              p if { some 1 }
                            ^
            """#),
        RefusedSource(
            "some with a comparison",
            "package a\n\np if { some x == 1 }\n",
            #"""
            a.rego:3:20: error: unexpected `}`: expected `in` [rego_parse_error]
              p if { some x == 1 }
                                 ^
            """#),
        RefusedSource(
            "some without a collection",
            "package a\n\np if { some x in }\n",
            #"""
            a.rego:3:18: error: unexpected `}`: expected an expression [rego_parse_error]
              p if { some x in }
                               ^
            """#),
        RefusedSource(
            "not before some",
            "package a\n\np if { not some x in xs }\n",
            #"""
            a.rego:3:12: error: `not` cannot stand before `some` [rego_parse_error]
              p if { not some x in xs }
                         ^
            fix: put the expression into a rule of its own and negate that
            """#),
        RefusedSource(
            "not before every",
            "package a\n\np if { not every x in xs { x } }\n",
            #"""
            a.rego:3:12: error: `not` cannot stand before `every` [rego_parse_error]
              p if { not every x in xs { x } }
                         ^
            fix: put the expression into a rule of its own and negate that
            """#),
        RefusedSource(
            "not twice",
            "package a\n\np if { not not x }\n",
            #"""
            a.rego:3:12: error: unexpected keyword `not`: expected an expression [rego_parse_error]
              p if { not not x }
                         ^
            """#),
        RefusedSource(
            "every without in",
            "package a\n\np if { every x { x } }\n",
            #"""
            a.rego:3:16: error: unexpected `{`: expected `in` [rego_parse_error]
              p if { every x { x } }
                             ^
            """#),
        RefusedSource(
            "every without a body",
            "package a\n\np if { every x in xs }\n",
            #"""
            a.rego:3:22: error: unexpected `}`: expected the body of `every` in braces [rego_parse_error]
              p if { every x in xs }
                                   ^
            """#),
        RefusedSource(
            "every with a pattern",
            "package a\n\np if { every [x] in xs { x } }\n",
            #"""
            a.rego:3:14: error: `every` declares plain variables, not this [rego_parse_error]
              p if { every [x] in xs { x } }
                           ^
            fix: take values apart in the body: `every x in xs { [a, b] = x; … }`
            """#),
        RefusedSource(
            "with without as",
            "package a\n\np if { q with input }\n",
            #"""
            a.rego:3:21: error: unexpected `}`: expected `as` [rego_parse_error]
              p if { q with input }
                                  ^
            """#),
        RefusedSource(
            "with on a constant",
            "package a\n\np if { q with 1 as 2 }\n",
            #"""
            a.rego:3:15: error: unexpected number `1`: expected `input`, `data` or a function's name after `with` [rego_parse_error]
              p if { q with 1 as 2 }
                            ^
            """#),
        RefusedSource(
            "with on a call",
            "package a\n\np if { q with f(1) as 2 }\n",
            #"""
            a.rego:3:15: error: `with` replaces `input`, `data`, something below them, or a function, not this [rego_parse_error]
              p if { q with f(1) as 2 }
                            ^
            fix: write `with input.x as …` or `with function_name as …`
            """#),
        RefusedSource(
            "a keyword as a value",
            "package a\n\np := if\n",
            #"""
            a.rego:3:6: error: unexpected keyword `if`: expected an expression [rego_parse_error]
              p := if
                   ^
            """#),
        RefusedSource(
            "a part of a string",
            "package a\n\np := \"text\".size\n",
            #"""
            a.rego:3:12: error: unexpected `.`: expected the end of the expression, as a string has no parts [rego_parse_error]
              p := "text".size
                         ^
            """#),
        RefusedSource(
            "a part of a number",
            "package a\n\np := 1[0]\n",
            #"""
            a.rego:3:7: error: unexpected `[`: expected the end of the expression, as a number has no parts [rego_parse_error]
              p := 1[0]
                    ^
            """#),
        RefusedSource(
            "a space before an index",
            "package a\n\np if { x := input.a [0] }\n",
            #"""
            a.rego:3:21: error: unexpected `[`: expected a new line, `;` or `}` [rego_parse_error]
              p if { x := input.a [0] }
                                  ^
            fix: no space may stand before `[`
            """#),
        RefusedSource(
            "a space after a dot",
            "package a\n\np := input. a\n",
            #"""
            a.rego:3:13: error: unexpected `a`: expected a name directly after the dot [rego_parse_error]
              p := input. a
                          ^
            """#),
        RefusedSource(
            "a call of a call",
            "package a\n\np := f(1)(2)\n",
            #"""
            a.rego:3:10: error: unexpected `(`: expected an operator or the end of the expression, as this is not a function's name [rego_parse_error]
              p := f(1)(2)
                       ^
            """#),
        RefusedSource(
            "an object with a key alone",
            "package a\n\np := {\"a\": 1, \"b\"}\n",
            #"""
            a.rego:3:18: error: unexpected `}`: expected `:` and a value [rego_parse_error]
              p := {"a": 1, "b"}
                               ^
            fix: a set has no `key: value` entries, an object has no others
            """#),
        RefusedSource(
            "a set with an entry",
            "package a\n\np := {1, \"b\": 2}\n",
            #"""
            a.rego:3:13: error: unexpected `:`: expected `,` or `}` [rego_parse_error]
              p := {1, "b": 2}
                          ^
            fix: a set has no `key: value` entries, an object has no others
            """#),
        RefusedSource(
            "an object without a comma",
            "package a\n\np := {\"a\": 1 \"b\": 2}\n",
            #"""
            a.rego:3:14: error: unexpected string `"b"`: expected `,` or `}` [rego_parse_error]
              p := {"a": 1 "b": 2}
                           ^
            """#),
        RefusedSource(
            "an object with arrows",
            "package a\n\np := {\"a\" => 1}\n",
            #"""
            a.rego:3:11: error: unexpected `=`: expected `,`, `:` or `}` [rego_parse_error]
              p := {"a" => 1}
                        ^
            fix: Rego has no arrows: an object's entries are written `key: value`
            """#),
        RefusedSource(
            "a comprehension with an operation as its head",
            "package a\n\np := [x + 1 | some x in xs]\n",
            #"""
            a.rego:3:15: error: unexpected keyword `some`: expected an expression [rego_parse_error]
              p := [x + 1 | some x in xs]
                            ^
            fix: a comprehension's head that is an operation stands in parentheses: `[(x + 1) | …]`
            """#),
        RefusedSource(
            "a comprehension without a body",
            "package a\n\np := [x | ]\n",
            #"""
            a.rego:3:11: error: the body is empty [rego_parse_error]
              p := [x | ]
                        ^
            fix: write `true` for a body that always holds
            """#),
        RefusedSource(
            "a NUL",
            "package a\n\np := 1\u{0}\n",
            #"""
            a.rego:3:7: error: a NUL character is not allowed [rego_parse_error]
              p := 1�
                    ^
            fix: remove it; inside a string write `\u0000`
            """#),
        RefusedSource(
            "a control character",
            "package a\n\np := \u{1}\n",
            #"""
            a.rego:3:6: error: unexpected control character U+0001 [rego_parse_error]
              p := �
                   ^
            fix: remove it
            """#),
        RefusedSource(
            "a byte-order mark in the middle",
            "package a\n\n\u{FEFF}p := 1\n",
            #"""
            a.rego:3:1: error: a byte-order mark is allowed only at the start of a file [rego_parse_error]
              �p := 1
              ^
            fix: remove the invisible character U+FEFF
            """#),
        RefusedSource(
            "an emoji",
            "package a\n\np := 😀\n",
            #"""
            a.rego:3:6: error: unexpected character `😀` [rego_parse_error]
              p := 😀
                   ^
            """#),
        RefusedSource(
            "a column behind wide characters",
            "package a\n\np := [\"éé😀\", ?]\n",
            #"""
            a.rego:3:14: error: unexpected character `?` [rego_parse_error]
              p := ["éé😀", ?]
                           ^
            """#),
        RefusedSource(
            "a column behind tabs",
            "package a\n\np if {\n\t\tx ==== 1\n}\n",
            #"""
            a.rego:4:7: error: unexpected `==`: expected an expression [rego_parse_error]
              		x ==== 1
              		    ^
            """#),
        RefusedSource(
            "several mistakes",
            "package a\n\np := \n\nq if {\n\tx = = 1\n}\n\nr[x] { x }\n\ns := 1\n\nt := 01\n",
            #"""
            a.rego:6:6: error: unexpected `=`: expected an expression [rego_parse_error]
              	x = = 1
              	    ^
            fix: to compare, write `==`; `=` and `:=` stand only between the two sides of a statement
            a.rego:9:6: error: unexpected `{`: expected `if` before the rule's body [rego_parse_error]
              r[x] { x }
                   ^
            fix: write `r contains x if {` for a set, or `r[x] if {` for an object
            a.rego:13:6: error: a number cannot start with `0` [rego_parse_error]
              t := 01
                   ^
            fix: numbers are decimal: leave the zeros out
            """#),
    ]
}
