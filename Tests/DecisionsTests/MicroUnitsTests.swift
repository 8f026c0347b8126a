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

    @Test func `an amount written and read again is the same`() throws {
        var value: Int64 = 1
        while value < Int64.max / 7 {
            let amount = try #require(MicroUnits(value))
            #expect(MicroUnits(roundingUp: amount.decimalText.utf8) == amount)
            value = value * 7 + 3
        }
    }
}
