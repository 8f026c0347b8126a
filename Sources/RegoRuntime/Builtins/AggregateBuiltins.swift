import RegoValues

/// Builtins that make one value of a collection's elements.
enum AggregateBuiltins {
    static let family: Builtins.Family = [
        .init("count", count), .init("sum", sum), .init("product", product), .init("max", maximum),
        .init("min", minimum), .init("sort", sort),
    ]

    /// Elements; of a string its characters (code points).
    static func count(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        switch a[0].kind {
        case .array, .object, .set: return .integer(a[0].count)
        case .string: return .integer(Runes.count(a[0].utf8))
        default: throw .wrongType(0, a[0], ["array", "object", "set", "string"])
        }
    }

    private static func collection(_ value: Value) throws(BuiltinError) -> UnsafeBufferPointer<Value> {
        guard value.kind == .array || value.kind == .set else { throw .wrongType(0, value, ["set", "array"]) }
        return value.elements
    }

    private static func fold(
        _ a: Arguments, _ context: BuiltinContext, from start: Int64,
        _ combine: (Value, Value, Heap) throws(ArithmeticError) -> Value
    ) throws(BuiltinError) -> Value {
        var total = Value.integer(start)
        for (place, element) in try collection(a[0]).enumerated() {
            guard element.kind == .number else { throw .wrongElement(0, a[0], element, ["number"]) }
            // One step may take a tenth of a millisecond: numbers have hundreds of digits.
            if place & 63 == 63 { try context.checkLimits() }
            do throws(ArithmeticError) {
                total = try combine(total, element, context.heap)
            } catch {
                throw .failure(error.description)
            }
        }
        return total
    }

    static func sum(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try fold(a, context, from: 0) { total, next, heap throws(ArithmeticError) in
            try RegoNumber.plus(total, next, in: heap)
        }
    }

    static func product(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try fold(a, context, from: 1) { total, next, heap throws(ArithmeticError) in
            try RegoNumber.times(total, next, in: heap)
        }
    }

    static func maximum(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try collection(a[0]).max { Value.compare($0, $1) < 0 } ?? .undefined
    }

    static func minimum(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try collection(a[0]).min { Value.compare($0, $1) < 0 } ?? .undefined
    }

    static func sort(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let elements = try collection(a[0])
        if a[0].kind == .set { return context.heap.array(elements) }
        return context.heap.array(elements.sorted { Value.compare($0, $1) < 0 })
    }
}
