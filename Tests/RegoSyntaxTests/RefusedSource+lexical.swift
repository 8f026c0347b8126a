extension RefusedSource {
    /// Mistakes in characters, numbers and strings.
    static let lexical: [RefusedSource] = [
        RefusedSource(
            "a not of another language",
            "package a\n\np if { !input.a }\n",
            #"""
            a.rego:3:8: error: unexpected `!` [rego_parse_error]
              p if { !input.a }
                     ^
            fix: negate with `not`: `not condition`
            """#),
        RefusedSource(
            "a comment of another language",
            "package a\n\n// about p\np := 1\n",
            #"""
            a.rego:3:1: error: unexpected `/`: expected a rule or an import [rego_parse_error]
              // about p
              ^
            fix: comments start with `#`
            """#),
        RefusedSource(
            "a block comment",
            "package a\n\n/* about p */\np := 1\n",
            #"""
            a.rego:3:1: error: unexpected `/`: expected a rule or an import [rego_parse_error]
              /* about p */
              ^
            fix: comments start with `#`
            """#),
        RefusedSource(
            "single quotes",
            "package a\n\np := 'text'\n",
            #"""
            a.rego:3:6: error: unexpected `'` [rego_parse_error]
              p := 'text'
                   ^
            fix: strings stand in double quotes: `"text"`
            """#),
        RefusedSource(
            "typographic quotes",
            "package a\n\np := “text”\n",
            #"""
            a.rego:3:6: error: unexpected `“` [rego_parse_error]
              p := “text”
                   ^
            fix: use the plain double quote `"`
            """#),
        RefusedSource(
            "a sign before a name",
            "package a\n\np := -x\n",
            #"""
            a.rego:3:7: error: unexpected `x`: expected a number after `-` [rego_parse_error]
              p := -x
                    ^
            fix: only numbers have a sign: for others write `0 - x`
            """#),
        RefusedSource(
            "a number with a leading zero",
            "package a\n\np := 007\n",
            #"""
            a.rego:3:6: error: a number cannot start with `0` [rego_parse_error]
              p := 007
                   ^
            fix: numbers are decimal: leave the zeros out
            """#),
        RefusedSource(
            "a number with a unit",
            "package a\n\np := 10ms\n",
            #"""
            a.rego:3:6: error: `10ms` is neither a number nor a name [rego_parse_error]
              p := 10ms
                   ^
            fix: names begin with a letter or `_`; numbers are decimal and have no unit
            """#),
        RefusedSource(
            "a number without a fraction",
            "package a\n\np := 1.\n",
            #"""
            a.rego:3:6: error: digits are missing after the decimal point [rego_parse_error]
              p := 1.
                   ^
            fix: write `.0` or leave the point out
            """#),
        RefusedSource(
            "a number without an exponent",
            "package a\n\np := 1e\n",
            #"""
            a.rego:3:6: error: digits are missing in the exponent [rego_parse_error]
              p := 1e
                   ^
            fix: write it as in `1e9`
            """#),
        RefusedSource(
            "a huge number",
            "package a\n\np := 1e999999\n",
            #"""
            a.rego:3:6: error: the number is too large or too close to zero [rego_parse_error]
              p := 1e999999
                   ^
            fix: exponents go up to about 30000
            """#),
        RefusedSource(
            "an operator without a right side",
            "package a\n\np := 1 +\n\nq := 2\n",
            #"""
            a.rego:5:3: error: unexpected `:=`: expected `if` or a new line [rego_parse_error]
              q := 2
                ^
            fix: complete line 3: a value is missing behind its last `+`
            """#),
        RefusedSource(
            "an operator twice",
            "package a\n\np if 1 * * 2\n",
            #"""
            a.rego:3:10: error: unexpected `*`: expected an expression [rego_parse_error]
              p if 1 * * 2
                       ^
            """#),
        RefusedSource(
            "a string that is not closed",
            "package a\n\np := \"text\n",
            #"""
            a.rego:3:6: error: the string is not closed on its line [rego_parse_error]
              p := "text
                   ^
            fix: close it with `"`; a string of several lines stands in backticks
            """#),
        RefusedSource(
            "a raw string that is not closed",
            "package a\n\np := `text\n\nq := 1\n",
            #"""
            a.rego:3:6: error: the raw string is never closed [rego_parse_error]
              p := `text
                   ^
            fix: close it with a backtick
            """#),
        RefusedSource(
            "an unknown escape",
            "package a\n\np := \"a\\qb\"\n",
            #"""
            a.rego:3:6: error: `\q` is no escape [rego_parse_error]
              p := "a\qb"
                   ^
            fix: the escapes are \" \\ \/ \b \f \n \r \t \uXXXX; a raw string in backticks has none
            """#),
        RefusedSource(
            "a short unicode escape",
            "package a\n\np := \"\\u12\"\n",
            #"""
            a.rego:3:6: error: `\u` needs four hexadecimal digits [rego_parse_error]
              p := "\u12"
                   ^
            fix: the escapes are \" \\ \/ \b \f \n \r \t \uXXXX; a raw string in backticks has none
            """#),
        RefusedSource(
            "a template string that is not closed",
            "package a\n\np := $\"text {x}\n",
            #"""
            a.rego:3:16: error: the template string is not closed on its line [rego_parse_error]
              p := $"text {x}
                             ^
            fix: close it with `"`; a template string in backticks may have several lines
            """#),
        RefusedSource(
            "an interpolation that is not closed",
            "package a\n\np := $\"text {x\"\n",
            #"""
            a.rego:3:15: error: the string is not closed on its line [rego_parse_error]
              p := $"text {x"
                            ^
            fix: close it with `"`; a string of several lines stands in backticks
            """#),
        RefusedSource(
            "an empty interpolation",
            "package a\n\np := $\"{}\"\n",
            #"""
            a.rego:3:9: error: unexpected `}`: expected an expression [rego_parse_error]
              p := $"{}"
                      ^
            """#),
        RefusedSource(
            "an assignment in an interpolation",
            "package a\n\np := $\"{x := 1}\"\n",
            #"""
            a.rego:3:9: error: `:=` cannot stand in a template string's interpolation [rego_parse_error]
              p := $"{x := 1}"
                      ^
            fix: compute the value in the body and write its name here
            """#),
        RefusedSource(
            "a negation in an interpolation",
            "package a\n\np := $\"{not x}\"\n",
            #"""
            a.rego:3:9: error: `not` cannot stand in a template string's interpolation [rego_parse_error]
              p := $"{not x}"
                      ^
            fix: compute the value in the body and write its name here
            """#),
        RefusedSource(
            "some in an interpolation",
            "package a\n\np := $\"{some x in xs}\"\n",
            #"""
            a.rego:3:9: error: `some` cannot stand in a template string's interpolation [rego_parse_error]
              p := $"{some x in xs}"
                      ^
            fix: compute the value in the body and write its name here
            """#),
        RefusedSource(
            "an unknown escape in a template",
            "package a\n\np := $\"\\q\"\n",
            #"""
            a.rego:3:8: error: `\q` is no escape [rego_parse_error]
              p := $"\q"
                     ^
            fix: the escapes are \" \\ \/ \b \f \n \r \t \uXXXX, and `\{` for a brace
            """#),
        RefusedSource(
            "a dollar before a name",
            "package a\n\np := $x\n",
            #"""
            a.rego:3:6: error: unexpected `$` [rego_parse_error]
              p := $x
                   ^
            fix: a template string is written `$"…{expression}…"`; variable names have no `$`
            """#),
    ]
}
