import Decisions
import Testing

@Suite struct MicroUnitsTests {
    @Test(
        arguments: [
            (0, "0.00"), (1, "0.000001"), (10, "0.00001"), (10_000, "0.01"), (100_000, "0.10"), (1_000_000, "1.00"),
            (13_400_000, "13.40"), (13_405_000, "13.405"), (999_999, "0.999999"), (20_000_000, "20.00"),
            (Int64.max, "9223372036854.775807"), (9_223_372_036_854_000_000, "9223372036854.00"),
        ] as [(Int64, String)])
    func `amounts have two decimals, and more where it takes more`(value: Int64, text: String) throws {
        #expect(try #require(MicroUnits(value)).decimalText == text)
    }

    @Test(
        arguments: [
            ("20", 20_000_000), ("0." + String(repeating: "0", count: 150_000) + "2e150002", 20_000_000),
            ("0." + String(repeating: "0", count: 150_000) + "20e150002", 20_000_000),
            ("2" + String(repeating: "0", count: 150_000) + "e-149999", 20_000_000),
            ("2" + String(repeating: "0", count: 150_000) + ".0e-149999", 20_000_000),
            ("0." + String(repeating: "0", count: 150_000) + "2", 1),
            ("1e-999999999", 1), ("0e99999999999999999999999999", 0), ("0.0e-99999999999999999999999999", 0),
            ("9223372036854.7758070", .max), ("9223372036854.7758061", .max),
            ("9223372036854", 9_223_372_036_854_000_000),
            ("1e-6", 1), ("1.5e-6", 2), ("0.10e1", 1_000_000),
        ] as [(String, Int64)])
    func `what a number means is charged, however it is spelt`(literal: String, micros: Int64) {
        #expect(MicroUnits(roundingUp: literal.utf8)?.value == micros)
    }

    @Test func `all spellings of one number are one amount`() {
        for seed in 0..<2000 {
            let digits = String(seed * 7919 % 100_000)
            let shift = seed % 40
            let spellings = [
                "\(digits)", "\(digits).0", "\(digits)\(String(repeating: "0", count: shift))e-\(shift)",
                "0.\(String(repeating: "0", count: shift))\(digits)E+\(shift + digits.count)",
                "\(digits)e0", "\(digits).\(String(repeating: "0", count: shift + 1))e-0",
            ]
            #expect(Set(spellings.map { MicroUnits(roundingUp: $0.utf8)?.value }).count == 1, "\(spellings)")
        }
    }

    @Test(arguments: [
        "", "-1", "-0", "-0.0", "000", "01", "1e-99999999999999999999999999", "9223372036854.7758071", "1e999999999",
        ".5", "1.", "1.e5", "e5", "1e", "1e+", "1e5.0", "1e5e5", "--1", "+1", "1 ", "0x1", "1_0",
        "9223372036854.775808", "1e13", "1e99999999999999999999999999",
    ])
    func `what is no amount is refused`(literal: String) {
        #expect(MicroUnits(roundingUp: literal.utf8) == nil)
    }

    @Test func `an amount written and read again is the same`() throws {
        var value: Int64 = 1
        while value < Int64.max / 7 {
            let amount = try #require(MicroUnits(value))
            #expect(MicroUnits(roundingUp: amount.decimalText.utf8) == amount)
            value = value * 7 + 3
        }
    }
}
