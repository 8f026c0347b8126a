import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// Small programs that would need endless memory: each stops with the limit's own code, and before the memory is taken.
struct MemoryLimitTests {
    /// Text of 64 KiB, by doubling.
    private static let text =
        "t0 := \"aaaaaaaa\"\n" + chain("t", to: 13) { "concat(\"\", [\($0), \($0)])" } + "text := t13\n"
    /// A value that is small in memory and has 2^40 leaves when it is written out.
    private static let shared = "d0 := [\"leaf\", 1]\n" + chain("d", to: 40) { "[\($0), \($0)]" } + "shared := d40\n"

    private static func chain(_ name: String, to last: Int, _ step: (String) -> String) -> String {
        (1...last).map { "\(name)\($0) := \(step("\(name)\($0 - 1)"))\n" }.joined()
    }

    static let programs: [String: String] = [
        "numbers.range": "p := numbers.range(1, 1000000000)",
        "numbers.range_step": "p := numbers.range_step(0, 1000000000000000, 2)",
        "sprintf of widths": "p := sprintf(\"%1000000d%1000000d%1000000d\", [1, 2, 3])",
        "sprintf of a shared value": shared + "p := sprintf(\"%v\", [shared])",
        "sprintf of extra arguments": shared + "p := sprintf(\"\", [shared])",
        "replace": text + "p := replace(text, \"a\", text)",
        "strings.replace_n": text + "p := strings.replace_n({\"a\": text}, text)",
        "regex.replace": text + "p := regex.replace(text, \"a\", text)",
        "regex.find_n": text + "p := regex.find_n(\"a?\", text, -1)",
        "regex.find_all_string_submatch_n": text + "p := regex.find_all_string_submatch_n(\"(a)?\", text, -1)",
        "regex.split": text + "p := regex.split(\"a\", text)",
        "split": text + "p := split(text, \"\")",
        "concat": text + "p := concat(text, split(substring(text, 0, 100), \"\"))",
        "concat again and again": "t0 := \"aaaaaaaa\"\n" + chain("t", to: 60) { "concat(\"\", [\($0), \($0)])" }
            + "p := t60",
        "array.concat again and again": "a0 := [1]\n" + chain("a", to: 60) { "array.concat(\($0), \($0))" }
            + "p := a60",
        "array.flatten": "a := numbers.range(1, 2000)\np := array.flatten([a | some _ in a])",
        "union": "a := numbers.range(1, 300)\np := union({{[x, y] | some y in a} | some x in a})",
        "object.union_n": "a := numbers.range(1, 2000)\np := object.union_n([{format_int(x, 10): x} | some x in a])",
        "object.union again and again": "o0 := {\"a\": 1}\n"
            + chain("o", to: 40) {
                "object.union({concat(\"l\", [k, \"\"]): v | some k, v in \($0)}, {concat(\"r\", [k, \"\"]): v | some k, v in \($0)})"
            }
            + "p := o40",
        "json.marshal": shared + "p := json.marshal(shared)",
        "json.marshal_with_options": shared + "p := json.marshal_with_options(shared, {\"pretty\": true})",
        "yaml.marshal": shared + "p := yaml.marshal(shared)",
        "urlquery.encode_object": text
            + "p := urlquery.encode_object({\"k\": [text | some _ in numbers.range(1, 500)]})",
        "io.jwt.encode_sign": shared
            + "p := io.jwt.encode_sign({\"alg\": \"HS256\"}, {\"a\": shared}, {\"kty\": \"oct\", \"k\": \"c2VjcmV0\"})",
        "strings.render_template": """
        a := numbers.range(1, 100)
        p := strings.render_template("{{range .a}}{{range $.a}}{{range $.a}}12345678{{end}}{{end}}{{end}}", {"a": a})
        """,
        "a shared value in strings.render_template": shared
            + "p := strings.render_template(\"{{.a}}\", {\"a\": shared})",
        "a template string": shared + "p := $\"value: {shared}\"",
        "template strings again and again": "t0 := \"aaaaaaaa\"\n" + chain("t", to: 60) { "$\"{\($0)}{\($0)}\"" }
            + "p := t60",
        "graph.reachable_paths": """
        nodes := numbers.range(1, 20)
        edges := {n: nodes | some n in nodes}
        p := graph.reachable_paths(edges, [1])
        """,
        "walk": shared + "p := [x | walk(shared, [_, x])]",
        "net.cidr_expand": "p := net.cidr_expand(\"10.0.0.0/8\")",
        "json.patch": """
        a := numbers.range(1, 5000)
        p := json.patch({"a": a}, [{"op": "add", "path": "a/0", "value": x} | some x in a])
        """,
        "an array of a cross product": "a := numbers.range(1, 1000)\np := [[x, y] | some x in a; some y in a]",
        "a set of a cross product": "a := numbers.range(1, 1000)\np := {[x, y] | some x in a; some y in a}",
        "an object of a cross product":
            "a := numbers.range(1, 1000)\np := {format_int((x * 1000) + y, 10): y | some x in a; some y in a}",
        "numbers of a cross product": "a := numbers.range(1, 1000)\np := [x | some x in a; some _ in a]",
        "a partial set": "a := numbers.range(1, 1000)\np contains [x, y] if { some x in a; some y in a }",
        "a partial object": "a := numbers.range(1, 1000)\np[x][y] := x if { some x in a; some y in a }",
        "a replaced input in a loop": """
        a := numbers.range(1, 1000)
        f := count(input.b)
        p := [c | some x in a; some y in a; c := f with input.b as [y] with input.c as x]
        """,
        "a comprehension in a function": """
        f(n) := [x | some x in numbers.range(1, n)]
        p := [f(n) | some n in numbers.range(1, 10000)]
        """,
        "yaml.unmarshal": #"""
        p := yaml.unmarshal(concat("\n", array.concat(["a0: &a0 [x,x,x,x,x,x,x,x]"], lines)))
        lines := [sprintf("a%d: &a%d [*a%d,*a%d,*a%d]", [n, n, m, m, m]) | some n in numbers.range(1, 10); m := n - 1]
        """#,
        "random numbers":
            "p := sum([rand.intn(sprintf(\"key %d %d\", [x, y]), 10) | some x in a; some y in a])\na := numbers.range(1, 1000)",
    ]

    @Test(arguments: programs.keys.sorted())
    func `what needs too much memory stops at the limit`(_ name: String) throws {
        let text = "package test\n" + (Self.programs[name] ?? "")
        let program = try Program(modules: [SourceFile(name: "p.rego", text: text)])
        let query = try program.prepare("data.test.p")
        let heap = Heap(limit: 1 << 30)
        let environment = EvaluationEnvironment(limits: EvaluationLimits(memory: 1 << 20))
        let found = #expect(throws: EvaluationError.self) {
            _ = try query.value(input: .undefined, heap: heap, environment: environment)
        }
        #expect(found?.code == .memoryLimit, "\(name): \(found?.description ?? "")")
        #expect(found?.message == "evaluation needs more memory than its limit")
        #expect(heap.byteCount < 16 << 20, "\(name) took \(heap.byteCount) bytes")
    }

    @Test func `an evaluation within its memory leaves the limit of the heap as it was`() throws {
        let program = try Program(modules: [
            SourceFile(name: "p.rego", text: "package test\np := numbers.range(1, 100000)")
        ])
        let query = try program.prepare("data.test.p")
        let heap = Heap(limit: 64 << 20)
        let narrow = EvaluationEnvironment(limits: EvaluationLimits(memory: 1 << 20))
        #expect(throws: EvaluationError.self) {
            _ = try query.value(input: .undefined, heap: heap, environment: narrow)
        }
        #expect(try query.value(input: .undefined, heap: heap).count == 100_000)
        heap.reset()
        #expect(try query.value(input: .undefined, heap: heap).count == 100_000)
    }

    @Test func `a limit of the heap below the evaluation's holds`() throws {
        let program = try Program(modules: [
            SourceFile(name: "p.rego", text: "package test\np := numbers.range(1, 100000)")
        ])
        let query = try program.prepare("data.test.p")
        let wide = EvaluationEnvironment(limits: EvaluationLimits(memory: 64 << 20))
        let found = #expect(throws: EvaluationError.self) {
            _ = try query.value(input: .undefined, heap: Heap(limit: 1 << 20), environment: wide)
        }
        #expect(found?.code == .memoryLimit)
    }
}
