internal import Foundation
internal import RegoCompiler
internal import RegoSyntax
internal import RegoValues

/// Runs one case and compares.
struct ConformanceJudge {
    struct Outcome {
        var problem = ""
        var isTextOnly = false
        var passed: Bool { problem.isEmpty }
    }

    let test: ConformanceCase

    func run() -> Outcome {
        let heap = Heap()
        do {
            let sources = test.modules.enumerated().map { SourceFile(name: "test-\($0).rego", text: $1) }
            let data = Document(copying: test.data.isUndefined ? .emptyObject : test.data)
            let program = try Program(
                sources: sources, data: data, options: CompilerOptions(), builtins: Self.builtins)
            let query = try program.prepare(test.query)
            let results = try query.results(input: try input(in: heap), heap: heap, environment: environment)
            return judge(results, heap)
        } catch let error as EvaluationError {
            return judge(error)
        } catch let error as Diagnostics {
            return Outcome(problem: "does not compile: \(error.all.first?.rendered ?? "")")
        } catch {
            return Outcome(problem: "\(error)")
        }
    }

    private var environment: EvaluationEnvironment {
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000_000)
        return EvaluationEnvironment(now: now, randomSeed: 1, strictBuiltinErrors: test.isStrict)
    }

    private func input(in heap: Heap) throws(Diagnostics) -> Value {
        guard let text = test.inputTerm else { return test.input }
        return build(try Parser.parseTerm(SourceFile(name: "input", text: text)), in: heap)
    }

    // MARK: - Judging

    private func judge(_ error: EvaluationError) -> Outcome {
        guard test.wantsError else { return Outcome(problem: "error: \(error)") }
        if let code = test.wantedCode, code != error.code.rawValue {
            return Outcome(problem: "wanted \(code), got: \(error)")
        }
        if let text = test.wantedError, !text.isEmpty, !error.description.contains(text) {
            return Outcome(problem: "wanted the text `\(text)`, got: \(error)", isTextOnly: true)
        }
        return Outcome()
    }

    private func judge(_ results: [QueryResult], _ heap: Heap) -> Outcome {
        if test.wantsError {
            return Outcome(
                problem: "wanted \(test.wantedCode ?? test.wantedError ?? "an error"), got \(results.count) results")
        }
        let got = heap.set(
            results.map { result in
                heap.object(result.bindings.map { (heap.string($0.name), normalized($0.value, heap, isTop: true)) })
            })
        let wanted = heap.set(
            test.wantedResult.elements.map { result in
                heap.object(result.entries.map { ($0.key, normalized($0.value, heap, isTop: true)) })
            })
        if got == wanted { return Outcome() }
        return Outcome(problem: "wanted \(JSONWriter.text(wanted)), got \(JSONWriter.text(got))")
    }

    /// The value as JSON has it: sets as arrays, keys as strings; sorted at the top when the case asks for it.
    private func normalized(_ value: Value, _ heap: Heap, isTop: Bool) -> Value {
        switch value.kind {
        case .array where isTop && test.sortsBindings, .set where isTop && test.sortsBindings:
            let items = value.elements.map { normalized($0, heap, isTop: false) }
            return heap.array(items.sorted { Value.compare($0, $1) < 0 })
        case .array, .set:
            return heap.array(value.elements.map { normalized($0, heap, isTop: false) })
        case .object:
            return heap.object(
                value.entries.map { entry in
                    let key = entry.key.kind == .string ? entry.key : heap.string(JSONWriter.text(entry.key))
                    return (key, normalized(entry.value, heap, isTop: false))
                })
        default:
            return value
        }
    }

    // MARK: - Builtins of the suite

    /// The standard builtins and `test.sleep`, which the suite expects.
    private static let builtins = BuiltinTable(Builtins.all + LanguageBuiltins.all + [sleep].compactMap { $0 })

    /// `test.sleep` waits for a Go duration, at most a second here.
    private static let sleep: Builtin? = BuiltinSignature("test.sleep - (string) => null").map { signature in
        Builtin(signature) { arguments, context throws(BuiltinError) in
            let nanoseconds = try TimeBuiltins.parseDuration(arguments, context).int64 ?? 0
            Thread.sleep(forTimeInterval: Double(min(max(nanoseconds, 0), 1_000_000_000)) / 1_000_000_000)
            return .null
        }
    }
}

/// The value of a ground term; undefined for one that is not ground.
private func build(_ term: Term, in heap: Heap) -> Value {
    switch term.kind {
    case .null: .null
    case .boolean(let flag): .boolean(flag)
    case .number(let digits): heap.number(literal: digits) ?? .undefined
    case .string(let text): heap.string(text)
    case .array(let items): heap.array(items.map { build($0, in: heap) })
    case .set(let items): heap.set(items.map { build($0, in: heap) })
    case .object(let entries): heap.object(entries.map { (build($0.key, in: heap), build($0.value, in: heap)) })
    default: .undefined
    }
}
