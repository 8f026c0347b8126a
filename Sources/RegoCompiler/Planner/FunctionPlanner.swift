internal import RegoSyntax
internal import RegoValues

/// Plans the code of one function. Bodies become straight code: each instruction that can fail jumps to `fail`, the
/// nearest loop around it (or the end of the body), and a loop makes itself the new `fail`.
struct FunctionPlanner {
    let planner: Planner
    var buffer = CodeBuffer()
    var bindings: [Variable: Operand] = [:]
    /// Where failing goes on.
    var fail: Label = -1
    var nextRegister: Int32 = 0
    var registerCount: Int32 = 0
    var diagnostics: [Diagnostic] = []
    /// The bodies of indexes' leaves; their places are known once the function's code is.
    var indexedBodies: [(index: Int, labels: [Label])] = []
    /// Whether the code may run several times in one call.
    var isInLoop = false
    /// What the function's arguments are, where it is planned for these constants alone; else empty.
    var appliedTo: [Operand] = []
    /// Whether the function may be called several times in one evaluation.
    var isCalledOften = false

    init(_ planner: Planner) {
        self.planner = planner
    }

    var constants: ConstantPool { planner.constants }

    mutating func register(_ count: Int32 = 1) -> Operand {
        let first = nextRegister
        nextRegister += count
        registerCount = max(registerCount, nextRegister)
        return first
    }

    mutating func emit(
        _ opcode: Opcode, x: UInt16 = 0, a: Int32 = 0, b: Int32 = 0, c: Int32 = 0, d: Int32 = 0, fail: Label = -1
    ) {
        buffer.emit(Instruction(opcode, x: x, a: a, b: b, c: c, d: d, fail: fail))
    }

    mutating func jump(_ label: Label) { emit(.jump, fail: label) }

    /// Always fails.
    mutating func emitFailure() { jump(fail) }

    mutating func locate(_ place: SourceLocation) {
        if place.line > 0 { buffer.location = planner.location(place) }
    }

    /// Runs `plan` with the bindings restored after it.
    mutating func scoped(_ plan: (inout FunctionPlanner) -> Void) {
        let outer = (bindings, isInLoop)
        plan(&self)
        (bindings, isInLoop) = outer
    }

    func isBound(_ term: CoreTerm) -> Bool {
        switch term {
        case .constant, .function, .comprehension: true
        case .variable(let variable): bindings[variable] != nil
        case .reference(let reference):
            if case .variable(let variable) = reference.head { bindings[variable] != nil } else { true }
        case .array(let items), .set(let items): items.allSatisfy(isBound)
        case .object(let entries): entries.allSatisfy { isBound($0.key) && isBound($0.value) }
        }
    }

    // MARK: - Terms

    mutating func plan(_ term: CoreTerm) -> Operand {
        switch term {
        case .constant(let term):
            return constants.operand(term)
        case .variable(let variable):
            guard let operand = bindings[variable] else {
                // Safety ordering has ruled this out; failing keeps the answer undefined.
                emitFailure()
                return .undefined
            }
            return operand
        case .reference(let reference):
            return plan(reference)
        case .array(let items):
            return planElements(items, .makeArray)
        case .set(let items):
            return planElements(items, .makeSet)
        case .object(let entries):
            if let record = planRecord(entries) { return record }
            let operands = entries.flatMap { [plan($0.key), plan($0.value)] }
            let first = contiguous(operands)
            let target = register()
            emit(.makeObject, a: target, b: first, d: Int32(entries.count))
            return target
        case .comprehension(let comprehension):
            return planShared(comprehension) ?? planInline(comprehension)
        case .function:
            return .undefined
        }
    }

    /// An object whose keys are constants and different, with the keys sorted here; nil for others.
    private mutating func planRecord(_ entries: [CoreEntry]) -> Operand? {
        var keys: [Value] = []
        for entry in entries {
            guard case .constant(let term) = entry.key else { return nil }
            keys.append(constants.value(term))
        }
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        guard zip(order, order.dropFirst()).allSatisfy({ keys[$0] < keys[$1] }) else { return nil }
        let values = entries.map { plan($0.value) }
        let first = contiguous(order.map { values[$0] })
        let target = register()
        let sorted = constants.operand(constants.memory.heap.array(order.map { keys[$0] }))
        emit(.makeRecord, a: target, b: first, c: sorted)
        return target
    }

    private mutating func planElements(_ items: [CoreTerm], _ opcode: Opcode) -> Operand {
        let operands = items.map { plan($0) }
        let first = contiguous(operands)
        let target = register()
        emit(opcode, a: target, b: first, d: Int32(items.count))
        return target
    }

    /// The first of registers that hold the operands one after the other.
    mutating func contiguous(_ operands: [Operand]) -> Operand {
        guard let first = operands.first else { return 0 }
        let isRun = first >= 0 && operands.indices.allSatisfy { operands[$0] == first + Int32($0) }
        if isRun { return first }
        let start = register(Int32(operands.count))
        for (offset, operand) in operands.enumerated() {
            emit(.move, a: start + Int32(offset), b: operand)
        }
        return start
    }

    /// Builds the value of a comprehension here and now.
    mutating func planInline(_ comprehension: CoreComprehension) -> Operand {
        let target = register()
        let outer = fail
        let end = buffer.label()
        emit(.collectBegin)
        scoped { planner in
            planner.fail = end
            planner.plan(body: comprehension.body)
            let key = comprehension.key.map { planner.plan($0) }
            let value = planner.plan(comprehension.value)
            if let key {
                planner.locate(comprehension.location)
                planner.emit(.collectPushPair, b: key, c: value, fail: planner.fail)
            } else {
                planner.emit(.collectPush, b: value, fail: planner.fail)
            }
        }
        buffer.place(end)
        fail = outer
        locate(comprehension.location)
        switch comprehension.kind {
        case .array: emit(.collectEndArray, a: target)
        case .set: emit(.collectEndSet, a: target)
        case .object: emit(.collectEndObject, a: target)
        }
        return target
    }

    // MARK: - Unification

    mutating func planUnify(_ a: CoreTerm, _ b: CoreTerm) {
        var pairs: [(CoreTerm, CoreTerm)] = []
        guard flatten(a, b, into: &pairs) else {
            emitFailure()
            return
        }
        while !pairs.isEmpty {
            let next = pairs.firstIndex { isBound($0.0) || isBound($0.1) } ?? 0
            let (a, b) = pairs.remove(at: next)
            if isBound(b) && isPattern(a) {
                let value = plan(b)
                match(value, a)
            } else {
                let value = plan(a)
                match(value, b)
            }
        }
    }

    /// Whether the term is better matched against than evaluated.
    private func isPattern(_ term: CoreTerm) -> Bool {
        switch term {
        case .variable(let variable): bindings[variable] == nil
        case .constant: true
        case .array, .object: !isBound(term)
        default: false
        }
    }

    /// False when the two can never be equal.
    private func flatten(_ a: CoreTerm, _ b: CoreTerm, into pairs: inout [(CoreTerm, CoreTerm)]) -> Bool {
        switch (a, b) {
        case (.array(let x), .array(let y)):
            guard x.count == y.count else { return false }
            return zip(x, y).allSatisfy { flatten($0, $1, into: &pairs) }
        case (.array(let x), .constant(let term)), (.constant(let term), .array(let x)):
            guard case .array(let y) = term.kind, x.count == y.count else { return false }
            return zip(x, y).allSatisfy { flatten($0, .constant($1), into: &pairs) }
        case (.object(let x), .object(let y)):
            guard x.count == y.count, x.allSatisfy({ $0.key.isConstant }), y.allSatisfy({ $0.key.isConstant }) else {
                pairs.append((a, b))
                return true
            }
            return x.allSatisfy { entry in
                guard let other = y.first(where: { $0.key.isSameKey(as: entry.key) }) else { return false }
                return flatten(entry.value, other.value, into: &pairs)
            }
        default:
            pairs.append((a, b))
            return true
        }
    }

    /// Makes the value equal to a term, binding the term's unbound variables.
    mutating func match(_ value: Operand, _ pattern: CoreTerm) {
        switch pattern {
        case .variable(let variable) where bindings[variable] == nil:
            bindings[variable] = value
        case .array(let items) where !isBound(pattern):
            let elements = register(Int32(items.count))
            emit(.unpackArray, a: elements, b: value, d: Int32(items.count), fail: fail)
            for (index, item) in items.enumerated() { match(elements + Int32(index), item) }
        case .object(let entries) where !isBound(pattern):
            emit(.checkObject, b: value, d: Int32(entries.count), fail: fail)
            for entry in entries {
                let key = plan(entry.key)
                let member = register()
                emit(.lookup, a: member, b: value, c: key, fail: fail)
                match(member, entry.value)
            }
        default:
            let other = plan(pattern)
            emit(.checkEqual, b: value, c: other, fail: fail)
        }
    }
}
