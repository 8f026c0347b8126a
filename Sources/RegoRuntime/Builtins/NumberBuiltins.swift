import RegoValues

/// Arithmetic, rounding, bits and ranges.
enum NumberBuiltins {
    static let family: Builtins.Family = [
        .init("plus", plus), .init("minus", minus), .init("mul", times), .init("div", divide), .init("rem", remainder),
        .init("abs", absolute), .init("round", round), .init("ceil", ceiling), .init("floor", floor),
        .init("bits.or", bitsOr), .init("bits.and", bitsAnd), .init("bits.xor", bitsExclusiveOr),
        .init("bits.negate", bitsNegate), .init("bits.lsh", bitsShiftLeft), .init("bits.rsh", bitsShiftRight),
        .init("numbers.range", range), .init("numbers.range_step", rangeStep), .init("rand.intn", randomInteger),
    ]

    private static func numeric(
        _ calculate: () throws(ArithmeticError) -> Value
    ) throws(BuiltinError) -> Value {
        do throws(ArithmeticError) {
            return try calculate()
        } catch {
            throw .failure(error.description)
        }
    }

    static func plus(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.number(0), try a.number(1))
        return try numeric { () throws(ArithmeticError) in try RegoNumber.plus(left, right, in: context.heap) }
    }

    /// The difference of two numbers or of two sets.
    static func minus(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (a[0], a[1])
        if left.kind == .number && right.kind == .number {
            return try numeric { () throws(ArithmeticError) in try RegoNumber.minus(left, right, in: context.heap) }
        }
        if left.kind == .set && right.kind == .set { return SetBuiltins.difference(left, right, context.heap) }
        if left.kind != .number && left.kind != .set { throw .wrongType(0, left, ["number", "set"]) }
        throw .wrongType(1, right, [right.kind == .number ? "set" : "number"])
    }

    static func times(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.number(0), try a.number(1))
        return try numeric { () throws(ArithmeticError) in try RegoNumber.times(left, right, in: context.heap) }
    }

    static func divide(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.number(0), try a.number(1))
        return try numeric { () throws(ArithmeticError) in try RegoNumber.divide(left, right, in: context.heap) }
    }

    static func remainder(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.number(0), try a.number(1))
        return try numeric { () throws(ArithmeticError) in try RegoNumber.remainder(left, right, in: context.heap) }
    }

    static func absolute(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let value = try a.number(0)
        return try numeric { () throws(ArithmeticError) in try RegoNumber.absolute(value, in: context.heap) }
    }

    static func round(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let value = try a.number(0)
        return try numeric { () throws(ArithmeticError) in try RegoNumber.round(value, in: context.heap) }
    }

    static func ceiling(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let value = try a.number(0)
        return try numeric { () throws(ArithmeticError) in try RegoNumber.ceiling(value, in: context.heap) }
    }

    static func floor(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let value = try a.number(0)
        return try numeric { () throws(ArithmeticError) in try RegoNumber.floor(value, in: context.heap) }
    }

    /// A whole number of any size.
    private static func whole(_ a: Arguments, _ position: Int) throws(BuiltinError) -> Value {
        guard a[position].kind == .number else { throw .wrongType(position, a[position], ["integer"]) }
        guard RegoNumber.isInteger(a[position]) else {
            throw .operand(position, "must be integer number but got floating-point number")
        }
        return a[position]
    }

    private static func bits(
        _ operation: RegoNumber.BitOperation, _ a: Arguments, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        let (left, right) = (try whole(a, 0), try whole(a, 1))
        if operation == .shiftLeft || operation == .shiftRight {
            guard RegoNumber.sign(right) >= 0 else {
                throw .operand(1, "must be an unsigned integer number but got a negative integer")
            }
        }
        return try numeric { () throws(ArithmeticError) in
            try RegoNumber.bits(operation, left, right, in: context.heap)
        }
    }

    static func bitsOr(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try bits(.or, a, context)
    }

    static func bitsAnd(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try bits(.and, a, context)
    }

    static func bitsExclusiveOr(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try bits(.xor, a, context)
    }

    static func bitsShiftLeft(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try bits(.shiftLeft, a, context)
    }

    static func bitsShiftRight(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try bits(.shiftRight, a, context)
    }

    static func bitsNegate(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let value = try whole(a, 0)
        return try numeric { () throws(ArithmeticError) in try RegoNumber.negateBits(value, in: context.heap) }
    }

    static func range(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try range(from: try whole(a, 0), to: try whole(a, 1), step: .integer(Int64(1)), context)
    }

    static func rangeStep(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (first, last, step) = (try whole(a, 0), try whole(a, 1), try whole(a, 2))
        guard RegoNumber.sign(step) > 0 else {
            throw .failure("numbers.range_step: step must be a positive integer")
        }
        return try range(from: first, to: last, step: step, context)
    }

    private static func range(
        from first: Value, to last: Value, step: Value, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        let limit = context.heap.freeBytes / MemoryLayout<Value>.stride
        do throws(ArithmeticError) {
            return try RegoNumber.range(from: first, to: last, step: step, limit: limit, in: context.heap)
        } catch .outOfRange {
            throw .outOfMemory
        } catch {
            throw .failure(error.description)
        }
    }

    /// The same key gives the same number all through an evaluation.
    static func randomInteger(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (key, bound) = (try a.text(0), try a.integer(1))
        guard bound != 0, bound != .min else { return .integer(0) }
        let limit = Int(bound.magnitude)
        return try context.remembered("rand.intn-\(key)-\(limit)") {
            var generator = context.random(for: "\(key)-\(limit)")
            return .integer(Int.random(in: 0..<limit, using: &generator))
        }
    }
}
