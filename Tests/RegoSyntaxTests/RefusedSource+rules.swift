extension RefusedSource {
    /// Mistakes in rules.
    static let rules: [RefusedSource] = [
        RefusedSource(
            "v0: a body without if",
            "package a\n\np { true }\n",
            #"""
            a.rego:3:3: error: unexpected `{`: expected `if` before the rule's body [rego_parse_error]
              p { true }
                ^
            fix: write `p if {`
            """#),
        RefusedSource(
            "v0: a value and a body without if",
            "package a\n\np = 1 { true }\n",
            #"""
            a.rego:3:7: error: unexpected `{`: expected `if` before the rule's body [rego_parse_error]
              p = 1 { true }
                    ^
            fix: write `p = 1 if {`
            """#),
        RefusedSource(
            "v0: a partial set",
            "package a\n\np[x] { x := 1 }\n",
            #"""
            a.rego:3:6: error: unexpected `{`: expected `if` before the rule's body [rego_parse_error]
              p[x] { x := 1 }
                   ^
            fix: write `p contains x if {` for a set, or `p[x] if {` for an object
            """#),
        RefusedSource(
            "v0: a partial set without a body",
            "package a\n\np[1]\n",
            #"""
            a.rego:3:1: error: the rule `p[1]` has neither a value nor a body [rego_parse_error]
              p[1]
              ^
            fix: write `p contains 1` for a set, or `p[1] := value`
            """#),
        RefusedSource(
            "v0: a dotted partial set",
            "package a\n\np.q\n",
            #"""
            a.rego:3:1: error: the rule `p.q` has neither a value nor a body [rego_parse_error]
              p.q
              ^
            fix: write `p contains "q"` for a set, or `p.q := value`
            """#),
        RefusedSource(
            "v0: a function without if",
            "package a\n\nf(x) = y { y := x }\n",
            #"""
            a.rego:3:10: error: unexpected `{`: expected `if` before the rule's body [rego_parse_error]
              f(x) = y { y := x }
                       ^
            fix: write `f(x) = y if {`
            """#),
        RefusedSource(
            "v0: else without if",
            "package a\n\np if { false } else { true }\n",
            #"""
            a.rego:3:21: error: unexpected `{`: expected `if` or `:=` after `else` [rego_parse_error]
              p if { false } else { true }
                                  ^
            fix: write `else if {`
            """#),
        RefusedSource(
            "v0: else with a value without if",
            "package a\n\np := 1 if { false } else := 2 { true }\n",
            #"""
            a.rego:3:31: error: unexpected `{`: expected `if` before the body [rego_parse_error]
              p := 1 if { false } else := 2 { true }
                                            ^
            fix: write `else := … if {`
            """#),
        RefusedSource(
            "a lone name",
            "package a\n\nallow\n",
            #"""
            a.rego:3:1: error: the rule `allow` has neither a value nor a body [rego_parse_error]
              allow
              ^
            fix: write `allow := value` or `allow if condition`
            """#),
        RefusedSource(
            "a lone long path",
            "package a\n\na.b.c\n",
            #"""
            a.rego:3:1: error: the rule `a.b.c` has neither a value nor a body [rego_parse_error]
              a.b.c
              ^
            fix: write `a.b.c := value` or `a.b.c if condition`
            """#),
        RefusedSource(
            "a comparison as a rule",
            "package a\n\np == 1\n",
            #"""
            a.rego:3:3: error: unexpected `==`: expected `if` or a new line [rego_parse_error]
              p == 1
                ^
            fix: define a value with `:=`; conditions belong into a rule's body: `name if condition`
            """#),
        RefusedSource(
            "an expression at the top level",
            "package a\n\ninput.x > 3\n",
            #"""
            a.rego:3:9: error: unexpected `>`: expected `if` or a new line [rego_parse_error]
              input.x > 3
                      ^
            fix: define a value with `:=`; conditions belong into a rule's body: `name if condition`
            """#),
        RefusedSource(
            "a literal at the top level",
            "package a\n\n\"text\"\n",
            #"""
            a.rego:3:1: error: unexpected string `"text"`: expected a rule or an import [rego_parse_error]
              "text"
              ^
            """#),
        RefusedSource(
            "a wildcard as a rule's name",
            "package a\n\n_ := 1\n",
            #"""
            a.rego:3:1: error: `_` cannot be a rule's name [rego_parse_error]
              _ := 1
              ^
            """#),
        RefusedSource(
            "a semicolon between rules",
            "package a\n\np := 1; q := 2\n",
            #"""
            a.rego:3:7: error: unexpected `;`: expected `if` or a new line [rego_parse_error]
              p := 1; q := 2
                    ^
            fix: rules are parted by new lines
            """#),
        RefusedSource(
            "a misspelled if",
            "package a\n\np fi input.x\n",
            #"""
            a.rego:3:3: error: unexpected `fi`: expected `if` [rego_parse_error]
              p fi input.x
                ^
            fix: did you mean `if`?
            """#),
        RefusedSource(
            "a misspelled contains",
            "package a\n\np contians 1\n",
            #"""
            a.rego:3:3: error: unexpected `contians`: expected `contains` [rego_parse_error]
              p contians 1
                ^
            fix: did you mean `contains`?
            """#),
        RefusedSource(
            "something after a value",
            "package a\n\np := 1 2\n",
            #"""
            a.rego:3:8: error: unexpected number `2`: expected `if` or a new line [rego_parse_error]
              p := 1 2
                     ^
            """#),
        RefusedSource(
            "with behind a value",
            "package a\n\np := data.q with input as 1\n",
            #"""
            a.rego:3:13: error: unexpected keyword `with`: expected `if` or a new line [rego_parse_error]
              p := data.q with input as 1
                          ^
            fix: `with` stands behind an expression of a body: `name := x if x := term with input as …`
            """#),
        RefusedSource(
            "a value that is missing",
            "package a\n\np :=\n",
            #"""
            a.rego:3:5: error: unexpected end of text: expected an expression [rego_parse_error]
              p :=
                  ^
            """#),
        RefusedSource(
            "a key that is missing",
            "package a\n\np contains\n",
            #"""
            a.rego:3:11: error: unexpected end of text: expected an expression [rego_parse_error]
              p contains
                        ^
            """#),
        RefusedSource(
            "contains on a function",
            "package a\n\nf(x) contains x if x\n",
            #"""
            a.rego:3:6: error: unexpected keyword `contains`: expected `:=` or `if` [rego_parse_error]
              f(x) contains x if x
                   ^
            fix: a function has one value: `f(…) := value`
            """#),
        RefusedSource(
            "else after contains",
            "package a\n\np contains 1 if { true } else := 2\n",
            #"""
            a.rego:3:26: error: `else` cannot follow a `contains` rule [rego_parse_error]
              p contains 1 if { true } else := 2
                                       ^
            fix: write a second rule
            """#),
        RefusedSource(
            "else after a variable in the name",
            "package a\n\np[x] := 1 if { x := 1 } else := 2\n",
            #"""
            a.rego:3:25: error: `else` cannot follow a rule with variables in its name [rego_parse_error]
              p[x] := 1 if { x := 1 } else := 2
                                      ^
            fix: write a second rule
            """#),
        RefusedSource(
            "else without a body before it",
            "package a\n\np := 1 else := 2\n",
            #"""
            a.rego:3:8: error: unexpected keyword `else`: expected a new line [rego_parse_error]
              p := 1 else := 2
                     ^
            fix: `else` needs a body before it: `… if { … } else …`
            """#),
        RefusedSource(
            "else without anything",
            "package a\n\np if { true } else\n",
            #"""
            a.rego:3:19: error: unexpected end of text: expected `if` or `:=` after `else` [rego_parse_error]
              p if { true } else
                                ^
            """#),
        RefusedSource(
            "a chained body after else",
            "package a\n\np if { true } else := 1 if { true } { true }\n",
            #"""
            a.rego:3:37: error: unexpected `{`: expected `else` or a new line [rego_parse_error]
              p if { true } else := 1 if { true } { true }
                                                  ^
            fix: a rule has either chained bodies or `else` branches
            """#),
        RefusedSource(
            "a block after a single expression",
            "package a\n\np if input.x { true }\n",
            #"""
            a.rego:3:14: error: unexpected `{`: expected a new line [rego_parse_error]
              p if input.x { true }
                           ^
            fix: a body of several conditions stands in one block: `if { … }`
            """#),
        RefusedSource(
            "a call in a rule's name",
            "package a\n\np(x).q := 1\n",
            #"""
            a.rego:3:1: error: a rule's name cannot follow a call [rego_parse_error]
              p(x).q := 1
              ^
            """#),
        RefusedSource(
            "default without a name",
            "package a\n\ndefault := 1\n",
            #"""
            a.rego:3:9: error: unexpected `:=`: expected a rule's name after `default` [rego_parse_error]
              default := 1
                      ^
            fix: write `default name := value`
            """#),
        RefusedSource(
            "default without a value",
            "package a\n\ndefault p\n",
            #"""
            a.rego:3:9: error: a default rule needs a value [rego_parse_error]
              default p
                      ^
            fix: write `default p := value`
            """#),
        RefusedSource(
            "default with a variable",
            "package a\n\ndefault p := x\n",
            #"""
            a.rego:3:14: error: a default value has to be constant [rego_parse_error]
              default p := x
                           ^
            fix: variables, refs and calls may stand only inside comprehensions here
            """#),
        RefusedSource(
            "default with a ref in an array",
            "package a\n\ndefault p := [1, input.x]\n",
            #"""
            a.rego:3:18: error: a default value has to be constant [rego_parse_error]
              default p := [1, input.x]
                               ^
            fix: variables, refs and calls may stand only inside comprehensions here
            """#),
        RefusedSource(
            "default with a body",
            "package a\n\ndefault p := 1 if true\n",
            #"""
            a.rego:3:16: error: unexpected keyword `if`: expected a new line [rego_parse_error]
              default p := 1 if true
                             ^
            fix: a default rule has no body; it holds when no other does
            """#),
        RefusedSource(
            "default function with a pattern",
            "package a\n\ndefault f([x]) := 1\n",
            #"""
            a.rego:3:11: error: an argument of a default function has to be a plain variable [rego_parse_error]
              default f([x]) := 1
                        ^
            fix: write `_` for arguments that do not matter
            """#),
        RefusedSource(
            "default function with a repeated argument",
            "package a\n\ndefault f(x, x) := 1\n",
            #"""
            a.rego:3:14: error: the argument `x` is repeated in a default function [rego_parse_error]
              default f(x, x) := 1
                           ^
            """#),
    ]
}
