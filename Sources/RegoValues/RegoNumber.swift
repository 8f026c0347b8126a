import BigInt

/// Why a calculation has no result; the messages are OPA's.
public enum ArithmeticError: Error, Sendable, Equatable, CustomStringConvertible {
    case divideByZero, moduloByZero, moduloOnFraction
    case notAnInteger
    /// An exponent or a length that arithmetic does not take on.
    case outOfRange

    public var description: String {
        switch self {
        case .divideByZero: "divide by zero"
        case .moduloByZero: "modulo by zero"
        case .moduloOnFraction: "modulo on floating-point number"
        case .notAnInteger: "illegal value"
        case .outOfRange: "number out of range"
        }
    }
}

/// Rego's arithmetic: exact while both sides and the result are 64-bit integers, else in floats with a 64-bit mantissa.
/// All operands must be numbers; other kinds count as zero.
public enum RegoNumber {
    @inlinable
    public static func plus(_ a: Value, _ b: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if let (left, right) = inlineIntegers(a, b) {
            let (sum, overflow) = left.addingReportingOverflow(right)
            if !overflow { return .integer(sum) }
        }
        return try slow(.plus, a, b, heap)
    }

    @inlinable
    public static func minus(_ a: Value, _ b: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if let (left, right) = inlineIntegers(a, b) {
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            if !overflow { return .integer(difference) }
        }
        return try slow(.minus, a, b, heap)
    }

    @inlinable
    public static func times(_ a: Value, _ b: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if let (left, right) = inlineIntegers(a, b) {
            let (product, overflow) = left.multipliedReportingOverflow(by: right)
            if !overflow { return .integer(product) }
        }
        return try slow(.times, a, b, heap)
    }

    @inlinable
    public static func divide(_ a: Value, _ b: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if let (left, right) = inlineIntegers(a, b), right != 0 {
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            if !overflow && quotient &* right == left { return .integer(quotient) }
        }
        return try slow(.divide, a, b, heap)
    }

    /// The remainder of whole numbers, with the sign of the dividend.
    public static func remainder(_ a: Value, _ b: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if let (left, right) = inlineIntegers(a, b) {
            guard right != 0 else { throw .moduloByZero }
            return .integer(right == -1 ? 0 : left % right)
        }
        let (left, right) = (try float(a), try float(b))
        guard left.isInteger, right.isInteger else { throw .moduloOnFraction }
        guard !right.isZero else { throw .moduloByZero }
        return number(left.truncated % right.truncated, in: heap)
    }

    public static func absolute(_ a: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if let value = inlineInteger(a), value != .min { return .integer(value.magnitude.signedOrZero) }
        var value = try float(a)
        value.isNegative = false
        return number(value, in: heap)
    }

    /// To the nearest whole number, halves away from zero.
    public static func round(_ a: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if inlineInteger(a) != nil { return a }
        let value = try float(a)
        if value.isInteger { return number(value.truncated, in: heap) }
        let half = BinaryFloat(isNegative: value.isNegative, mantissa: 1 << 63, exponent: -64)
        return number((value + half).truncated, in: heap)
    }

    /// The least whole number that is not below; `ceil(-0.5)` is 1 in OPA and here.
    public static func ceiling(_ a: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if inlineInteger(a) != nil { return a }
        let value = try float(a)
        let whole = value.truncated
        if whole.signum() < 0 || value.isInteger { return number(whole, in: heap) }
        return number(whole + 1, in: heap)
    }

    /// The greatest whole number that is not above; `floor(-0.5)` is 0 in OPA and here.
    public static func floor(_ a: Value, in heap: Heap) throws(ArithmeticError) -> Value {
        if inlineInteger(a) != nil { return a }
        let value = try float(a)
        let whole = value.truncated
        if whole.signum() >= 0 || value.isInteger { return number(whole, in: heap) }
        return number(whole - 1, in: heap)
    }

    @usableFromInline
    enum Operation { case plus, minus, times, divide }

    @inlinable
    static func inlineIntegers(_ a: Value, _ b: Value) -> (Int64, Int64)? {
        guard let left = inlineInteger(a), let right = inlineInteger(b) else { return nil }
        return (left, right)
    }

    @inlinable
    static func inlineInteger(_ value: Value) -> Int64? {
        value.meta == Value.meta(.number) ? Int64(bitPattern: value.payload) : nil
    }

    @usableFromInline
    static func slow(_ operation: Operation, _ a: Value, _ b: Value, _ heap: Heap) throws(ArithmeticError) -> Value {
        let (left, right) = (try float(a), try float(b))
        switch operation {
        case .plus: return number(left + right, in: heap)
        case .minus: return number(left - right, in: heap)
        case .times: return number(left * right, in: heap)
        case .divide:
            guard !right.isZero else { throw .divideByZero }
            return number(left / right, in: heap)
        }
    }

    static func float(_ value: Value) throws(ArithmeticError) -> BinaryFloat {
        if let integer = inlineInteger(value) {
            return BinaryFloat(isNegative: integer < 0, magnitude: integer.magnitude)
        }
        guard let float = DecimalView.with(value, { BinaryFloat($0) }) else { throw .outOfRange }
        return float
    }

    /// The whole number that a value is after rounding to 64 bits of mantissa, as OPA reads integers.
    static func integer(_ value: Value) throws(ArithmeticError) -> BigInt {
        if let integer = inlineInteger(value) { return BigInt(integer) }
        let float = try float(value)
        guard float.isInteger else { throw .notAnInteger }
        return float.truncated
    }

    static func number(_ value: BinaryFloat, in heap: Heap) -> Value {
        if let integer = value.int64 { return .integer(integer) }
        return heap.number(literal: value.text) ?? .undefined
    }

    static func number(_ value: BigInt, in heap: Heap) -> Value {
        if let integer = Int64(exactly: value) { return .integer(integer) }
        return heap.number(literal: String(value)) ?? .undefined
    }
}

extension UInt64 {
    /// A magnitude below 2^63 as an integer.
    fileprivate var signedOrZero: Int64 { Int64(exactly: self) ?? 0 }
}
