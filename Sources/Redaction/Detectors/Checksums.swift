/// The check digits that tell a number from a number.
enum Checksums {
    /// The Luhn check (ISO/IEC 7812-1, annex B) over decimal digits, as numbers from 0 to 9.
    static func luhn(_ digits: UnsafeBufferPointer<UInt8>) -> Bool {
        var sum = 0
        var isDoubled = false
        for digit in digits.reversed() {
            let value = Int(digit) * (isDoubled ? 2 : 1)
            sum += value > 9 ? value - 9 : value
            isDoubled.toggle()
        }
        return !digits.isEmpty && sum % 10 == 0
    }

    /// ISO 7064 modulus 97-10 over an IBAN's capital letters and digits, spaces left out (ISO 13616-1).
    static func iban(_ characters: UnsafeBufferPointer<UInt8>) -> Bool {
        guard characters.count > 4 else { return false }
        var rest = 0
        for place in 0..<characters.count {
            let character = characters[(place + 4) % characters.count]
            if character.isDigit {
                rest = (rest * 10 + Int(character & 0x0f)) % 97
            } else if character.isUppercase {
                rest = (rest * 100 + Int(character) - 55) % 97
            } else {
                return false
            }
        }
        return rest == 1
    }

    /// Days of a month of the Gregorian calendar; 0 for no month.
    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }
}
