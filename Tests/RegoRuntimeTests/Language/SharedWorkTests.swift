import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// Work that is done once instead of again and again: results of functions, comprehensions in loops, and further answers of
/// rules that have said all they can. It may change nothing but the steps.
struct SharedWorkTests {
    struct Program: Sendable, CustomTestStringConvertible {
        var name: String
        var module: String
        var input =
            #"{"xs":[{"k":"a","v":1},{"k":"b","v":2},{"k":"a","v":3},{"k":"c"},{"k":1,"v":4},{"k":1.0,"v":5}],"ks":["a","b","z",1]}"#
        /// How the steps compare with those of the same program where something is printed, so that nothing is shared.
        var isCheaper = true

        var testDescription: String { name }
    }

    static let programs = [
        Program(
            name: "a function of equal arguments",
            module: """
                slow(x) := count([y | some y in numbers.range(1, 100); y != x])
                p := [slow(k) | some x in input.xs; some k in [1, 2, "a"]]
                """),
        Program(
            name: "a function that is undefined",
            module: """
                slow(x) if { some y in numbers.range(1, 100); y == x }
                p := [k | some x in input.xs; some k in [0, 1000, "a"]; not slow(k)]
                """),
        Program(
            name: "a function of the same object",
            module: """
                all(xs) := sum([x.v | some x in xs; x.v])
                p := [all(input.xs) | some x in input.xs]
                """),
        Program(
            name: "a function inside and outside of with",
            module: """
                size(n) := count([x | some x in input.xs; some _ in numbers.range(1, n)])
                p := [[a, b, c, d] |
                    a := size(9)
                    b := size(9) with input.xs as [1]
                    c := size(9) with input.xs as [1, 2]
                    d := size(9)
                ]
                """),
        Program(
            name: "a function whose callee is replaced",
            module: """
                inner(x) := count([y | some y in numbers.range(1, 50); y > x])
                outer(x) := inner(x)
                other(x) := "other"
                p := [[a, b, c, d] | a := outer(1); b := outer(1) with inner as other; c := outer(1); d := outer(2)]
                """),
        Program(
            name: "a function of constants",
            module: """
                found(strict) := [x | some x in input.xs; some _ in numbers.range(1, 9); kept(strict, x)]
                kept(true, x) if x.k == "a"
                kept(false, _)
                p := [n | some _ in input.xs; n := count(found(true)) + count(found(false))]
                """),
        Program(
            name: "a function of constants that hands them on",
            module: """
                outer(mode, name) := [inner(mode), name]
                inner("all") := [x.v | some x in input.xs]
                inner("none") := []
                p := [o | some _ in input.xs; o := [outer("all", null), outer("none", "b"), outer("all", null)]]
                """),
        Program(
            name: "a function of constants with an index",
            module: """
                named("a") := 1
                named("b") := 2
                named("c") := 3
                named("d") := 4
                named("e") := 5
                named("f") := 6
                default named(_) := 0
                p := [[named("b"), named("f"), named("q"), named(k)] | some k in input.ks]
                """),
        Program(
            name: "a function of more constants than have code of their own",
            module: """
                size(name) := count([x | some x in input.xs; x.k == name])
                p := [[size("a"), size("b"), size("c"), size("d"), size("e"), size("f")] | some _ in input.xs]
                """),
        Program(
            name: "a function of a constant that is undefined",
            module: """
                known(name) if { some x in input.xs; x.k == name }
                p := [k | some k in input.ks; not known("q"); known("a")]
                """),
        Program(
            name: "a function of a constant inside and outside of with",
            module: """
                size(strict) := count([x | some x in input.xs; strict])
                p := [[a, b, c, size(false)] | some _ in [1, 2]; a := size(true); b := size(true) with input.xs as [1]; c := size(true)]
                """),
        Program(
            name: "a function of a constant whose package is replaced",
            module: """
                size(strict) := count([x | some x in data.test.q; strict])
                q := [1, 2]
                p := [[a, b, c] | some _ in [1, 2]; a := size(true); b := size(true) with data.test.q as [1]; c := size(true)]
                """),
        Program(
            name: "a comprehension that is the same each time round",
            module: """
                p := [n | some x in input.xs; n := count([y | some y in input.xs; y.v > 1])]
                """),
        Program(
            name: "a comprehension in a function",
            module: """
                over(n) if n > count([y | some y in input.xs; some _ in input.xs])
                p := [n | some n in numbers.range(30, 45); over(n)]
                """),
        Program(
            name: "an array by a key",
            module: """
                p := {k: vs | some k in input.ks; vs := [x.v | some x in input.xs; x.k == k]}
                """),
        Program(
            name: "a set by a key",
            module: """
                p := {k: vs | some k in input.ks; vs := {x.v | some x in input.xs; k == x.k}}
                """),
        Program(
            name: "elements without a value",
            module: """
                p := [vs | some k in ["c", "a", "q"]; vs := [v | some x in input.xs; x.k == k; v := x.v]]
                """),
        Program(
            name: "an array by two keys",
            module: """
                p := [vs | some k in input.ks; some v in [1, 2, 3, 4]; vs := [x | some x in input.xs; x.k == k; x.v == v]]
                """),
        Program(
            name: "a key that is looked for twice",
            module: """
                p := [vs | some k in input.ks; vs := [i | some i, x in input.xs; x.k == k; x.v == k]]
                """),
        Program(
            name: "groups with conditions after the key",
            module: """
                p := [vs | some k in input.ks; vs := [x.v | some x in input.xs; x.k == k; x.v > 1; x.v in [2, 3, 5]]]
                """),
        Program(
            name: "groups of what rules say",
            module: """
                named[x.k] contains x.v if some x in input.xs
                p := [vs | some k in input.ks; vs := [v | some name, v in named; name == k]]
                """),
        Program(
            name: "a comprehension in a comprehension",
            module: """
                p := [[n, m] |
                    some k in input.ks
                    n := [x.v | some x in input.xs; x.k == k]
                    m := [count([y | some y in input.xs; y.k == z.k]) | some z in input.xs; z.k == k]
                ]
                """),
        Program(
            name: "a key that is bound inside",
            module: """
                p := [vs | some k in input.ks; vs := [k2 | some x in input.xs; k2 := x.k; k2 == k]]
                """),
        Program(
            name: "groups under another input",
            module: """
                q := [vs | some k in ["a", "b"]; vs := [x.v | some x in input.xs; x.k == k]]
                p := [a, b, c] if { a := q; b := q with input.xs as [{"k": "b", "v": 7}]; c := q }
                """),
        Program(
            name: "a constant of a partial set",
            module: """
                p contains "many" if { some x in input.xs; some y in input.xs; x.v != y.v }
                p contains "none" if { some x in input.xs; x.v == 100 }
                """),
        Program(
            name: "a constant of a partial object",
            module: """
                p["many"] := true if { some x in input.xs; some y in input.xs; x.v != y.v }
                p[x.k] := false if { some x in input.xs; x.v }
                """, isCheaper: false),
        Program(
            name: "a key that decides by more than equality",
            module: """
                p := [vs | some k in [1, 2, 3]; vs := [x.v | some x in input.xs; x.v > k]]
                """, isCheaper: false),
        Program(
            name: "a comprehension of objects",
            module: """
                p := [o | some k in input.ks; o := {x.v: x.k | some x in input.xs; x.k == k; x.v}]
                """, isCheaper: false),
    ]

    /// The answer as JSON, and the steps that it took.
    private func run(_ program: Program, extra: String = "", strict: Bool = false) throws -> (
        answer: String, steps: Int
    ) {
        let text = "package test\n\(program.module)\n\(extra)"
        let compiled = try RegoRuntime.Program(modules: [SourceFile(name: "test.rego", text: text)])
        let evaluator = Evaluator(try compiled.prepare("data.test.p"))
        let heap = Heap()
        let input = try heap.parseJSON(Array(program.input.utf8))
        let environment = EvaluationEnvironment(strictBuiltinErrors: strict)
        let value = try evaluator.value(input: input, heap: heap, environment: environment)
        return (withExtendedLifetime(heap) { RegoTermWriter.text(value) }, evaluator.stepsTaken)
    }

    @Test(arguments: programs) func `sharing work changes no answer and saves steps`(_ program: Program) throws {
        let shared = try run(program)
        let plain = try run(program, extra: "unused if print(1)")
        #expect(shared.answer == plain.answer)
        #expect(shared.answer != "<undefined>")
        if program.isCheaper {
            #expect(shared.steps < plain.steps, "\(shared.steps) against \(plain.steps) steps")
        } else {
            #expect(shared.steps == plain.steps)
        }
    }

    @Test(arguments: [
        "p := [vs | some k in [\"a\"]; vs := [v | some x in input.xs; x.k == k; v := to_number(x.k)]]",
        "p := [vs | some k in [\"q\"]; vs := [v | some x in input.xs; x.k == k; v := to_number(x.k)]]",
        "p contains 1 if { some x in [1, \"a\"]; to_number(x) == 1 }",
        "f(strict) := 1 if strict\nf(strict) := 2 if is_boolean(strict)\np := [f(true) | some _ in [1, 2]]",
        "f(name) := to_number(name)\np := [1 | some x in []; f(\"a\")]",
        "f(name) := to_number(name)\np := [1 | some x in [1]; f(\"a\")]",
    ])
    func `what fails loudly fails as often as before`(_ module: String) throws {
        let program = Program(name: "", module: module)
        func outcome(_ extra: String) -> String {
            do { return try run(program, extra: extra, strict: true).answer } catch { return "\(error)" }
        }
        #expect(outcome("") == outcome("unused if print(1)"))
    }

    @Test func `a printed line is printed each time`() throws {
        final class Lines: @unchecked Sendable { var all: [String] = [] }
        let lines = Lines()
        let text =
            "package test\nf(x) := y if { print(x); y := count([z | some z in [1, 2]]) }\np := [f(1) | some _ in [1, 2, 3]]"
        let query = try RegoRuntime.Program(modules: [SourceFile(name: "test.rego", text: text)]).prepare("data.test.p")
        let heap = Heap()
        _ = try query.value(
            input: .undefined, heap: heap, environment: EvaluationEnvironment(printSink: { lines.all.append($0) }))
        #expect(lines.all == ["1", "1", "1"])
    }
}
