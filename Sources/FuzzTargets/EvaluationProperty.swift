internal import RegoRuntime
internal import RegoSyntax
internal import RegoValues

/// What holds for every module that may come, with every input: a bounded evaluation with one answer.
///
/// The bytes are the module's text, a line `---`, and the input as JSON.
enum EvaluationProperty {
    private static let separator = Array("\n---\n".utf8)
    private static let data = #"{"roles": {"ann": ["admin"], "bob": []}, "limits": [1, 2.5, 100], "on": true}"#

    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let (module, input) = parts(bytes)
        guard let data = try? Document(json: Array(data.utf8)) else { throw FuzzFinding("the data does not parse") }
        let source = SourceFile(name: "fuzz.rego", text: module)
        guard let program = try? Program(modules: [source], data: data) else { return }
        let first = try answer(program, input)
        let second = try answer(program, input)
        guard first == second else { throw FuzzFinding("two evaluations differ:\n\(first)\n---\n\(second)") }
        guard let again = try? Program(modules: [source], data: data) else {
            throw FuzzFinding("a module that compiled does not compile again")
        }
        let third = try answer(again, input)
        guard first == third else { throw FuzzFinding("two compilations differ:\n\(first)\n---\n\(third)") }
    }

    private static func parts(_ bytes: [UInt8]) -> (module: [UInt8], input: [UInt8]) {
        guard let range = bytes.firstRange(of: separator) else { return (bytes, []) }
        return (Array(bytes[..<range.lowerBound]), Array(bytes[range.upperBound...]))
    }

    /// The whole of `data` as the program makes it, as text, or the error that stopped it.
    private static func answer(_ program: Program, _ input: [UInt8]) throws(FuzzFinding) -> String {
        let limits = EvaluationLimits(steps: 20_000, depth: 100)
        let environment = EvaluationEnvironment(now: 1_700_000_000_000_000_000, randomSeed: 7, limits: limits)
        let heap = Heap(limit: 16 << 20)
        let value = (try? heap.parseJSON(input)) ?? .undefined
        do {
            let query = try program.prepare("data")
            let result = try query.value(input: value, heap: heap, environment: environment)
            return withExtendedLifetime(query) { JSONWriter.text(result) }
        } catch {
            return "\(error)"
        }
    }
}
