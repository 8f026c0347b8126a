import RegoRuntime
import RegoValues
import Testing

/// Calls builtins with arguments written as a JSON array, where `{"set": […]}` is a set.
final class BuiltinHarness {
    let context: BuiltinContext
    private let heap = Heap()

    init(now: Int64 = 0, randomSeed: UInt64 = 7) {
        context = BuiltinContext(heap: heap, now: now, randomSeed: randomSeed)
    }

    func value(_ json: String) throws -> Value {
        sets(in: try heap.parseJSON(Array(json.utf8), limits: JSONLimits(duplicateKeys: .lastWins)))
    }

    private func sets(in value: Value) -> Value {
        switch value.kind {
        case .array: return heap.array(value.elements.map(sets))
        case .object:
            let inner = value.lookup("set")
            if value.count == 1 && inner.kind == .array { return heap.set(inner.elements.map(sets)) }
            return heap.object(value.entries.map { Entry(key: $0.key, value: sets(in: $0.value)) })
        default: return value
        }
    }

    func call(_ name: String, _ arguments: String) throws -> Value {
        let builtin = try #require(Builtins.byName[name], "no builtin \(name)")
        let values = Array(try value(arguments).elements)
        do {
            return try values.withUnsafeBufferPointer { try builtin.function($0, context) }
        } catch let error as BuiltinError {
            throw error.prefixed(by: name)
        }
    }

    /// The result as a Rego term, `<undefined>`, or the error's message.
    func answer(_ name: String, _ arguments: String) throws -> String {
        do {
            return RegoTermWriter.text(try call(name, arguments))
        } catch let error as BuiltinError {
            return "\(error.kind): \(error.message)"
        }
    }
}

/// A call and what it answers.
struct Call: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: String
    let answer: String

    init(_ name: String, _ arguments: String, _ answer: String) {
        self.name = name
        self.arguments = arguments
        self.answer = answer
    }

    var testDescription: String { "\(name)\(arguments)" }
}
