import Testing

import RegoValues

@Suite struct RegoNumberTests {
    func calculate(_ a: String, _ operation: String, _ b: String) throws -> String {
        let heap = Heap()
        let (left, right) = (try #require(heap.number(literal: a)), try #require(heap.number(literal: b)))
        let result =
            switch operation {
            case "+": try RegoNumber.plus(left, right, in: heap)
            case "-": try RegoNumber.minus(left, right, in: heap)
            case "*": try RegoNumber.times(left, right, in: heap)
            case "/": try RegoNumber.divide(left, right, in: heap)
            default: try RegoNumber.remainder(left, right, in: heap)
            }
        return try #require(result.numberText)
    }

    @Test(arguments: [
        ("0.1", "+", "0.2", "0.3"), ("3", "*", "1.1", "3.3000000000000000002"),
        ("1", "/", "3", "0.33333333333333333334"),
        ("1000000000000000000000000000000", "+", "1", "1000000000000000000000000000000"), ("1", "+", "2", "3"),
        ("9223372036854775807", "+", "1", "9223372036854775808"),
        ("-9223372036854775808", "-", "1", "-9223372036854775809"),
        ("9223372036854775807", "*", "9223372036854775807", "85070591730234615847000000000000000000"),
        ("6", "/", "3", "2"), ("7", "%", "4", "3"), ("-7", "%", "4", "-3"), ("-9223372036854775808", "%", "-1", "0"),
        ("-9223372036854775808", "/", "-1", "9223372036854775808"), ("1.5", "*", "2", "3"), ("1.0", "+", "2", "3"),
        ("1", "/", "8", "0.125"), ("1000000.5", "+", "1", "1.0000015e+06"), ("1", "/", "100000", "1e-05"),
        ("0.3", "-", "0.3", "0"), ("1e30", "%", "7", "3"), ("2", "/", "3", "0.6666666666666666667"),
        ("100", "*", "1.1", "110"), ("49649733057", "+", "1", "49649733058"), ("1", "/", "10000", "0.0001"),
        ("-0.5", "*", "0", "-0"), ("0.25", "+", "0.5", "0.75"), ("123456", "*", "0.5", "61728"),
        ("12345.5", "+", "0", "12345.5"),
    ])
    func `arithmetic gives the digits that OPA gives`(a: String, operation: String, b: String, result: String) throws {
        #expect(try calculate(a, operation, b) == result)
    }

    @Test(arguments: [
        ("1", "/", "0", ArithmeticError.divideByZero), ("1.5", "/", "0.0", .divideByZero),
        ("7", "%", "0", .moduloByZero),
        ("1.1", "%", "1", .moduloOnFraction), ("1", "%", "0.5", .moduloOnFraction), ("1e1001", "+", "1", .outOfRange),
    ])
    func `what has no result is an error`(a: String, operation: String, b: String, error: ArithmeticError) {
        #expect(throws: error) { try calculate(a, operation, b) }
    }

    @Test(arguments: [
        ("1.01", "2", "1", "1"), ("-1.99999", "-1", "-2", "-2"), ("2222.2222222222", "2223", "2222", "2222"),
        ("2.5", "3", "2", "3"),
        ("-2.5", "-2", "-3", "-3"), ("-0.5", "1", "0", "-1"), ("7", "7", "7", "7"), ("1.0", "1", "1", "1"),
        ("0.49", "1", "0", "0"),
    ])
    func `rounding is OPA's`(number: String, ceiling: String, floor: String, round: String) throws {
        let heap = Heap()
        let value = try #require(heap.number(literal: number))
        #expect(try RegoNumber.ceiling(value, in: heap).numberText == ceiling)
        #expect(try RegoNumber.floor(value, in: heap).numberText == floor)
        #expect(try RegoNumber.round(value, in: heap).numberText == round)
    }
}
