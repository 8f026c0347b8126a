import RegoRuntime
import RegoValues
import Testing

/// `strings.render_template`; the answers are those of Go's `text/template`.
struct TextTemplateTests {
    static let data = """
        {"n": 5, "zero": 0, "name": "Ada", "none": null, "flag": true, "off": false, "list": ["x", "y", "z"],
         "empty": [], "people": [{"name": "A", "age": 1}, {"name": "B", "age": 2}], "map": {"b": 2, "a": 1}, "html": "<a&'b'>"}
        """

    private func rendered(_ template: String) throws -> String {
        let harness = BuiltinHarness()
        let arguments = try CertificateFixture.arguments([template], Self.data)
        do {
            return try harness.call("strings.render_template", arguments).string ?? "<no string>"
        } catch let error as BuiltinError {
            return "\(error.kind): \(error.message)"
        }
    }

    @Test(arguments: [
        ("{{.name}}", "Ada"), ("{{ .n }}|{{.flag}}|{{.list}}|{{.map}}", "5|true|[x y z]|map[a:1 b:2]"),
        ("{{.missing}} {{.a.b}} {{.none}}", "<undefined> <undefined> <undefined>"), ("{{.}}", "map["),
        ("a {{- .n -}} b", "a5b"), ("a\n{{- /* note */ -}}\nb", "ab"), ("{{/* }} */}}x", "x"), ("{{-3}}", "-3"),
        ("{{\"}}\"}}{{`{{`}}", "}}{{"), (#"{{"a\tb\u00e9"}}"#, "a\tbé"), ("{{1.5}} {{0x10}} {{+2}}", "1.5 16 2"),
    ])
    func `values are shown`(_ template: String, _ text: String) throws {
        let answer = try rendered(template)
        #expect(text == "map[" ? answer.hasPrefix(text) : answer == text)
    }

    @Test(arguments: [
        ("{{if .flag}}y{{else}}n{{end}}{{if .off}}y{{else}}n{{end}}", "yn"), ("{{if .zero}}y{{else}}n{{end}}", "y"),
        ("{{if 0}}y{{else}}n{{end}}", "n"), ("{{if .empty}}y{{else if .off}}o{{else if .n}}z{{else}}n{{end}}", "z"),
        ("{{with .map}}{{.a}}{{$.n}}{{end}}", "15"), ("{{with .empty}}y{{else with .map}}{{.b}}{{end}}", "2"),
        ("{{with $x := .n}}{{$x}}{{.}}{{end}}", "55"), ("{{range .list}}{{.}},{{end}}", "x,y,z,"),
        ("{{range $i, $x := .list}}{{if $i}}, {{end}}{{$i}}={{$x}}{{end}}", "0=x, 1=y, 2=z"),
        ("{{range $k, $v := .map}}{{$k}}{{$v}}{{end}}", "a1b2"),
        ("{{range .people}}{{.name}}:{{.age}} {{end}}", "A:1 B:2 "),
        ("{{range .empty}}x{{else}}none{{end}}", "none"), ("{{range .missing}}x{{else}}none{{end}}", "none"),
        ("{{range $i, $x := .list}}{{if eq $i 1}}{{break}}{{end}}{{$x}}{{end}}", "x"),
        ("{{range $i, $x := .list}}{{if eq $i 1}}{{continue}}{{end}}{{$x}}{{end}}", "xz"),
        ("{{range 3}}{{.}}{{end}}", "012"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{end}}{{$x}}", "2"),
        ("{{$x := .n}}{{range .list}}{{$x}}{{end}}", "555"),
    ])
    func `actions branch, loop and bind`(_ template: String, _ text: String) throws {
        #expect(try rendered(template) == text)
    }

    @Test(arguments: [
        ("{{len .list}} {{len .name}} {{len .map}}", "3 3 2"), ("{{index .list 1}}{{index .map \"b\"}}", "y2"),
        ("{{index .people 1 \"name\"}} {{(index .people 0).name}}", "B A"),
        ("{{.html | html}}", "&lt;a&amp;&#39;b&#39;&gt;"),
        ("{{\"a b&c\" | urlquery}}", "a+b%26c"), ("{{printf \"%05d|%s|%v\" 42 .name .n}}", "00042|Ada|5"),
        ("{{.name | printf \"%s-%s\" \"x\"}}", "x-Ada"), ("{{print 1 2 \"a\" 3}}", "1 2a3"), ("{{println .n}}", "5\n"),
        ("{{not .flag}} {{and .flag .n}} {{or .off .empty .name}}", "false 5 Ada"),
        ("{{and .off (index .list 9)}}", "false"),
        (
            "{{eq .name \"Ada\"}} {{eq .name \"B\" \"Ada\"}} {{ne 1 2}} {{lt 1 2}} {{ge \"b\" \"a\"}}",
            "true true true true true"
        ),
        ("{{slice .name 1}} {{slice .list 0 2}}", "da [x y]"), ("{{eq .n \"5\"}}", "true"),
    ])
    func `functions answer`(_ template: String, _ text: String) throws {
        #expect(try rendered(template) == text)
    }

    @Test(arguments: [
        ("{{", "unclosed action"), ("{{.a", "unclosed action"), ("{{if .a}}", "unexpected EOF"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{else}}", "unexpected {{else}}"), ("{{if}}x{{end}}", "missing value for if"),
        ("{{}}", "missing value for command"),
        ("{{foo .a}}", "function \"foo\" not defined"), ("{{$x}}", "undefined variable \"$x\""),
        ("{{break}}", "{{break}} outside {{range}}"), ("{{template \"x\"}}", "unsupported action {{template}}"),
        ("{{\"a}}", "unterminated quoted string"), ("{{(.a}}", "unclosed left paren"),
        ("{{.a)}}", "unexpected right paren"),
        ("{{index .list 9}}", "error calling index: index out of range: 9"),
        ("{{index .n 0}}", "error calling index: can't index item of type number"),
        ("{{eq .n 5}}", "error calling eq: incompatible types for comparison"),
        ("{{len true}}", "error calling len: len of type boolean"),
        ("{{.name 1}}", "can't give argument to non-function"),
        ("{{range .name}}{{end}}", "range can't iterate over Ada"),
        ("{{len}}", "error calling len: wrong number of args: want at least 1 got 0"),
        ("{{if .a}}{{else}}{{else}}{{end}}", "expected end; found {{else}}"), ("{{/* x", "unclosed comment"),
        ("{{range $a, $b, $c := .list}}{{end}}", "too many declarations"), ("{{1z}}", "bad number syntax: \"1z\""),
    ])
    func `what is no template is an error`(_ template: String, _ reason: String) throws {
        #expect(try rendered(template) == "failure: strings.render_template: template: template:1: \(reason)")
    }

    @Test func `loops in loops stop at the evaluation's limits`() throws {
        let harness = BuiltinHarness()
        var asked = 0
        harness.context.interruption = {
            asked += 1
            return asked > 3 ? "time is up" : nil
        }
        let template = String(repeating: "{{range 1000}}", count: 20) + String(repeating: "{{end}}", count: 20)
        let answer = try harness.answer("strings.render_template", try CertificateFixture.arguments([template], "{}"))
        #expect(answer == "halt: time is up")
    }
}
