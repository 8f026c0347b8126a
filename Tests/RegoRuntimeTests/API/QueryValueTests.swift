import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// The values of a query's expressions, as `aegis rego eval` prints them.
@Suite struct QueryValueTests {
    /// `bindings | values` for each answer.
    private func answers(_ query: String) throws -> [String] {
        let module = "package a\n\nf(x) := x + 1\n\np contains 1\n"
        let program = try Program(modules: [SourceFile(name: "a.rego", text: module)])
        let heap = Heap()
        return try withExtendedLifetime(heap) {
            try program.prepare(query, capturesValues: true).results(input: .undefined, heap: heap).map { result in
                let bindings = result.bindings.map { "\($0.name)=\(JSONWriter.text($0.value))" }
                return "\(bindings.joined(separator: " ")) | "
                    + result.expressions.map { JSONWriter.text($0) }.joined(separator: " ")
            }
        }
    }

    @Test(
        arguments: [
            ("1 + 2", [" | 3"]), ("false", [" | false"]), ("1 > 2", [" | false"]),
            // In a query of several expressions, or one that iterates, `false` is no answer.
            ("1 < 2; 2 < 1", []), ("x := 1; x == 2", []), ("x := 1; x == 1", ["x=1 | true true"]),
            ("[false, 1, null][i]", ["i=1 | 1", "i=2 | null"]),
            // The last argument of a call may name its result.
            ("walk([1], [p, v])", ["p=[] v=[1] | true", "p=[0] v=1 | true"]), ("plus(1, 2, x)", ["x=3 | true"]),
            ("data.a.f(1, x)", ["x=2 | true"]), ("data.a.f(1)", [" | 2"]), ("data.a.f(1, 2)", [" | true"]),
            ("data.a.f(1, 3)", []),
            // Replaced documents and functions count for the value, too.
            ("input.x with input.x as 7", [" | 7"]), ("count([]) with count as 5", [" | 5"]),
            ("data.a.p with data.a.p as 2", [" | 2"]), ("not false", [" | true"]),
            ("some x in [1, 2]", ["x=1 | true", "x=2 | true"]), ("every x in [1] { x == 1 }", [" | true"]),
            // Of equal keys the first stays, with the last value.
            ("{1: 1, 1.0: 2}", [" | {\"1\":2}"]),
        ] as [(String, [String])])
    func `each expression has its value`(query: String, expected: [String]) throws {
        #expect(try answers(query) == expected)
    }
}
