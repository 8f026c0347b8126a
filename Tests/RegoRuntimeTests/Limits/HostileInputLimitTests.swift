import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// Input that an agent may send, before policies that hand it to a builtin: each took minutes, all memory or the process.
@Suite struct HostileInputLimitTests {
    static let steps = String(repeating: "/a", count: 1000)
    static let manyCopies = (0..<400).map { number in
        #"{"op": "copy", "from": "", "path": "\#(String(repeating: "/a", count: min(1000, 1 << min(number, 10))))"}"#
    }
    static let anchors = (1...40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()

    static func quoted(_ text: String) -> String {
        let heap = Heap()
        return withExtendedLifetime(heap) { JSONWriter.text(heap.string(text)) }
    }

    static let long = quoted(String(repeating: "a", count: 400_000))
    static let almost = quoted(String(repeating: "a", count: 200_000) + "b")
    static let few = "[" + (0..<40_000).map { #""x\#($0)""# }.joined(separator: ",") + "]"
    static let zeros = "[" + String(repeating: "0,", count: 60_000) + "0]"
    static let fewerZeros = "[" + String(repeating: "0,", count: 30_000) + "1]"

    static let cases: [(String, String)] = [
        ("json.patch({\"a\": 0}, input)", "[" + manyCopies.joined(separator: ",") + "]"),
        ("json.filter({\"a\": 1}, [input])", quoted(String(repeating: "/a", count: 100_000))),
        ("json.remove({\"a\": 1}, [input])", quoted(String(repeating: "/a", count: 100_000))),
        ("yaml.unmarshal(input)", quoted("a0: &a0 [x, x]\n" + anchors + "? *a40\n: 1\n")),
        (
            "yaml.is_valid(input)",
            quoted("a0: &a0 [x]\n" + (1...50_000).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined())
        ),
        ("sum(input)", "[" + (0..<100_000).map { "1e-\(290 + $0 % 10)" }.joined(separator: ",") + "]"),
        ("product(input)", "[" + (0..<100_000).map { "1.\($0)" }.joined(separator: ",") + "]"),
        ("contains(input.a, input.b)", #"{"a": \#(long), "b": \#(almost)}"#),
        ("indexof(input.a, input.b)", #"{"a": \#(long), "b": \#(almost)}"#),
        ("split(input.a, input.b)", #"{"a": \#(long), "b": \#(almost)}"#),
        ("replace(input.a, input.b, \"\")", #"{"a": \#(long), "b": \#(almost)}"#),
        ("strings.count(input.a, input.b)", #"{"a": \#(long), "b": \#(almost)}"#),
        ("strings.any_prefix_match(input, [x | x := concat(\"\", [input[_], \"y\"])])", few),
        ("strings.any_suffix_match(input, [x | x := concat(\"\", [\"y\", input[_]])])", few),
        ("object.subset(input.a, input.b)", #"{"a": \#(zeros), "b": \#(fewerZeros)}"#),
        ("regex.globs_match(input.a, input.b)", #"{"a": \#(long), "b": \#(almost)}"#),
        ("count({x | some i, t in input.ts; regex.match(t, input.a); x := i})", #"{"a": \#(long), "ts": \#(few)}"#),
    ]

    private func evaluate(
        _ module: String, _ json: String, within: Duration = .milliseconds(250)
    ) throws -> Result<Value, EvaluationError> {
        let program = try Program(modules: [SourceFile(name: "p.rego", text: "package test\n" + module)])
        let query = try program.prepare("data.test.p")
        let heap = Heap(limit: 256 << 20)
        let input = try heap.parseJSON(Array(json.utf8))
        let limits = EvaluationLimits(deadline: .now.advanced(by: within))
        do throws(EvaluationError) {
            return .success(
                try query.value(input: input, heap: heap, environment: EvaluationEnvironment(limits: limits)))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: cases) func `what would take for ever is given up`(_ expression: String, _ json: String) throws {
        guard case .failure(let error) = try evaluate("p := \(expression)", json) else { return }
        #expect([.deadline, .memoryLimit, .builtin].contains(error.code), "\(error)")
    }

    @Test func `a set of each kind grows in place`() throws {
        let items = (0..<60_000).map { #"{"kind": "k", "id": \#($0)}"# }.joined(separator: ",")
        let result = try evaluate(
            """
            by_kind[i.kind] contains i.id if some i in input
            p := count(by_kind.k)
            """, "[\(items)]")
        if case .success(let count) = result { #expect(count == .integer(60_000)) }
    }

    @Test(arguments: [
        (String(repeating: "ab", count: 100) + "c", 1), (String(repeating: "a", count: 65), 15),
        (String(repeating: "ab", count: 40) + "x", -1),
    ])
    func `a long text is found where it first stands`(needle: String, place: Int) throws {
        let text =
            place < 0
            ? String(repeating: "ab", count: 2000)
            : String(repeating: "b", count: place) + needle + needle
        let result = try evaluate(
            "p := [indexof(input.a, input.b), strings.count(input.a, input.b), contains(input.a, input.b)]",
            #"{"a": "\#(text)", "b": "\#(needle)"}"#, within: .seconds(30))
        let expected = place < 0 ? "[-1,0,false]" : "[\(place),2,true]"
        #expect(try JSONWriter.text(result.get()) == expected)
    }
}
