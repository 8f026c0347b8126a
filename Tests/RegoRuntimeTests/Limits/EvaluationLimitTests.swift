import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

struct EvaluationLimitTests {
    private func error(
        _ module: String, limits: EvaluationLimits, memory: Int = 64 << 20
    ) throws -> EvaluationError? {
        let program = try Program(modules: [SourceFile(name: "p.rego", text: "package test\n" + module)])
        let query = try program.prepare("data.test.p")
        do throws(EvaluationError) {
            _ = try query.value(
                input: .undefined, heap: Heap(limit: memory), environment: EvaluationEnvironment(limits: limits))
            return nil
        } catch {
            return error
        }
    }

    static let endless = """
        n := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        p if { n[a]; n[b]; n[c]; n[d]; n[e]; n[f]; n[g]; n[h]; n[i]; a + b + c + d + e + f + g + h + i > 1000 }
        """

    @Test func `more steps than allowed`() throws {
        let found = try error(Self.endless, limits: EvaluationLimits(steps: 100_000))
        #expect(found?.code == .instructionLimit)
        #expect(found?.message == "evaluation took more steps than its limit")
        #expect(found?.location?.line == 3)
    }

    @Test func `a deadline that has passed`() throws {
        let found = try error(Self.endless, limits: EvaluationLimits(deadline: .now))
        #expect(found?.code == .deadline)
        #expect(found?.message == "evaluation ran past its deadline")
    }

    @Test func `more memory than allowed`() throws {
        let module = Self.endless.replacing("p if {", with: "p := [[a, b, c, d] |").replacing("> 1000 }", with: "> 0]")
        let found = try error(module, limits: EvaluationLimits(), memory: 1 << 20)
        #expect(found?.code == .memoryLimit)
        #expect(found?.message == "evaluation needs more memory than its limit")
    }

    @Test func `rules nested too deeply`() throws {
        var module = "p := r0\n"
        for index in 0..<60 { module += "r\(index) := r\(index + 1)\n" }
        module += "r60 := 1"
        #expect(try error(module, limits: EvaluationLimits(depth: 62)) == nil)
        let found = try error(module, limits: EvaluationLimits(depth: 61))
        #expect(found?.code == .depthLimit)
        #expect(found?.message == "rules and functions nest too deeply")
    }

    @Test func `the same query again after an error`() throws {
        let source = "package test\np := x if some x in input"
        let program = try Program(modules: [SourceFile(name: "p.rego", text: source)])
        let query = try program.prepare("data.test.p")
        let heap = Heap()
        let many = try heap.parseJSON(Array("[1,2]".utf8))
        let one = try heap.parseJSON(Array("[1]".utf8))
        for _ in 0..<3 {
            #expect(throws: EvaluationError.self) { try query.value(input: many, heap: heap) }
            #expect(try query.value(input: one, heap: heap) == .integer(1))
        }
    }

    @Test func `many threads at once`() async throws {
        let source = "package test\np := sum([x | some x in input.xs])"
        let program = try Program(modules: [SourceFile(name: "p.rego", text: source)])
        let query = try program.prepare("data.test.p")
        let totals = try await withThrowingTaskGroup(of: Int64.self) { group in
            for index in 0..<32 {
                group.addTask {
                    let heap = Heap()
                    var total: Int64 = 0
                    for _ in 0..<50 {
                        heap.reset()
                        let input = try heap.parseJSON(Array(#"{"xs":[\#(index),1,2]}"#.utf8))
                        total += try query.value(input: input, heap: heap).int64 ?? -1000
                    }
                    return total - Int64(50 * index)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(totals == [Int64](repeating: 150, count: 32))
    }
}
