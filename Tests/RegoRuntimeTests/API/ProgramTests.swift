import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

struct ProgramTests {
    private func program(_ text: String, data: String = "{}") throws -> Program {
        try Program(
            modules: [SourceFile(name: "p.rego", text: text)], data: try Document(json: Array(data.utf8)))
    }

    /// The value as JSON, written while its heap lives.
    private func text(
        _ query: PreparedQuery, _ environment: EvaluationEnvironment = EvaluationEnvironment()
    ) throws -> String {
        let heap = Heap()
        return try withExtendedLifetime(heap) {
            JSONWriter.text(try query.value(input: .undefined, heap: heap, environment: environment))
        }
    }

    @Test func `a reference yields its value`() throws {
        let query = try program("package app\ndefault allow := false\nallow if input.x > 5").prepare("data.app.allow")
        let heap = Heap()
        for (input, wanted) in [(#"{"x":7}"#, Value.true), (#"{"x":5}"#, .false), ("{}", .false)] {
            #expect(try query.value(input: heap.parseJSON(Array(input.utf8)), heap: heap) == wanted)
        }
        #expect(try query.value(input: .undefined, heap: heap) == .false)
    }

    @Test func `an undefined reference yields undefined`() throws {
        let query = try program("package app\np if input.x").prepare("data.app.p")
        #expect(try query.value(input: .undefined, heap: Heap()).isUndefined)
    }

    @Test func `another query yields the first answer's bindings`() throws {
        let query = try program("package app\np := 3").prepare("x := data.app.p; y := x + 1")
        #expect(try text(query) == #"{"x":3,"y":4}"#)
    }

    @Test func `names in queries mean imports and the package's rules`() throws {
        let program = try program("package app.deep\np := 3")
        let imported = try program.prepare("deep.p == 3", imports: ["data.app.deep"])
        #expect(try imported.results(input: .undefined, heap: Heap()).count == 1)
        let inside = try program.prepare("p == 3", package: "data.app.deep")
        #expect(try inside.results(input: .undefined, heap: Heap()).count == 1)
    }

    @Test func `captured values stand beside the bindings`() throws {
        let query = try program("package app\np := 7").prepare("data.app.p; x := 1", capturesValues: true)
        let results = try query.results(input: .undefined, heap: Heap())
        #expect(results.count == 1)
        #expect(results.first?.expressions == [.integer(7), .true])
        #expect(results.first?.bindings.map(\.name) == ["x"])
    }

    @Test(arguments: [
        ("plus(1, 2, x)", "x", "3"), ("data.app.f(2, x)", "x", "3"), ("walk([7], [[0], x])", "x", "7"),
    ])
    func `a call in a query may name its result`(_ text: String, _ name: String, _ value: String) throws {
        let query = try program("package app\nf(y) := y + 1").prepare(text, capturesValues: true)
        let results = try query.results(input: .undefined, heap: Heap())
        #expect(results.map(\.expressions) == [[.true]])
        #expect(results.first?.bindings.map(\.name) == [name])
        #expect(results.first?.bindings.map { RegoTermWriter.text($0.value) } == [value])
    }

    @Test func `a query that is wrong is refused`() throws {
        let program = try program("package app\np := 1")
        #expect {
            try program.prepare("data.app.p = x; y > 1")
        } throws: { error in
            (error as? Diagnostics)?.all.map(\.message) == ["var y is unsafe"]
        }
    }

    @Test func `errors of all files are reported together`() {
        let sources = [
            SourceFile(name: "a.rego", text: "package a\np := x"),
            SourceFile(name: "b.rego", text: "package b\np := y"),
        ]
        #expect {
            try Program(modules: sources)
        } throws: { error in
            (error as? Diagnostics)?.all.map { "\($0.location.file): \($0.message)" } == [
                "a.rego: var x is unsafe", "b.rego: var y is unsafe",
            ]
        }
    }

    @Test func `a failing builtin is undefined, and an error when strict`() throws {
        let query = try program("package app\np := x if x := 1 / input.z").prepare("data.app.p")
        let heap = Heap()
        let input = try heap.parseJSON(Array(#"{"z":0}"#.utf8))
        #expect(try query.value(input: input, heap: heap).isUndefined)
        #expect {
            try query.value(
                input: input, heap: heap, environment: EvaluationEnvironment(strictBuiltinErrors: true))
        } throws: { error in
            (error as? EvaluationError)?.description == "p.rego:2: eval_builtin_error: div: divide by zero"
        }
    }

    @Test func `time and randomness are what the caller says`() throws {
        let query = try program("package app\np := [time.now_ns(), rand.intn(\"k\", 1000000)]").prepare("data.app.p")
        func answer(_ now: Int64, _ seed: UInt64) throws -> String {
            try text(query, EvaluationEnvironment(now: now, randomSeed: seed))
        }
        #expect(try answer(5, 1) == answer(5, 1))
        #expect(try answer(5, 1).hasPrefix("[5,"))
        #expect(try answer(5, 1) != answer(5, 2))
    }

    @Test func `metadata comes with its scope and path`() throws {
        let module = """
            # METADATA
            # title: The app
            package app

            # METADATA
            # title: The rule
            # authors: [Ann <ann@example.org>]
            p := [rego.metadata.rule().title, rego.metadata.chain()[1].annotations.title, rego.metadata.rule().authors]
            """
        let query = try program(module).prepare("data.app.p")
        #expect(try text(query) == #"["The rule","The app",[{"email":"ann@example.org","name":"Ann"}]]"#)
    }

    @Test func `a policy can parse Rego`() throws {
        let rule = #"p := rego.parse_module("x.rego", "package a.b\nq := 1")["package"].path[2].value"#
        let query = try program("package app\n" + rule).prepare("data.app.p")
        #expect(try text(query) == #""b""#)
    }

    @Test func `prints go to the sink, undefined ones too`() throws {
        let query = try program("package app\np if { print(\"x is\", input.x, input.y); true }").prepare("data.app.p")
        let lines = Lines()
        let heap = Heap()
        let input = try heap.parseJSON(Array(#"{"x":[1]}"#.utf8))
        let environment = EvaluationEnvironment(printSink: { lines.add($0) })
        #expect(try query.value(input: input, heap: heap, environment: environment) == .true)
        #expect(lines.all == ["x is [1] <undefined>"])
    }
}

/// What a program printed; one thread uses it.
final class Lines: @unchecked Sendable {
    private(set) var all: [String] = []
    func add(_ line: String) { all.append(line) }
}
