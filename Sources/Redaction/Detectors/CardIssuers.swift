/// Which lengths a card number may have, by how it begins: the issuers' ranges as they are published (ISO/IEC 7812 names the
/// authority, the networks their ranges).
enum CardIssuers {
    /// Bit `n` is set where numbers of `n` digits are given out; 0 for no issuer. `digits` are six or more numbers from 0 to 9.
    static func lengths(_ digits: UnsafePointer<UInt8>) -> UInt32 {
        let two = Int(digits[0]) * 10 + Int(digits[1])
        let three = two * 10 + Int(digits[2])
        let four = three * 10 + Int(digits[3])
        switch four {
        case 1800, 2131: return exactly(15)  // JCB
        case 2200...2204: return from(16)  // Mir
        case 2221...2720: return exactly(16)  // Mastercard
        case 3095: return from(14)  // Diners Club
        case 3528...3589: return from(16)  // JCB
        case 5018, 5020, 5038, 5893, 6304, 6390, 6759, 6761...6763: return from(12)  // Maestro
        case 6011: return from(16)  // Discover
        case 9792: return exactly(16)  // Troy
        default: break
        }
        switch three {
        case 300...305: return from(14)  // Diners Club
        case 637...639: return exactly(16)  // InstaPayment
        default: break
        }
        switch two {
        case 34, 37: return exactly(15)  // American Express
        case 36, 38, 39: return from(14)  // Diners Club
        case 40...49: return exactly(13) | exactly(16) | exactly(19)  // Visa
        case 51...55: return exactly(16)  // Mastercard
        case 50, 60, 62, 64, 65, 81, 82: return from(16)  // Discover, UnionPay, RuPay, Verve
        case 56...58: return from(12)  // Maestro
        default: return 0
        }
    }

    private static func exactly(_ length: Int) -> UInt32 { 1 << UInt32(length) }

    /// From this length to 19, the longest that there is.
    private static func from(_ length: Int) -> UInt32 { (1 << 20) - (1 << UInt32(length)) }
}
