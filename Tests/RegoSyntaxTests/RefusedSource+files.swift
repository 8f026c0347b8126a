extension RefusedSource {
    /// Mistakes in packages and imports.
    static let files: [RefusedSource] = [
        RefusedSource(
            "an empty file",
            "",
            #"""
            a.rego:1:1: error: the file is empty [rego_parse_error]
              
              ^
            fix: start it with `package name`
            """#),
        RefusedSource(
            "a file with only a comment",
            "# nothing here\n",
            #"""
            a.rego:2:1: error: the file is empty [rego_parse_error]
              
              ^
            fix: start it with `package name`
            """#),
        RefusedSource(
            "a rule before the package",
            "p := 1\n",
            #"""
            a.rego:1:1: error: a file starts with `package` [rego_parse_error]
              p := 1
              ^
            fix: put `package name` on its first line
            """#),
        RefusedSource(
            "a missing package, then another mistake",
            "p := 1\nq := \n",
            #"""
            a.rego:1:1: error: a file starts with `package` [rego_parse_error]
              p := 1
              ^
            fix: put `package name` on its first line
            a.rego:2:5: error: unexpected end of text: expected an expression [rego_parse_error]
              q := 
                  ^
            """#),
        RefusedSource(
            "a misspelled package",
            "pakcage a\n\np := 1\n",
            #"""
            a.rego:1:1: error: `pakcage` is not a keyword [rego_parse_error]
              pakcage a
              ^
            fix: did you mean `package`?
            """#),
        RefusedSource(
            "no package, and a rule whose name is nearly one",
            "pakcage := 1\n",
            #"""
            a.rego:1:1: error: a file starts with `package` [rego_parse_error]
              pakcage := 1
              ^
            fix: put `package name` on its first line
            """#),
        RefusedSource(
            "package without a name",
            "package\n",
            #"""
            a.rego:1:8: error: unexpected end of text: expected the package's name [rego_parse_error]
              package
                     ^
            """#),
        RefusedSource(
            "package with a number",
            "package 1\n",
            #"""
            a.rego:1:9: error: unexpected number `1`: expected the package's name [rego_parse_error]
              package 1
                      ^
            """#),
        RefusedSource(
            "package with a variable segment",
            "package a[b]\n",
            #"""
            a.rego:1:11: error: unexpected `b`: expected a string [rego_parse_error]
              package a[b]
                        ^
            fix: paths are constant: `["name"]`
            """#),
        RefusedSource(
            "package twice",
            "package a\n\npackage b\n",
            #"""
            a.rego:3:1: error: unexpected `package`: it stands once, at the start of a file [rego_parse_error]
              package b
              ^
            fix: move the rules below it into a file of their own
            """#),
        RefusedSource(
            "a misspelled import",
            "package a\n\nimprot data.b\n",
            #"""
            a.rego:3:1: error: `improt` is not a keyword [rego_parse_error]
              improt data.b
              ^
            fix: did you mean `import`?
            """#),
        RefusedSource(
            "a misspelled default",
            "package a\n\ndefualt p := 1\n",
            #"""
            a.rego:3:1: error: `defualt` is not a keyword [rego_parse_error]
              defualt p := 1
              ^
            fix: did you mean `default`?
            """#),
        RefusedSource(
            "an import of a bare name",
            "package a\n\nimport roles\n",
            #"""
            a.rego:3:8: error: an import starts with `data`, `input`, `rego` or `future`, not with `roles` [rego_parse_error]
              import roles
                     ^
            fix: rules of other packages are below `data`: `import data.roles…`
            """#),
        RefusedSource(
            "an import without a path",
            "package a\n\nimport\n",
            #"""
            a.rego:3:7: error: unexpected end of text: expected a path such as `data.roles` [rego_parse_error]
              import
                    ^
            """#),
        RefusedSource(
            "an import with a variable segment",
            "package a\n\nimport data[x]\n",
            #"""
            a.rego:3:13: error: unexpected `x`: expected a string [rego_parse_error]
              import data[x]
                          ^
            fix: paths are constant: `["name"]`
            """#),
        RefusedSource(
            "an import alias that is a keyword",
            "package a\n\nimport data.b as if\n",
            #"""
            a.rego:3:18: error: unexpected keyword `if`: expected a name after `as` [rego_parse_error]
              import data.b as if
                               ^
            """#),
        RefusedSource(
            "an import that ends in a keyword",
            "package a\n\nimport data.b.contains\n",
            #"""
            a.rego:3:15: error: an import cannot end in the keyword `contains` [rego_parse_error]
              import data.b.contains
                            ^
            fix: add a name: `as contains_`
            """#),
        RefusedSource(
            "an import of another language version",
            "package a\n\nimport rego.v2\n",
            #"""
            a.rego:3:8: error: the only import below `rego` is `rego.v1` [rego_parse_error]
              import rego.v2
                     ^
            """#),
        RefusedSource(
            "an unknown future keyword",
            "package a\n\nimport future.keywords.unless\n",
            #"""
            a.rego:3:8: error: below `future` there are `future.keywords` and `future.keywords.` with `contains`, `every`, `if` or `in` [rego_parse_error]
              import future.keywords.unless
                     ^
            fix: remove the import: Rego v1 needs none of them
            """#),
        RefusedSource(
            "a renamed future import",
            "package a\n\nimport future.keywords as kw\n",
            #"""
            a.rego:3:27: error: `future` imports cannot be renamed [rego_parse_error]
              import future.keywords as kw
                                        ^
            fix: leave out `as`
            """#),
    ]
}
