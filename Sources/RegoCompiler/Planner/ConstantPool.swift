internal import RegoSyntax
internal import RegoValues

/// The memory that a plan's constants live in.
///
/// Unchecked Sendable: nothing writes to the heap once its plan is made.
final class ConstantMemory: @unchecked Sendable {
    let heap = Heap(limit: .max, buildsIndexes: true)
}

/// The constants of a plan, scalars once each.
final class ConstantPool {
    let memory = ConstantMemory()
    private(set) var values: [Value] = [.undefined]
    private var known: [GroundKey: Operand] = [:]

    func operand(_ value: Value) -> Operand {
        values.append(value)
        return ~Operand(values.count - 1)
    }

    /// The operand of a ground term.
    func operand(_ term: Term) -> Operand {
        guard let key = GroundKey(term) else { return operand(value(term)) }
        if let operand = known[key] { return operand }
        let operand = self.operand(value(term))
        known[key] = operand
        return operand
    }

    func value(_ term: Term) -> Value { build(term, in: memory.heap) }

    /// The value behind a constant's operand; nil for registers and documents.
    func value(of operand: Operand) -> Value? {
        operand < 0 ? values[Int(~operand)] : nil
    }
}

/// The value of a ground term; undefined for one that is not ground.
func build(_ term: Term, in heap: Heap) -> Value {
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
