import Testing

@testable import Redaction

@Suite struct UnicodeDigitTests {
    /// By the tables that the standard library carries.
    @Test func `every digit of Unicode is the ASCII digit that it stands for`() {
        for value in UInt32(0x80)...0x10_ffff {
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory == .decimalNumber,
                let number = scalar.properties.numericValue
            else { continue }
            #expect(UnicodeClass.ascii(value) == 0x30 + UInt8(number), "U+\(String(value, radix: 16))")
        }
    }

    /// `①`, `⒈`, `➊`, `🄂` and the like.
    @Test func `every digit in a circle, in brackets or before a dot is the digit that it shows`() {
        for value in (UInt32(0x2070)...0x27ff).map({ $0 }) + (0x1f100...0x1f1ff).map({ $0 }) {
            guard let scalar = Unicode.Scalar(value), scalar.properties.numericType == .digit,
                let number = scalar.properties.numericValue
            else { continue }
            #expect(UnicodeClass.ascii(value) == 0x30 + UInt8(number), "U+\(String(value, radix: 16))")
        }
    }
}
