import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// Many rules side by side get an index; it may change nothing but the time.
struct RuleIndexTests {
    private static let tools = (0..<40).map { "t\($0)" }

    /// Rules that compare the input in every way that the index knows, and in some that it does not.
    private static let module: String = {
        var text = ""
        for (number, tool) in tools.enumerated() {
            text += "p contains \(number) if input.tool == \"\(tool)\"\n"
            text += "p contains \(number + 100) if { t := input.tool; t in {\"\(tool)\", \"x\(number)\"} }\n"
            text += "p contains \(number + 200) if startswith(input.path, \"/\(tool)/\")\n"
            text += "p contains \(number + 300) if glob.match(\"/\(tool)/*\", [\"/\"], input.path)\n"
            text += "p contains \(number + 400) if { input.tool == \"\(tool)\"; input.n == \(number % 4) }\n"
            text += "p contains \(number + 700) if endswith(input.path, \".\(tool)\")\n"
            text += "p contains \(number + 800) if glob.match(\"*.\(tool)\", [\".\"], input.path)\n"
            text += "p contains \(number + 900) if glob.match(\"{a,b}*/{\(tool),y\(number)}\", [\"/\"], input.path)\n"
            text += "p contains \(number + 500) if count(input.tool) == \(number)\n"
            text += "f(\"\(tool)\") := \(number)\n"
        }
        return text + "p contains f(input.tool) + 600"
    }()

    /// The same rules, each behind a name of its own, so that no index can be built.
    private static let plain: String = {
        var text = ""
        for (number, line) in module.split(separator: "\n").enumerated() {
            guard line.hasPrefix("p contains ") else {
                text += line + "\n"
                continue
            }
            text += "r\(number) contains " + line.dropFirst("p contains ".count) + "\n"
            text += "q[\(number)] := r\(number)\n"
        }
        return text + "p contains x if some x in q[_]"
    }()

    static let inputs = [
        #"{"tool":"t7","path":"/t7/a","n":3}"#, #"{"tool":"x3","path":"/t39/","n":0}"#, #"{"tool":"t39"}"#,
        #"{"path":"/t1/b/c"}"#, #"{"path":"x.t12"}"#, #"{"path":"x.y.t12"}"#, #"{"path":".t1"}"#, #"{"path":"t1"}"#,
        #"{"path":"ab/t3"}"#, #"{"path":"b/y30"}"#, #"{"tool":7,"path":["t1"]}"#, "{}",
        #"{"tool":"none","path":"/","n":1}"#,
    ]

    @Test(arguments: inputs) func `an index changes no answer`(_ input: String) throws {
        let indexed = try answers(LanguageCase("indexed", Self.module, input: input))
        let plain = try answers(LanguageCase("plain", Self.plain, input: input))
        #expect(indexed == plain)
    }

    @Test func `a replaced input is looked at anew`() throws {
        let module =
            Self.module + "\nr := [x, y] if { x := p with input.tool as \"t1\"; y := p with input.tool as \"x2\" }"
        let found = try answers(LanguageCase("with", module, query: "data.test.r = x", input: #"{"tool":"t9"}"#))
        #expect(found == [#"{"x":[[1,101,502,601],[102,502]]}"#])
    }

    @Test func `a conflict between indexed rules is found`() throws {
        var module = "p := f(input.a)\n"
        for number in 0..<20 { module += "f(\(number)) := \(number)\n" }
        module += "f(x) := 100 if x == 7"
        #expect(try answers(LanguageCase("none", module, input: #"{"a":6}"#)) == [#"{"x":6}"#])
        #expect {
            try answers(LanguageCase("conflict", module, input: #"{"a":7}"#))
        } throws: { error in
            (error as? Failed)?.description
                == "test-0.rego:23: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        }
    }
}
