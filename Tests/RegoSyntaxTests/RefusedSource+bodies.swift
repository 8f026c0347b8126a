extension RefusedSource {
    /// Mistakes in bodies and brackets.
    static let bodies: [RefusedSource] = [
        RefusedSource(
            "an empty body",
            "package a\n\np if { ; }\n",
            #"""
            a.rego:3:8: error: unexpected `;`: expected an expression [rego_parse_error]
              p if { ; }
                     ^
            """#),
        RefusedSource(
            "an empty every",
            "package a\n\np if { every x in xs { } }\n",
            #"""
            a.rego:3:24: error: the body is empty [rego_parse_error]
              p if { every x in xs { } }
                                     ^
            fix: write `true` for a body that always holds
            """#),
        RefusedSource(
            "a body that is never closed",
            "package a\n\np if {\n\tx := 1\n\nq := 2\n",
            #"""
            a.rego:3:6: error: this `{` is never closed [rego_parse_error]
              p if {
                   ^
            fix: close it with `}`
            """#),
        RefusedSource(
            "a body that is not closed before the next rule",
            "package a\n\np if {\n\tx := 1\n\nq if { true }\n",
            #"""
            a.rego:6:3: error: unexpected keyword `if`: expected a new line, `;` or `}` [rego_parse_error]
              q if { true }
                ^
            fix: close the `{` of line 3 before it
            """#),
        RefusedSource(
            "an array that is never closed",
            "package a\n\np := [1,\n",
            #"""
            a.rego:3:6: error: this `[` is never closed [rego_parse_error]
              p := [1,
                   ^
            fix: close it with `]`
            """#),
        RefusedSource(
            "a parenthesis that is never closed",
            "package a\n\np := (1 +\n",
            #"""
            a.rego:3:6: error: this `(` is never closed [rego_parse_error]
              p := (1 +
                   ^
            fix: close it with `)`
            """#),
        RefusedSource(
            "a call that is never closed",
            "package a\n\np := f(1\n",
            #"""
            a.rego:3:7: error: this `(` is never closed [rego_parse_error]
              p := f(1
                    ^
            fix: close it with `)`
            """#),
        RefusedSource(
            "the wrong closing bracket",
            "package a\n\np := [1, 2}\n",
            #"""
            a.rego:3:11: error: unexpected `}`: expected `,` or `]` [rego_parse_error]
              p := [1, 2}
                        ^
            """#),
        RefusedSource(
            "a closing bracket too many",
            "package a\n\np := [1]]\n",
            #"""
            a.rego:3:9: error: unexpected `]`: expected `if` or a new line [rego_parse_error]
              p := [1]]
                      ^
            """#),
        RefusedSource(
            "two expressions on a line",
            "package a\n\np if { input.x input.y }\n",
            #"""
            a.rego:3:16: error: unexpected `input`: expected a new line, `;` or `}` [rego_parse_error]
              p if { input.x input.y }
                             ^
            """#),
        RefusedSource(
            "a trailing semicolon",
            "package a\n\np if { input.x; }\n",
            #"""
            a.rego:3:17: error: unexpected `}`: expected an expression [rego_parse_error]
              p if { input.x; }
                              ^
            fix: remove the `;` before it
            """#),
        RefusedSource(
            "= inside a call",
            "package a\n\np if { f(x = 1) }\n",
            #"""
            a.rego:3:12: error: unexpected `=`: expected `,` or `)` [rego_parse_error]
              p if { f(x = 1) }
                         ^
            fix: to compare, write `==`; `=` and `:=` stand only between the two sides of a statement
            """#),
        RefusedSource(
            ":= inside parentheses",
            "package a\n\np if { (x := 1) }\n",
            #"""
            a.rego:3:11: error: unexpected `:=`: expected `)` [rego_parse_error]
              p if { (x := 1) }
                        ^
            fix: `:=` stands only between the two sides of a statement; to compare, write `==`
            """#),
        RefusedSource(
            "two assignments in one expression",
            "package a\n\np if { x := y := 1 }\n",
            #"""
            a.rego:3:15: error: unexpected `:=`: expected a new line, `;` or `}` [rego_parse_error]
              p if { x := y := 1 }
                            ^
            fix: `:=` stands only between the two sides of a statement; to compare, write `==`
            """#),
        RefusedSource(
            "an and of another language",
            "package a\n\np if { input.a && input.b }\n",
            #"""
            a.rego:3:17: error: unexpected `&`: expected an expression [rego_parse_error]
              p if { input.a && input.b }
                              ^
            fix: Rego has no `&&`: conditions parted by `;` or new lines must all hold
            """#),
        RefusedSource(
            "an or of another language",
            "package a\n\np if { input.a || input.b }\n",
            #"""
            a.rego:3:17: error: unexpected `|`: expected an expression [rego_parse_error]
              p if { input.a || input.b }
                              ^
            fix: Rego has no `||`: write one rule with the same name for each alternative
            """#),
        RefusedSource(
            "and as a word",
            "package a\n\np if { input.a and input.b }\n",
            #"""
            a.rego:3:16: error: unexpected `and`: expected a new line, `;` or `}` [rego_parse_error]
              p if { input.a and input.b }
                             ^
            fix: conditions parted by `;` or new lines must all hold
            """#),
        RefusedSource(
            "or as a word",
            "package a\n\np if { input.a or input.b }\n",
            #"""
            a.rego:3:16: error: unexpected `or`: expected a new line, `;` or `}` [rego_parse_error]
              p if { input.a or input.b }
                             ^
            fix: write one rule with the same name for each alternative
            """#),
    ]
}
