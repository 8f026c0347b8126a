import RegoSyntax
import Testing

/// A text and what formatting makes of it.
struct FormattedSource: CustomTestStringConvertible {
    let name: String
    let source: String
    let formatted: String

    init(_ name: String, _ source: String, _ formatted: String) {
        self.name = name
        self.source = source
        self.formatted = formatted
    }

    var testDescription: String { name }
}

struct SourceFormatterTests {
    @Test(arguments: FormattedSource.all) func `formatting gives this text`(one: FormattedSource) throws {
        let formatted = try SourceFormatter.format(SourceFile(name: "a.rego", text: one.source))
        #expect(formatted == one.formatted)
        #expect(try SourceFormatter.format(SourceFile(name: "a.rego", text: formatted)) == formatted)
    }

    @Test func `a text that does not parse is not formatted`() throws {
        let error = try #require(throws: Diagnostics.self) {
            try SourceFormatter.format(SourceFile(name: "a.rego", text: "package a\np :=\n"))
        }
        #expect(error.all.count == 1)
    }

    @Test(arguments: [
        ("x := 1 ; y=2", "x := 1; y = 2"), ("not  x[\"a\"].b with input  as {1,2}", "not x.a.b with input as {1, 2}"),
        ("( 1+2 )*3", "(1 + 2) * 3"), ("some k,v in xs", "some k, v in xs"),
        ("every x in xs{x>1;y}", "every x in xs { x > 1; y }"),
        ("f((a,b in c), _)", "f((a, b in c), _)"), ("[ (a|b) ]", "[(a | b)]"), ("a[\"b c\"][d]", "a[\"b c\"][d]"),
        ("`a\\b`", "\"a\\\\b\""),
    ])
    func `queries print on one line`(source: String, printed: String) throws {
        #expect(Printer.print(try Parser.parseQuery(SourceFile(name: "q", text: source))) == printed)
    }
}

extension FormattedSource {
    static let all: [FormattedSource] = [
        FormattedSource(
            "spaces, imports and blank lines",
            """
            # Copyright

            # About a
            package   a.b
            import data.z as y
            import   data.c

            import input
            x:=1
            y :=   2


            allow   if{input.a==1}
            """,
            """
            # Copyright

            # About a
            package a.b

            import data.c
            import data.z as y

            import input

            x := 1
            y := 2

            allow if input.a == 1

            """),
        FormattedSource(
            "bodies, else branches and comments",
            """
            package a
            # METADATA
            # title: p
            p := 1 if { # first
              input.a;  input.b   # both


              # the last one
              not input.c with input as {"x":1}
              # nothing more
            } # done
            else := 2 if { input.d } else := 3
            """,
            """
            package a

            # METADATA
            # title: p
            p := 1 if { # first
            \tinput.a
            \tinput.b # both

            \t# the last one
            \tnot input.c with input as {"x": 1}
            \t# nothing more
            \t# done
            } else := 2 if {
            \tinput.d
            } else := 3

            """),
        FormattedSource(
            "brackets over several lines",
            """
            package a
            roles := {"admin": ["read",
                "write"], # all
              # only this
              "guest": ["read"]}
            one := [
              1]
            f(x) := g({
              "a": x, "b": 2})
            names := [ n | some u in input.users
              n := u.name
              n != "" ]
            """,
            """
            package a

            roles := {
            \t"admin": [
            \t\t"read",
            \t\t"write",
            \t], # all
            \t# only this
            \t"guest": ["read"],
            }

            one := [1]

            f(x) := g({"a": x, "b": 2})

            names := [n |
            \tsome u in input.users
            \tn := u.name
            \tn != ""
            ]

            """),
        FormattedSource(
            "strings keep their spelling",
            """
            package a
            p := `raw
              text`
            q := "\\u00e9" if input["x"]["if"].else
            r := $`{ 1+2 } {x}`
            """,
            """
            package a

            p := `raw
              text`

            q := "\\u00e9" if input.x["if"].else
            r := $`{ 1+2 } {x}`

            """),
        FormattedSource(
            "every and with",
            """
            package a
            p if { every k,v in input { k;v > 1 }
            every x in xs { x }
            q with input.a as 1
              with data.b as 2 }
            default q = {  }
            s contains x if some x in {1}
            """,
            """
            package a

            p if {
            \tevery k, v in input {
            \t\tk
            \t\tv > 1
            \t}
            \tevery x in xs { x }
            \tq with input.a as 1
            \t\twith data.b as 2
            }

            default q = {}
            s contains x if some x in {1}

            """),
    ]
}
