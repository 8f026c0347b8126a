extension RefusedProgram {
    /// The schemas that these modules name.
    static let schemaTexts: [String: String] = [
        "request": #"""
        {"type": "object", "properties": {"user": {"type": "object", "properties": {"name": {"type":
        "string"}, "roles": {"type": "array", "items": {"type": "string"}}}}, "amount": {"type": "number"},
        "object": {"type": "object"}, "point": {"type": "array", "items": [{"type": "number"}, {"type":
        "string"}]}}}
        """#,
        "acl": #"""
        {"type": "object", "properties": {"alice": {"type": "array", "items": {"type": "string"}}, "bob":
        {"$ref": "#/properties/alice"}}}
        """#,
        "k8s.pod": #"""
        {"definitions": {"meta": {"properties": {"labels": {"type": "object"}, "name": {"type": ["string",
        "null"]}}}}, "type": "object", "properties": {"metadata": {"$ref": "#/definitions/meta"}, "next":
        {"$ref": "#"}}}
        """#,
        "any": #"""
        {"type": "object", "properties": {"server": {"anyOf": [{"properties": {"host": {"type": "string"}}},
        {"properties": {"socket": {"type": "string"}}}]}}}
        """#,
        "all": #"""
        {"allOf": [{"properties": {"host": {"type": "string"}}}, {"properties": {"port": {"type":
        "integer"}}}]}
        """#,
        "open": #"""
        {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "additionalProperties": true}
        """#,
    ]

    /// What schemas rule out.
    static let schemas: [RefusedProgram] = [
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#np if input.usr.name == "a""#,
            #"""
            p.rego:5:6: error: undefined ref: input.usr.name: object has no such member [rego_type_error]
              p if input.usr.name == "a"
                   ^
            fix: did you mean `user`?
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#np if input.user.nam == "a""#,
            #"""
            p.rego:5:6: error: undefined ref: input.user.nam: object<name: string, roles: array[string]> has no such member [rego_type_error]
              p if input.user.nam == "a"
                   ^
            fix: did you mean `name`?
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#np if input.user.name.first == "a""#,
            #"""
            p.rego:5:6: error: undefined ref: input.user.name.first: string has no such member [rego_type_error]
              p if input.user.name.first == "a"
                   ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if input.amount.value > 1",
            #"""
            p.rego:5:6: error: undefined ref: input.amount.value: number has no such member [rego_type_error]
              p if input.amount.value > 1
                   ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if input.amount + input.user.name > 1",
            #"""
            p.rego:5:6: error: plus: invalid argument(s): have (number, string), want (number, number) [rego_type_error]
              p if input.amount + input.user.name > 1
                   ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#np if startswith(input.amount, "a")"#,
            #"""
            p.rego:5:6: error: startswith: invalid argument(s): have (number, string), want (string, string) [rego_type_error]
              p if startswith(input.amount, "a")
                   ^
            fix: argument 1 is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if input.user.roles.admin",
            #"""
            p.rego:5:6: error: undefined ref: input.user.roles.admin: array[string] has no such member [rego_type_error]
              p if input.user.roles.admin
                   ^
            fix: arrays are indexed by numbers from 0
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if input.user.roles[_] = 1",
            #"""
            p.rego:5:6: error: match error: left is string, right is number [rego_type_error]
              p if input.user.roles[_] = 1
                   ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if { some role in input.user.roles; role + 1 == 2 }",
            #"""
            p.rego:5:39: error: plus: invalid argument(s): have (string, number), want (number, number) [rego_type_error]
              p if { some role in input.user.roles; role + 1 == 2 }
                                                    ^
            fix: `+` adds numbers: join strings with `concat` or in a template, `$"{a}{b}"`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if input.point[2] == 1",
            #"""
            p.rego:5:6: error: undefined ref: input.point[2]: array<number, string> has no such member [rego_type_error]
              p if input.point[2] == 1
                   ^
            fix: arrays are indexed by numbers from 0
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#np if upper(input.point[0]) == "A""#,
            #"""
            p.rego:5:6: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              p if upper(input.point[0]) == "A"
                   ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if every role in input.user.roles { role.name }",
            #"""
            p.rego:5:39: error: undefined ref: role.name: string has no such member [rego_type_error]
              p if every role in input.user.roles { role.name }
                                                    ^
            fix: only objects, arrays and sets have members
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np := [x | x := input.user.age]",
            #"""
            p.rego:5:16: error: undefined ref: input.user.age: object<name: string, roles: array[string]> has no such member [rego_type_error]
              p := [x | x := input.user.age]
                             ^
            fix: its members are `name`, `roles`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np := 1 if false else := input.age",
            #"""
            p.rego:5:25: error: undefined ref: input.age: object has no such member [rego_type_error]
              p := 1 if false else := input.age
                                      ^
            fix: its members are `amount`, `object`, `point`, `user`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if not input.usre",
            #"""
            p.rego:5:10: error: undefined ref: input.usre: object has no such member [rego_type_error]
              p if not input.usre
                       ^
            fix: did you mean `user`?
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#np if { u := input.user; u.mail == "a" }"#,
            #"""
            p.rego:5:25: error: undefined ref: u.mail: object<name: string, roles: array[string]> has no such member [rego_type_error]
              p if { u := input.user; u.mail == "a" }
                                      ^
            fix: its members are `name`, `roles`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\nf(x) if input.usr == x",
            #"""
            p.rego:5:9: error: undefined ref: input.usr: object has no such member [rego_type_error]
              f(x) if input.usr == x
                      ^
            fix: did you mean `user`?
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\np if input.usr.name with input.user as {}",
            #"""
            p.rego:5:6: error: undefined ref: input.usr.name: object has no such member [rego_type_error]
              p if input.usr.name with input.user as {}
                   ^
            fix: did you mean `user`?
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - data.acl: schema.acl\#np if data.acl.carol[_] == "read""#,
            #"""
            p.rego:5:6: error: undefined ref: data.acl.carol[_]: object<alice: array[string], bob: array[string]> has no such member [rego_type_error]
              p if data.acl.carol[_] == "read"
                   ^
            fix: its members are `alice`, `bob`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - data.acl: schema.acl\np if data.acl.bob[_] = 1",
            #"""
            p.rego:5:6: error: match error: left is string, right is number [rego_type_error]
              p if data.acl.bob[_] = 1
                   ^
            fix: the two can never be equal
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.request\n#   - input.object: schema.k8s.pod\np if input.object.spec == 1",
            #"""
            p.rego:6:6: error: undefined ref: input.object.spec: object has no such member [rego_type_error]
              p if input.object.spec == 1
                   ^
            fix: its members are `metadata`, `next`
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.request\#n#   - input.object: schema.k8s.pod\#np if input.object.metadata.title == "a""#,
            #"""
            p.rego:6:6: error: undefined ref: input.object.metadata.title: object<labels: object[any: any], name: any<string, null>> has no such member [rego_type_error]
              p if input.object.metadata.title == "a"
                   ^
            fix: its members are `labels`, `name`
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema["k8s"].pod\#np if input.next.metdata == 1"#,
            #"""
            p.rego:5:6: error: undefined ref: input.next.metdata: object has no such member [rego_type_error]
              p if input.next.metdata == 1
                   ^
            fix: did you mean `metadata`?
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input.server: schema.any\np if input.server.server.port == 1",
            #"""
            p.rego:5:6: error: undefined ref: input.server.server.port: any<object<host: string>, object<socket: string>> has no such member [rego_type_error]
              p if input.server.server.port == 1
                   ^
            fix: its members are `host`, `socket`
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.all\#np if input.hots == "a""#,
            #"""
            p.rego:5:6: error: undefined ref: input.hots: object<host: string, port: number> has no such member [rego_type_error]
              p if input.hots == "a"
                   ^
            fix: did you mean `host`?
            """#),
        RefusedProgram(
            #"# METADATA\#n# schemas:\#n#   - input: schema.all\#np if upper(input.port) == "a""#,
            #"""
            p.rego:5:6: error: upper: invalid argument(s): have (number), want (string) [rego_type_error]
              p if upper(input.port) == "a"
                   ^
            fix: the argument is a number: `sprintf("%v", [x])` makes a string of it
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.open\np if input.b == 1",
            #"""
            p.rego:5:6: error: undefined ref: input.b: object<a: any> has no such member [rego_type_error]
              p if input.b == 1
                   ^
            fix: its members are `a`
            """#),
        RefusedProgram(
            "# METADATA\n# schemas:\n#   - input: schema.reqest\np := 1",
            #"""
            p.rego:4:14: error: undefined schema: schema.reqest [rego_type_error]
              #   - input: schema.reqest
                           ^
            fix: load it: `--schema FOLDER`
            """#),
        RefusedProgram(
            #"# METADATA\#n# scope: document\#n# schemas:\#n#   - input: schema.request\#np if input.user.name == "a"\#np if input.usr.name == "b""#,
            #"""
            p.rego:7:6: error: undefined ref: input.usr.name: object has no such member [rego_type_error]
              p if input.usr.name == "b"
                   ^
            fix: did you mean `user`?
            """#),
    ]
}
