/// International bank account numbers of the registered countries and lengths that pass the modulus 97 check, in capital or
/// small letters, with single spaces or hyphens.
struct IBANDetector: TextDetector {
    var name: String { "iban" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.capitals + DetectorTriggers.smallLetters, position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard text[place + 2].isDigit, text[place + 3].isDigit, text[place + 1].isASCIILetter,
            !text.hasWord(before: place)
        else { return .nothing }
        let wanted = IBANDetector.length(text[place].lowercased & ~0x20, text[place + 1].lowercased & ~0x20)
        guard wanted > 0 else { return .nothing }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 34) { characters in
            var count = 0
            var end = place
            while count < wanted {
                let byte = text[end]
                if byte.isAlphanumeric {
                    characters.initializeElement(at: count, to: byte.isLowercase ? byte & ~0x20 : byte)
                    count += 1
                } else if count == 0 || !text[end - 1].isAlphanumeric
                    || byte != UInt8(ascii: " ") && byte != UInt8(ascii: "-")
                {
                    return .nothing
                }
                end += 1
            }
            return Checksums.iban(UnsafeBufferPointer(rebasing: characters[..<wanted])) ? .found(place..<end) : .nothing
        }
    }

    /// The length of a country's numbers (the registry of ISO 13616); 0 where it has none. In capital letters.
    static func length(_ first: UInt8, _ second: UInt8) -> Int {
        guard first.isUppercase, second.isUppercase else { return 0 }
        return Int(lengths[Int(first - 0x41) * 26 + Int(second - 0x41)])
    }

    private static let lengths: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 26 * 26)
        for (country, length) in countries {
            let letters = Array(country.utf8)
            table[Int(letters[0] - 0x41) * 26 + Int(letters[1] - 0x41)] = length
        }
        return table
    }()

    private static let countries: [(String, UInt8)] = [
        ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
        ("BI", 27), ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27),
        ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27),
        ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28),
        ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26), ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28),
        ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22),
        ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23),
        ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24),
        ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25), ("SV", 28),
        ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
    ]
}
