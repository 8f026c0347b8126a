import BigInt
import Testing

@testable import RegoValues

/// SplitMix64, so that every run draws the same numbers.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// A fraction of whole numbers: the exact value that floats are compared with.
private struct Exact {
    let numerator: BigInt
    let denominator: BigInt

    init(_ numerator: BigInt, _ denominator: BigInt) {
        self.numerator = denominator.signum() < 0 ? -numerator : numerator
        self.denominator = denominator.signum() < 0 ? -denominator : denominator
    }

    init(_ float: BinaryFloat) {
        let mantissa = BigInt(sign: float.isNegative ? .minus : .plus, magnitude: BigUInt(float.mantissa))
        self.init(
            float.exponent > 0 ? mantissa << float.exponent : mantissa,
            float.exponent < 0 ? BigInt(1) << -float.exponent : 1)
    }

    /// Rounds to 64 bits of mantissa by long division, ties to even.
    var rounded: BinaryFloat {
        if numerator == 0 { return .zero }
        let shift = denominator.bitWidth - numerator.magnitude.bitWidth + 66
        let (top, bottom) =
            shift >= 0
            ? (numerator.magnitude << shift, denominator.magnitude)
            : (numerator.magnitude, denominator.magnitude << -shift)
        let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
        let excess = quotient.bitWidth - 64
        var mantissa = quotient >> excess
        let low = quotient - (mantissa << excess)
        let half = BigUInt(1) << (excess - 1)
        if low > half || (low == half && (remainder > 0 || mantissa & 1 == 1)) { mantissa += 1 }
        var exponent = excess - shift
        if mantissa.bitWidth > 64 {
            mantissa >>= 1
            exponent += 1
        }
        return BinaryFloat(isNegative: numerator.signum() < 0, mantissa: UInt64(mantissa), exponent: exponent)
    }
}

@Suite struct BinaryFloatTests {
    private static func draw(_ numbers: inout SeededNumbers) -> BinaryFloat {
        let bits = numbers.next()
        // Some with few bits, so that ties and exact results are common.
        let mantissa = (bits & 3 == 0 ? bits & 0xff << 56 : bits) | 1 << 63
        return BinaryFloat(
            isNegative: bits & 4 == 0, mantissa: mantissa, exponent: Int(numbers.next() % 200) - 160)
    }

    @Test func `arithmetic rounds as exact fractions do`() {
        var numbers = SeededNumbers(state: 1)
        for _ in 0..<4000 {
            let (a, b) = (Self.draw(&numbers), Self.draw(&numbers))
            let (x, y) = (Exact(a), Exact(b))
            #expect(
                a + b
                    == Exact(x.numerator * y.denominator + y.numerator * x.denominator, x.denominator * y.denominator)
                    .rounded)
            #expect(
                a - b
                    == Exact(x.numerator * y.denominator - y.numerator * x.denominator, x.denominator * y.denominator)
                    .rounded)
            #expect(a * b == Exact(x.numerator * y.numerator, x.denominator * y.denominator).rounded)
            #expect(a / b == Exact(x.numerator * y.denominator, x.denominator * y.numerator).rounded)
        }
    }

    @Test func `decimals are read to the nearest float`() throws {
        var numbers = SeededNumbers(state: 2)
        let heap = Heap()
        for _ in 0..<3000 {
            let digits =
                String(numbers.next()).prefix(Int(numbers.next() % 20) + 1)
                + (numbers.next() & 7 == 0 ? "\(numbers.next())" : "")
            let power = Int(numbers.next() % 80) - 50
            let value = try #require(heap.number(literal: "\(Int(digits.prefix(1)) == 0 ? "1" : "")\(digits)e\(power)"))
            let float = try RegoNumber.float(value)
            let whole = try #require(BigInt((value.numberText ?? "").split(separator: "e")[0].description))
            let exact = power < 0 ? Exact(whole, BigInt(10).power(-power)) : Exact(whole * BigInt(10).power(power), 1)
            #expect(float == exact.rounded, "\(value.numberText ?? "")")
        }
    }

    @Test func `the quick digits are the general ones and name the same float`() throws {
        var numbers = SeededNumbers(state: 3)
        let heap = Heap()
        var compared = 0
        for _ in 0..<4000 {
            var float = Self.draw(&numbers)
            if float.isInteger { float.exponent = -64 }
            if let quick = float.shortestDigitsOfFraction {
                let general = float.shortestDigits
                #expect(quick.digits == general.digits && quick.point == general.point)
                compared += 1
            }
            let value = try #require(heap.number(literal: float.text))
            #expect(try RegoNumber.float(value) == float)
        }
        #expect(compared > 1000)
    }
}
