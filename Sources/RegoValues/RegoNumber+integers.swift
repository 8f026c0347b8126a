import BigInt

/// Operations on whole numbers of any size. All read their operands through a 64-bit mantissa, as OPA does.
extension RegoNumber {
    public enum BitOperation: Sendable { case and, or, xor, shiftLeft, shiftRight }

    /// Shifts by more bits than this are refused.
    public static let largestShift = 1 << 12

    /// - Throws: `.notAnInteger` for a fraction, `.outOfRange` for a shift that is negative or too far.
    public static func bits(
        _ operation: BitOperation, _ a: Value, _ b: Value, in heap: Heap
    ) throws(ArithmeticError) -> Value {
        let (left, right) = (try integer(a), try integer(b))
        switch operation {
        case .and: return number(left & right, in: heap)
        case .or: return number(left | right, in: heap)
        case .xor: return number(left ^ right, in: heap)
        case .shiftLeft, .shiftRight:
            guard let distance = Int(exactly: right), distance >= 0, distance <= largestShift else { throw .outOfRange }
            if operation == .shiftLeft { return number(left << distance, in: heap) }
            // Towards minus infinity, as with two's complement of any width.
            return number(left.signum() < 0 ? -((-left - 1) >> distance) - 1 : left >> distance, in: heap)
        }
    }

    public static func negateBits(_ a: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        number(-(try integer(a)) - 1, in: heap)
    }

    /// Whether a number is whole, after rounding to a 64-bit mantissa.
    public static func isInteger(_ a: Value) -> Bool {
        if inlineInteger(a) != nil { return true }
        return (try? float(a))?.isInteger ?? false
    }

    /// The sign of a number's value.
    public static func sign(_ a: Value) -> Int { Value.compare(a, .integer(Int64(0))).signum() }

    /// The whole part of a number in a base from 2 to 36, lower case.
    public static func text(ofWholePart a: Value, base: Int) throws(ArithmeticError) -> String {
        if let integer = inlineInteger(a) { return String(integer, radix: base) }
        return String(try float(a).truncated, radix: base)
    }

    /// From `first` towards `last` and including it if a step hits it, up or down by `step`, which is positive.
    /// - Throws: `.outOfRange` when there are more than `limit` numbers.
    public static func range(
        from first: Value, to last: Value, step: Value, limit: Int, in heap: Heap
    ) throws(ArithmeticError) -> Value {
        let (low, high, distance) = (try integer(first), try integer(last), try integer(step))
        guard distance > 0 else { throw .outOfRange }
        let count = (high - low).magnitude / distance.magnitude + 1
        guard let count = Int(exactly: count), count <= limit else { throw .outOfRange }
        if let start = Int64(exactly: low), let end = Int64(exactly: high), let stride = Int64(exactly: distance) {
            return heap.array(count: count) { buffer in
                var next = start
                for position in buffer.indices {
                    buffer[position] = .integer(next)
                    next = end >= start ? next &+ stride : next &- stride
                }
            }
        }
        let signed = high >= low ? distance : -distance
        return heap.array(count: count) { buffer in
            for position in buffer.indices { buffer[position] = number(low + signed * BigInt(position), in: heap) }
        }
    }
}
