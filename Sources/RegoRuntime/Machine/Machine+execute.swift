internal import RegoCompiler
internal import RegoValues

extension Machine {
    /// Runs the plan's query: one loop over instructions, with everything it touches behind plain pointers.
    func execute(depthLimit: Int32) throws(EvaluationError) -> Value {
        let query = plan.functions[Int(plan.query)]
        if Int(query.registers) > registerCapacity { growRegisters(to: Int(query.registers)) }
        let code = plan.codePointer
        let planned = plan.functionPointer
        var r = RegisterWindow(start: registers, constants: plan.constantPointer)
        var used = query.registers
        var pc = Int(query.entry)
        var depth: Int32 = 0
        let frames = self.frames
        let exhausted = heap.exhaustion

        while true {
            let i = code[pc]
            pc &+= 1
            switch i.opcode {
            case .move:
                r[i.a] = r.value(i.b)
            case .loadDocument:
                let document = i.b == 0 ? input : data
                if document.isUndefined { pc = Int(i.fail) } else { r[i.a] = document }
            case .lookup:
                let found = r.value(i.b).lookup(r.value(i.c))
                if found.isUndefined { pc = Int(i.fail) } else { r[i.a] = found }
            case .lookupInput:
                let found = input.lookup(r.value(i.c))
                if found.isUndefined { pc = Int(i.fail) } else { r[i.a] = found }
            case .lookupPair:
                let found = r.value(i.b).lookup(r.value(i.c)).lookup(r.value(i.d))
                if found.isUndefined { pc = Int(i.fail) } else { r[i.a] = found }
            case .lookupInputPair:
                let found = input.lookup(r.value(i.c)).lookup(r.value(i.d))
                if found.isUndefined { pc = Int(i.fail) } else { r[i.a] = found }
            case .lookupOptional:
                r[i.a] = r.value(i.b).lookup(r.value(i.c))
            case .checkTrue:
                if !r.value(i.b).isTruthy { pc = Int(i.fail) }
            case .checkDefined:
                if r.value(i.b).isUndefined { pc = Int(i.fail) }
            case .checkEqual:
                if r.value(i.b) != r.value(i.c) { pc = Int(i.fail) }
            case .checkCompare:
                if !Machine.holds(i.x, r.value(i.b), r.value(i.c)) { pc = Int(i.fail) }
            case .compare:
                r[i.a] = .boolean(Machine.holds(i.x, r.value(i.b), r.value(i.c)))
            case .unpackArray:
                let array = r.value(i.b)
                if array.kind != .array || array.count != Int(i.d) {
                    pc = Int(i.fail)
                } else {
                    let elements = array.elements
                    for index in 0..<Int(i.d) { r.address(i.a)[index] = elements[index] }
                }
            case .checkObject:
                let object = r.value(i.b)
                if object.kind != .object || object.count != Int(i.d) { pc = Int(i.fail) }
            case .checkCollection:
                if r.value(i.b).kind.rawValue < Value.Kind.array.rawValue { pc = Int(i.fail) }
            case .jump:
                pc = Int(i.fail)
            case .jumpIfDefined:
                if !r.value(i.b).isUndefined { pc = Int(i.fail) }
            case .jumpIfUndefined:
                if r.value(i.b).isUndefined { pc = Int(i.fail) }

            case .scanStart, .scanNext:
                stepsLeft &-= 1
                if stepsLeft & 1023 == 0 { try checkLimits(pc - 1) }
                var position = 0
                // The step that follows a start is taken with it.
                if i.opcode == .scanStart { pc &+= 1 } else { position = r[i.a].scanPosition }
                let source = r.value(i.b)
                if position >= source.count || source.kind.rawValue < Value.Kind.array.rawValue {
                    pc = Int(i.fail)
                } else {
                    r[i.a] = .integer(position &+ 1)
                    switch source.kind {
                    case .object:
                        let entry = source.entries[position]
                        r[i.c] = entry.key
                        r[i.d] = entry.value
                    case .array:
                        r[i.c] = .integer(position)
                        r[i.d] = source.elements[position]
                    default:
                        let element = source.elements[position]
                        r[i.c] = element
                        r[i.d] = element
                    }
                }

            case .makeArray:
                r[i.a] = heap.array(UnsafeBufferPointer(start: r.address(i.b), count: Int(i.d)))
            case .makeSet:
                r[i.a] = heap.set(UnsafeBufferPointer(start: r.address(i.b), count: Int(i.d)))
            case .makeObject:
                r[i.a] = try object(UnsafeBufferPointer(start: r.address(i.b), count: Int(i.d) * 2), pc - 1)
            case .makeRecord:
                r[i.a] = heap.object(sortedUnique: r.value(i.c).elements, values: r.address(i.b))

            case .collectBegin:
                collector.begin()
            case .collectPush:
                collector.push(r.value(i.b))
                pc = Int(i.fail)
            case .collectPushPair:
                collector.push(r.value(i.b))
                collector.push(r.value(i.c))
                pc = Int(i.fail)
            case .collectPushPath:
                collector.push(.integer(Int64(i.d) << 1 | Int64(i.x)))
                collector.push(.integer(pc - 1))
                collector.push(r.value(i.b))
                for step in 0..<i.d { collector.push(r.value(i.c + (i.c >= 0 ? step : -step))) }
                pc = Int(i.fail)
            case .collectEndArray:
                r[i.a] = heap.array(collector.end())
            case .collectEndSet:
                r[i.a] = heap.set(collector.end())
            case .collectEndObject:
                r[i.a] = try object(collector.end(), pc - 1)
            case .collectEndGroups:
                r[i.a] = heap.groups(collector.end(), asSets: i.x == 1)
                if exhausted.pointee { throw outOfMemory(pc - 1) }
            case .collectEndTree:
                r[i.a] = try tree(collector.end())
            case .collectEndExtent:
                r[i.a] = extent(collector.end(), over: r.value(i.b))
                if exhausted.pointee { throw outOfMemory(pc - 1) }

            case .call:
                let function = planned[Int(i.b)]
                if function.memo >= 0 {
                    let state = memoStates[Int(function.memo)]
                    if state == MemoTable.State.known.rawValue {
                        let known = memoValues[Int(function.memo)]
                        if known.isUndefined { pc = Int(i.fail) } else { r[i.a] = known }
                        continue
                    }
                    if state == MemoTable.State.running.rawValue {
                        throw failure(.internal, "rule depends on itself", pc - 1)
                    }
                    memoStates[Int(function.memo)] = MemoTable.State.running.rawValue
                } else if function.memo == Plan.Function.keptByArguments {
                    if let known = results.find(i.b, r.address(i.c), Int(function.arity)) {
                        if known.isUndefined { pc = Int(i.fail) } else { r[i.a] = known }
                        continue
                    }
                }
                stepsLeft &-= 1
                if stepsLeft & 1023 == 0 { try checkLimits(pc - 1) }
                if depth >= depthLimit { throw failure(.depthLimit, "rules and functions nest too deeply", pc - 1) }
                let shift = enter(function, arguments: i.c, used: used, &r)
                frames[Int(depth)] = Frame(
                    returnTo: Int32(pc), fail: i.fail, target: i.a, shift: shift,
                    memo: function.memo == Plan.Function.keptByArguments ? -2 - i.b : function.memo, restores: false)
                depth += 1
                used = function.registers
                pc = Int(function.entry)

            case .callBuiltin:
                stepsLeft &-= 1
                if stepsLeft & 1023 == 0 { try checkLimits(pc - 1) }
                let arguments = UnsafeBufferPointer<Value>(start: r.address(i.c), count: Int(i.d))
                let result = try callBuiltin(Int(i.b), arguments, pc - 1)
                if exhausted.pointee { throw outOfMemory(pc - 1) }
                if result.isUndefined { pc = Int(i.fail) } else { r[i.a] = result }

            case .callReplaceable:
                stepsLeft &-= 1
                if stepsLeft & 1023 == 0 { try checkLimits(pc - 1) }
                let replacement = replacements[Int(i.b)]
                var number = plan.replaceables[Int(i.b)]
                switch replacement.kind {
                case .value:
                    r[i.a] = replacement.value
                    continue
                case .builtin: number = ~replacement.index
                case .function: number = replacement.index
                case .none: break
                }
                if number < 0 {
                    let arguments = UnsafeBufferPointer<Value>(start: r.address(i.c), count: Int(i.d))
                    let result = try callBuiltin(Int(~number), arguments, pc - 1)
                    if exhausted.pointee { throw outOfMemory(pc - 1) }
                    if result.isUndefined { pc = Int(i.fail) } else { r[i.a] = result }
                    continue
                }
                let function = planned[Int(number)]
                if depth >= depthLimit { throw failure(.depthLimit, "rules and functions nest too deeply", pc - 1) }
                let restores = replacement.kind == .function
                if restores {
                    // Inside of a replacement nothing is replaced.
                    suspend()
                    for index in replacements.indices { replacements[index] = ActiveReplacement() }
                }
                let shift = enter(function, arguments: i.c, used: used, &r)
                frames[Int(depth)] = Frame(
                    returnTo: Int32(pc), fail: i.fail, target: i.a, shift: shift, memo: -1, restores: restores)
                depth += 1
                used = function.registers
                pc = Int(function.entry)

            case .returnValue:
                let result = r.value(i.b)
                if depth == 0 { return result }
                depth -= 1
                let frame = frames[Int(depth)]
                if frame.memo >= 0 {
                    memoValues[Int(frame.memo)] = result
                    memoStates[Int(frame.memo)] = MemoTable.State.known.rawValue
                } else if frame.memo <= -2 {
                    let function = -2 - frame.memo
                    results.keep(result, function, r.start, Int(planned[Int(function)].arity))
                }
                if frame.restores { restore() }
                used = frame.shift
                r.start -= Int(frame.shift)
                if result.isUndefined {
                    pc = Int(frame.fail)
                } else {
                    r[frame.target] = result
                    pc = Int(frame.returnTo)
                }

            case .mergeResult:
                let known = r[i.a]
                let result = r.value(i.b)
                if known.isUndefined {
                    r[i.a] = result
                } else if known != result {
                    throw failure(
                        .conflict,
                        i.x == 1
                            ? "functions must not produce multiple outputs for same inputs"
                            : "complete rules must not produce multiple outputs", pc - 1)
                }
            case .arithmetic:
                if let sum = Machine.fastArithmetic(i.x, r.value(i.b), r.value(i.c)) {
                    r[i.a] = sum
                } else {
                    let result = try callBuiltin(Int(i.d), r.value(i.b), r.value(i.c), pc - 1)
                    if result.isUndefined { pc = Int(i.fail) } else { r[i.a] = result }
                }
            case .checkMember:
                if !LanguageBuiltins.isMember(r.value(i.b), of: r.value(i.c)) { pc = Int(i.fail) }
            case .count:
                let collection = r.value(i.b)
                if collection.kind.rawValue >= Value.Kind.array.rawValue {
                    r[i.a] = .integer(collection.count)
                } else {
                    let result = try callBuiltin(Int(i.d), collection, nil, pc - 1)
                    if result.isUndefined { pc = Int(i.fail) } else { r[i.a] = result }
                }

            case .indexStart:
                r[i.a] = indexLeaves(Int(i.b), r.address(i.c))
                r[i.a + 1] = .integer(0)
            case .indexNext:
                stepsLeft &-= 1
                if stepsLeft & 1023 == 0 { try checkLimits(pc - 1) }
                let body = nextBody(r[i.a], &r[i.a + 1])
                pc = Int(body >= 0 ? body : i.fail)

            case .withBegin:
                suspend()
            case .withInput:
                input = replacing(input, at: r.value(i.b).elements[...], with: r.value(i.c))
                if exhausted.pointee { throw outOfMemory(pc - 1) }
            case .withData:
                data = replacing(data, at: r.value(i.b).elements[...], with: r.value(i.c))
                overrides[Int(i.d)] += 1
                if exhausted.pointee { throw outOfMemory(pc - 1) }
            case .withFunction:
                var replacement = ActiveReplacement()
                switch Replacement(rawValue: i.x) {
                case .function: replacement = ActiveReplacement(kind: .function, index: i.c)
                case .builtin: replacement = ActiveReplacement(kind: .builtin, index: i.c)
                default: replacement = ActiveReplacement(kind: .value, value: r.value(i.c))
                }
                replacements[Int(i.b)] = replacement
            case .withEnd:
                restore()
            case .jumpIfOverridden:
                if overrides[Int(i.b)] > 0 { pc = Int(i.fail) }

            case .cursorStart:
                r[i.a] = .integer(Int64(i.b))
                r[i.a + 1] = r.value(i.c)
                if isOverridden(Int(i.b)) { r[i.a] = .integer(-1) }
            case .cursorKeys:
                r[i.a] = cursorKeys(r[i.b].scanPosition, r[i.b + 1])
                if exhausted.pointee { throw outOfMemory(pc - 1) }
            case .cursorStep:
                let key = r.value(i.c)
                let base = r[i.b + 1].lookup(key)
                let child = child(of: r[i.b].scanPosition, key)
                r[i.a] = .integer(-1)
                if child < 0 {
                    if base.isUndefined { pc = Int(i.fail) } else { r[i.a + 1] = base }
                    continue
                }
                let number = plan.nodes[child].function
                if number < 0 {
                    r[i.a] = .integer(child)
                    r[i.a + 1] = base
                    continue
                }
                try callNode(
                    planned[Int(number)], target: i.a + 1, fail: i.fail, &pc, &r, &used, &depth, depthLimit)
            case .cursorValue:
                let node = r[i.b].scanPosition
                if node < 0 {
                    r[i.a] = r[i.b + 1]
                    continue
                }
                let number = plan.nodes[node].extent
                try callNode(planned[Int(number)], target: i.a, fail: i.fail, &pc, &r, &used, &depth, depthLimit)

            case .cover:
                covered.insert(plan.codeLocations[pc - 1])
            }
        }
    }

    /// Moves the window up and copies the arguments; returns how far it moved.
    @inline(__always)
    private func enter(
        _ function: Plan.Function, arguments: Int32, used: Int32, _ r: inout RegisterWindow
    ) -> Int32 {
        let start = r.start - registers + Int(used)
        if start + Int(function.registers) > registerCapacity {
            let offset = r.start - registers
            growRegisters(to: start + Int(function.registers))
            r.start = registers + offset
        }
        let next = r.start + Int(used)
        let given = r.address(arguments)
        for index in 0..<Int(function.arity) { next[index] = given[index] }
        r.start = next
        return used
    }

    /// Calls a rule or package that a cursor has come to.
    private func callNode(
        _ function: Plan.Function, target: Int32, fail: Int32, _ pc: inout Int,
        _ r: inout RegisterWindow, _ used: inout Int32, _ depth: inout Int32, _ depthLimit: Int32
    ) throws(EvaluationError) {
        stepsLeft &-= 1
        if stepsLeft & 1023 == 0 { try checkLimits(pc - 1) }
        if depth >= depthLimit { throw failure(.depthLimit, "rules and functions nest too deeply", pc - 1) }
        if function.memo >= 0 {
            switch MemoTable.State(rawValue: memoStates[Int(function.memo)]) {
            case .known:
                let known = memoValues[Int(function.memo)]
                if known.isUndefined { pc = Int(fail) } else { r[target] = known }
                return
            case .running:
                throw failure(.internal, "rule depends on itself", pc - 1)
            default:
                memoStates[Int(function.memo)] = MemoTable.State.running.rawValue
            }
        }
        let shift = enter(function, arguments: 0, used: used, &r)
        frames[Int(depth)] = Frame(
            returnTo: Int32(pc), fail: fail, target: target, shift: shift, memo: function.memo, restores: false)
        depth += 1
        used = function.registers
        pc = Int(function.entry)
    }

    /// Undefined also stands for a failure that is not strict.
    @inline(__always)
    private func callBuiltin(
        _ index: Int, _ arguments: UnsafeBufferPointer<Value>, _ pc: Int
    ) throws(EvaluationError) -> Value {
        // A step over something long takes as long as thousands of others.
        for argument in arguments where argument.isLong { try checkLimits(pc) }
        do throws(BuiltinError) {
            return try calls[index].call(arguments)
        } catch {
            if let stop = failure(error, of: index, pc) { throw stop }
            return .undefined
        }
    }

    @inline(never)
    private func callBuiltin(
        _ index: Int, _ first: Value, _ second: Value?, _ pc: Int
    ) throws(EvaluationError) -> Value {
        var pair = (first, second ?? .undefined)
        let result: Result<Value, BuiltinError> = withUnsafePointer(to: &pair) { pointer in
            pointer.withMemoryRebound(to: Value.self, capacity: 2) { start in
                let arguments = UnsafeBufferPointer(start: start, count: second == nil ? 1 : 2)
                do throws(BuiltinError) {
                    return .success(try calls[index].call(arguments))
                } catch {
                    return .failure(error)
                }
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error):
            if let stop = failure(error, of: index, pc) { throw stop }
            return .undefined
        }
    }

    @inline(__always)
    private static func holds(_ comparison: UInt16, _ a: Value, _ b: Value) -> Bool {
        switch Comparison(rawValue: comparison) {
        case .equal: a == b
        case .notEqual: a != b
        case .less: Value.compare(a, b) < 0
        case .lessOrEqual: Value.compare(a, b) <= 0
        case .greater: Value.compare(a, b) > 0
        default: Value.compare(a, b) >= 0
        }
    }

    /// Nil when the operands are no small integers or the result is none.
    @inline(__always)
    private static func fastArithmetic(_ operation: UInt16, _ a: Value, _ b: Value) -> Value? {
        guard let x = a.int64, let y = b.int64 else { return nil }
        let result: (partialValue: Int64, overflow: Bool)
        switch Arithmetic(rawValue: operation) {
        case .plus: result = x.addingReportingOverflow(y)
        case .minus: result = x.subtractingReportingOverflow(y)
        default: result = x.multipliedReportingOverflow(by: y)
        }
        return result.overflow ? nil : .integer(result.partialValue)
    }
}

extension Value {
    @inline(__always)
    fileprivate var isLong: Bool { kind.rawValue >= Kind.string.rawValue && count >= 4096 }

    /// The integer that the machine itself put into a register.
    @inline(__always)
    var scanPosition: Int { Int(truncatingIfNeeded: int64 ?? 0) }
}
