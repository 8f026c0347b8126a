extension RefusedProgram {
    /// METADATA blocks.
    static let metadata: [RefusedProgram] = [
        RefusedProgram(
            "# METADATA\n# scope: rul\np := 1",
            #"""
            p.rego:3:10: error: invalid annotation scope 'rul'. Use one of 'rule', 'document', 'package', 'subpackages' [rego_parse_error]
              # scope: rul
                       ^
            fix: did you mean `rule`?
            """#),
        RefusedProgram(
            "# METADATA\n# scope: package\np := 1",
            #"""
            p.rego:3:10: error: annotation scope 'package' must be applied to package (have rule) [rego_parse_error]
              # scope: package
                       ^
            fix: put the block directly above the package
            """#),
        RefusedProgram(
            "# METADATA\n# scope: subpackages\np := 1",
            #"""
            p.rego:3:10: error: annotation scope 'subpackages' must be applied to package (have rule) [rego_parse_error]
              # scope: subpackages
                       ^
            fix: put the block directly above the package
            """#),
        RefusedProgram(
            "# METADATA\n# title: [1]\np := 1",
            #"""
            p.rego:3:10: error: `title` of an annotation has to be text [rego_parse_error]
              # title: [1]
                       ^
            """#),
        RefusedProgram(
            #"# METADATA\#n# title: "a\#np := 1"#,
            #"""
            p.rego:2:1: error: metadata is no valid YAML mapping [rego_parse_error]
              # METADATA
              ^
            fix: write one `key: value` on each comment line
            """#),
        RefusedProgram(
            "# METADATA\n# - a\np := 1",
            #"""
            p.rego:2:1: error: metadata is no valid YAML mapping [rego_parse_error]
              # METADATA
              ^
            fix: write one `key: value` on each comment line
            """#),
        RefusedProgram(
            "# METADATA\n# entrypoint: yes please\np := 1",
            #"""
            p.rego:3:15: error: `entrypoint` of an annotation has to be true or false [rego_parse_error]
              # entrypoint: yes please
                            ^
            """#),
        RefusedProgram(
            "# METADATA\n# scope: rule\n# entrypoint: true\np := 1",
            #"""
            p.rego:4:15: error: annotation entrypoint applied to non-document or package scope 'rule' [rego_parse_error]
              # entrypoint: true
                            ^
            fix: leave out `scope`, or make it `document` or `package`
            """#),
        RefusedProgram(
            "# METADATA\n# custom: text\np := 1",
            #"""
            p.rego:3:11: error: `custom` of an annotation has to be a mapping [rego_parse_error]
              # custom: text
                        ^
            """#),
        RefusedProgram(
            "# METADATA\n# authors: jane\np := 1",
            #"""
            p.rego:3:12: error: `authors` of an annotation has to be a list of `Name <mail>` or of mappings with `name` or `email` [rego_parse_error]
              # authors: jane
                         ^
            """#),
        RefusedProgram(
            #"# METADATA\#n# authors: [""]\#np := 1"#,
            #"""
            p.rego:3:12: error: `authors` of an annotation has to be a list of `Name <mail>` or of mappings with `name` or `email` [rego_parse_error]
              # authors: [""]
                         ^
            """#),
        RefusedProgram(
            "# METADATA\n# organizations: acme\np := 1",
            #"""
            p.rego:3:18: error: `organizations` of an annotation has to be a list of texts [rego_parse_error]
              # organizations: acme
                               ^
            """#),
        RefusedProgram(
            "# METADATA\n# related_resources: https://a.example\np := 1",
            #"""
            p.rego:3:22: error: `related_resources` of an annotation has to be a list of URLs or of mappings with `ref` [rego_parse_error]
              # related_resources: https://a.example
                                   ^
            """#),
        RefusedProgram(
            "# METADATA\n# related_resources:\n# - description: none\np := 1",
            #"""
            p.rego:4:3: error: `related_resources` of an annotation has to be a list of URLs or of mappings with `ref` [rego_parse_error]
              # - description: none
                ^
            """#),
        RefusedProgram(
            "# METADATA\n# schemas: input\np := 1",
            #"""
            p.rego:3:12: error: `schemas` of an annotation has to be a list of `document: schema` [rego_parse_error]
              # schemas: input
                         ^
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n# - inptu: schema.a\np := 1",
            #"""
            p.rego:4:5: error: invalid document reference `inptu` [rego_parse_error]
              # - inptu: schema.a
                  ^
            fix: write a path such as `input.user` or `data.roles`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n# - input: scheme.a\np := 1",
            #"""
            p.rego:4:12: error: invalid schema reference `scheme.a` [rego_parse_error]
              # - input: scheme.a
                         ^
            fix: write `schema.NAME`, or the JSON Schema itself
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n# - input: {type: objekt}\np := 1",
            #"""
            p.rego:4:12: error: schemas have no type `objekt`: did you mean `object`? [rego_type_error]
              # - input: {type: objekt}
                         ^
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n# - input: {$ref: "https://a.example/s"}\#np := 1"#,
            #"""
            p.rego:4:12: error: `https://a.example/s` is a remote reference, which is not fetched [rego_type_error]
              # - input: {$ref: "https://a.example/s"}
                         ^
            """#),
        RefusedProgram(
            ##"# METADATA\##n# schemas:\##n# - input: {$ref: "#/definitions/x"}\##np := 1"##,
            #"""
            p.rego:4:12: error: `#/definitions/x` refers to nothing in the schema [rego_type_error]
              # - input: {$ref: "#/definitions/x"}
                         ^
            """#),
        RefusedProgram(
            "# METADATA\n# scope: document\np if true\n# METADATA\n# scope: document\np if false",
            #"""
            p.rego:5:1: error: document annotation redeclared: p.rego:2 [rego_type_error]
              # METADATA
              ^
            fix: keep one of the two
            """#),
    ]
}
