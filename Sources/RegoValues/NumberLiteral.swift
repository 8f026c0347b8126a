/// The header of a number that is not an inline integer: its text as written, and its value in a form that compares exactly.
///
/// The value is ±0.DDD… × 10^`exponent`, where the digits have neither leading nor trailing zeros; zero has no digits.
@frozen @usableFromInline
struct NumberLiteral: BitwiseCopyable {
    @usableFromInline let text: UnsafePointer<UInt8>
    @usableFromInline let digits: UnsafePointer<UInt8>
    @usableFromInline let textCount: Int32
    @usableFromInline let digitCount: Int32
    @usableFromInline let exponent: Int64
    @usableFromInline let integerValue: Int64
    @usableFromInline let isInteger64: Bool
    @usableFromInline let isNegative: Bool

    init(
        text: UnsafeBufferPointer<UInt8>, digits: UnsafeBufferPointer<UInt8>, exponent: Int64, isNegative: Bool,
        fallback: UnsafePointer<UInt8>
    ) {
        self.text = text.baseAddress ?? fallback
        self.digits = digits.baseAddress ?? fallback
        self.textCount = Int32(truncatingIfNeeded: text.count)
        self.digitCount = Int32(truncatingIfNeeded: digits.count)
        self.exponent = digits.isEmpty ? 0 : exponent
        self.isNegative = isNegative && !digits.isEmpty
        let integer = NumberLiteral.integer(digits, self.exponent, negative: self.isNegative)
        self.integerValue = integer ?? 0
        self.isInteger64 = integer != nil
    }

    @inlinable var integer: Int64? { isInteger64 ? integerValue : nil }
    @inlinable var textBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: text, count: Int(textCount)) }
    @inlinable var digitBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: digits, count: Int(digitCount)) }

    private static func integer(_ digits: UnsafeBufferPointer<UInt8>, _ exponent: Int64, negative: Bool) -> Int64? {
        if digits.isEmpty { return 0 }
        guard exponent >= Int64(digits.count), exponent <= 19 else { return nil }
        var magnitude: UInt64 = 0
        for position in 0..<Int(exponent) {
            let digit = position < digits.count ? UInt64(digits[position] - UInt8(ascii: "0")) : 0
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            magnitude = sum
        }
        if negative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    var contentHash: UInt64 {
        if isInteger64 { return Value.integer(integerValue).contentHash }
        return ContentHash.combine(
            ContentHash.of(digitBytes), UInt64(bitPattern: exponent) &* 2 &+ (isNegative ? 1 : 0))
    }

    /// Exact order of two numbers, at least one of them a literal.
    @usableFromInline
    static func compare(_ a: Value, _ b: Value) -> Int {
        if let left = a.int64, let right = b.int64 { return left < right ? -1 : (left == right ? 0 : 1) }
        return DecimalView.with(a) { left in DecimalView.with(b) { right in left.compare(right) } }
    }
}

extension Value {
    @inlinable
    var literal: UnsafePointer<NumberLiteral> {
        UnsafePointer(address.unsafelyUnwrapped.assumingMemoryBound(to: NumberLiteral.self))
    }

    /// Appends a number's text as it was written; nothing for other kinds.
    public func numberText(into bytes: inout [UInt8]) {
        guard kind == .number else { return }
        if isLiteral {
            bytes.append(contentsOf: literal.pointee.textBytes)
        } else {
            DecimalView.withDigits(of: Int64(bitPattern: payload)) { bytes.append(contentsOf: $0) }
        }
    }

    /// A number's text as it was written, nil for other kinds.
    public var numberText: String? {
        guard kind == .number else { return nil }
        var bytes: [UInt8] = []
        numberText(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A number as sign, digits and exponent, whatever its storage.
struct DecimalView {
    let digits: UnsafeBufferPointer<UInt8>
    let exponent: Int64
    let isNegative: Bool

    /// Calls `body` with the digits of a number; other kinds count as zero.
    static func with<R>(_ value: Value, _ body: (DecimalView) -> R) -> R {
        if value.isLiteral {
            let literal = value.literal.pointee
            return body(
                DecimalView(digits: literal.digitBytes, exponent: literal.exponent, isNegative: literal.isNegative))
        }
        let integer = value.kind == .number ? Int64(bitPattern: value.payload) : 0
        return withDigits(of: integer) { text in
            var digits = integer < 0 ? UnsafeBufferPointer(rebasing: text.dropFirst()) : text
            let exponent = Int64(digits.count)
            while digits.last == UInt8(ascii: "0") { digits = UnsafeBufferPointer(rebasing: digits.dropLast()) }
            return body(DecimalView(digits: digits, exponent: digits.isEmpty ? 0 : exponent, isNegative: integer < 0))
        }
    }

    /// Calls `body` with the decimal text of an integer.
    static func withDigits<R>(of integer: Int64, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var position = 20
            var magnitude = integer.magnitude
            repeat {
                position -= 1
                let (quotient, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
                buffer.initializeElement(at: position, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
                magnitude = quotient
            } while magnitude != 0
            if integer < 0 {
                position -= 1
                buffer.initializeElement(at: position, to: UInt8(ascii: "-"))
            }
            return body(UnsafeBufferPointer(rebasing: buffer[position..<20]))
        }
    }

    func compare(_ other: DecimalView) -> Int {
        let sign = digits.isEmpty ? 0 : (isNegative ? -1 : 1)
        let otherSign = other.digits.isEmpty ? 0 : (other.isNegative ? -1 : 1)
        if sign != otherSign { return sign < otherSign ? -1 : 1 }
        if sign == 0 { return 0 }
        if exponent != other.exponent { return (exponent < other.exponent) == (sign > 0) ? -1 : 1 }
        for index in 0..<min(digits.count, other.digits.count) where digits[index] != other.digits[index] {
            return (digits[index] < other.digits[index]) == (sign > 0) ? -1 : 1
        }
        if digits.count == other.digits.count { return 0 }
        return (digits.count < other.digits.count) == (sign > 0) ? -1 : 1
    }
}
