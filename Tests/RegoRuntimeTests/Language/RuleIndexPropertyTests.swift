import RegoRuntime
import RegoSyntax
import RegoValues
import RepeatableRandomness
import Testing

/// Random rules, once with guards that an index can be built from and once with the same guards where no index sees them.
struct RuleIndexPropertyTests {
    @Test(arguments: 0..<60) func `random rules answer alike with and without an index`(seed: UInt64) throws {
        var rules = RandomRules(seed: seed)
        let lines = rules.lines(count: 40)
        let indexed = try Program(modules: [source(lines.map(\.indexed))])
        let plain = try Program(modules: [source(lines.map(\.plain))])
        for _ in 0..<25 {
            let input = rules.input()
            for query in ["data.test.p", "data.test.q", "data.test.r", "data.test.s"] {
                let one = try answer(indexed, query, input)
                let other = try answer(plain, query, input)
                #expect(
                    one == other,
                    "seed \(seed), \(query), input \(input):\n\(lines.map(\.indexed).joined(separator: "\n"))")
            }
        }
    }

    @Test(arguments: 0..<20) func `an evaluation answers the same again, and from every thread`(seed: UInt64)
        async throws
    {
        var rules = RandomRules(seed: 1000 + seed)
        let text = rules.lines(count: 30).map(\.indexed)
        let inputs = (0..<8).map { _ in rules.input() }
        let program = try Program(modules: [source(text)])
        let query = try program.prepare("data.test")
        let first = try inputs.map { try Self.answer(query, $0) }
        #expect(try inputs.map { try Self.answer(query, $0) } == first, "seed \(seed)")
        let compiledAgain = try Program(modules: [source(text)]).prepare("data.test")
        #expect(try inputs.map { try Self.answer(compiledAgain, $0) } == first, "seed \(seed)")
        let shared = inputs
        try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask { try shared.map { try Self.answer(query, $0) } }
            }
            for try await answers in group { #expect(answers == first, "seed \(seed)") }
        }
    }

    private func source(_ lines: [String]) -> SourceFile {
        SourceFile(name: "test.rego", text: "package test\n" + lines.joined(separator: "\n") + "\n")
    }

    private func answer(_ program: Program, _ query: String, _ input: String) throws -> String {
        try Self.answer(try program.prepare(query), input)
    }

    /// The answer as text, or the error without its place: of many rules in conflict, any may be named.
    private static func answer(_ query: PreparedQuery, _ input: String) throws -> String {
        let heap = Heap()
        let value = try heap.parseJSON(Array(input.utf8))
        do {
            return JSONWriter.text(try query.value(input: value, heap: heap))
        } catch {
            return "\(error.code.rawValue): \(error.message)"
        }
    }
}

/// Makes rules with guards over few values, so that many match.
private struct RandomRules {
    struct Line {
        var indexed: String
        var plain: String
    }

    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private static let texts = ["\"a\"", "\"ab\"", "\"/a/b\"", "\"\"", "\"a.b\""]
    private static let others = ["0", "1", "1.0", "-2", "true", "false", "null", "[\"a\"]", "{\"b\": \"a\"}"]
    private static let paths = ["input.a", "input.b", "input.c.b", "input[\"c\"][\"d\"]", "input.list[0]"]
    private static let patterns = ["\"a*\"", "\"/a/*\"", "\"*b\"", "\"{a,ab}\"", "\"?\"", "\"**\""]

    private mutating func pick(_ choices: [String]) -> String {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
    private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }
    private mutating func value() -> String { pick(chance(3) ? Self.others : Self.texts) }

    private mutating func guarding() -> String {
        let path = pick(Self.paths)
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return "\(path) == \(value())"
        case 2: return "\(value()) == \(path)"
        case 3: return "\(path) = \(value())"
        case 4: return "\(path) in {\(value()), \(value())}"
        case 5: return "\(path) in [\(value()), \(value()), \(value())]"
        case 6: return "startswith(\(path), \(pick(Self.texts)))"
        case 7: return "glob.match(\(pick(Self.patterns)), \(pick(["[\"/\"]", "[]", "null"])), \(path))"
        case 8: return "x := \(path); x == \(value())"
        case 9: return "not \(path) == \(value())"
        case 10: return "\(path) != \(value())"
        default: return path
        }
    }

    /// Partial sets and objects, complete rules with else, and functions.
    mutating func lines(count: Int) -> [Line] {
        (0..<count).map { number in
            let guards = (0..<Int.random(in: 1...3, using: &random)).map { index in
                let text = guarding()
                return text.hasPrefix("x := ")
                    ? text.replacing("x", with: "x\(index)", maxReplacements: 1)
                        .replacing("; x ", with: "; x\(index) ") : text
            }
            let plain = guards.map { "count([1 | \($0)]) == 1" }
            let argument = pick(Self.texts)
            let kind = Int.random(in: 0..<5, using: &random)
            func rule(_ body: [String], _ isPlain: Bool) -> String {
                let body = body.joined(separator: "; ")
                return switch kind {
                case 0, 1: "p contains \(number) if { \(body) }"
                case 2: "q[\"k\(number)\"] := \(number) if { \(body) }"
                case 3:
                    "r := 1 if { \(body) } else := 2 if { \(isPlain ? "count([1 | input.a == \"a\"]) == 1" : "input.a == \"a\"") }"
                default:
                    isPlain
                        ? "f(y) := \(number) if { count([1 | y == \(argument)]) == 1; \(body) }\ns contains f(input.a)"
                        : "f(\(argument)) := \(number) if { \(body) }\ns contains f(input.a)"
                }
            }
            return Line(indexed: rule(guards, false), plain: rule(plain, true))
        } + [
            Line(indexed: "p contains -1 if false", plain: "p contains -1 if false"),
            Line(indexed: "q[\"none\"] := 0 if false", plain: "q[\"none\"] := 0 if false"),
            Line(indexed: "r := 1 if false", plain: "r := 1 if false"),
            Line(indexed: "s contains -1 if false", plain: "s contains -1 if false"),
        ]
    }

    mutating func input() -> String {
        var parts: [String] = []
        if !chance(5) { parts.append("\"a\": \(value())") }
        if !chance(3) { parts.append("\"b\": \(value())") }
        if !chance(3) { parts.append("\"c\": \(chance(4) ? value() : "{\"b\": \(value()), \"d\": \(value())}")") }
        if !chance(3) { parts.append("\"list\": [\(value()), 1]") }
        return "{\(parts.joined(separator: ", "))}"
    }
}
