/// The check digits that tell a number from a number.
enum Checksums {
    /// The Luhn check (ISO/IEC 7812-1, annex B) over decimal digits.
    static func luhn(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit) * (position % 2 == 0 ? 1 : 2)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }

    /// ISO 7064 modulus 97 over an IBAN's uppercase letters and digits, spaces left out (ISO 13616-1).
    static func iban(_ characters: [UInt8]) -> Bool {
        guard characters.count > 4 else { return false }
        var rest = 0
        for character in characters[4...] + characters[..<4] {
            switch character {
            case 0x30...0x39: rest = (rest * 10 + Int(character - 0x30)) % 97
            case 0x41...0x5a: rest = (rest * 100 + Int(character - 0x41) + 10) % 97
            default: return false
            }
        }
        return rest == 1
    }

    /// The length of a country's IBAN (the registry of ISO 13616); nil where it has none.
    static func ibanLength(_ first: UInt8, _ second: UInt8) -> Int? {
        ibanLengths[String(decoding: [first, second], as: UTF8.self)]
    }

    private static let ibanLengths: [String: Int] = [
        "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
        "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
        "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
        "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
        "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
        "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
        "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
        "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
    ]
}
