/// What a word near a number says the number is.
enum ContextKind: Int, CaseIterable, Sendable {
    case birth, medicalRecord, passport, socialSecurity, phone, secret, awsSecret

    var bit: UInt8 { 1 << UInt8(rawValue) }

    /// In small letters, without what separates their parts: `dateofbirth` is also `date of birth`, `date_of_birth`, `dateOfBirth`.
    fileprivate var words: [StaticString] {
        switch self {
        case .birth:
            [
                "dob", "birth", "birthdate", "birthday", "birthdays", "born", "dateofbirth", "geboren", "geburtsdatum",
                "geburtstag", "geb", "naissance", "fechadenacimiento", "nacimiento", "nacido", "nacida", "nascimento",
                "nascita", "geboortedatum",
            ]
        case .medicalRecord:
            [
                "mrn", "mrns", "medicalrecord", "medicalrecords", "healthrecord", "patientid", "patientids",
                "patientno",
                "patientnumber", "chartnumber", "chartno", "nhs", "nhsnumber", "hospitalnumber",
            ]
        case .passport:
            [
                "passport", "passports", "passportno", "passportnumber", "passnummer", "passnr", "reisepass",
                "passeport",
                "pasaporte", "passaporto", "passaporte", "paspoort",
            ]
        case .socialSecurity:
            ["ssn", "ssns", "socialsecurity", "socialsecuritynumber", "socialsec", "taxpayerid"]
        case .phone:
            [
                "phone", "phones", "phonenumber", "telephone", "telephones", "tel", "telefon", "mobile", "mobil",
                "cell",
                "cellphone", "fax", "handy", "whatsapp", "call", "sms", "telefono", "telefone", "portable", "rufnummer",
            ]
        case .secret:
            [
                "password", "passwd", "pwd", "passphrase", "passwort", "secret", "secrets", "secretkey", "token",
                "tokens",
                "apikey", "apikeys", "accesskey", "accesstoken", "authtoken", "bearer", "credential", "credentials",
                "authorization", "privatekey", "clientsecret", "encryptionkey", "signingkey",
            ]
        case .awsSecret: ["secretaccesskey", "awssecretaccesskey", "awssecret", "awssecretkey", "secretkey", "aws"]
        }
    }
}

/// Where context words were last seen in a text, and which of them the name of the member gives to all of it.
struct Contexts {
    /// How far behind the end of a word its context reaches, in bytes.
    static let reach = 48

    private var last = InlineArray<8, Int>(repeating: -1_000_000)
    private let ofKey: UInt8
    /// Behind this place no context reaches.
    private(set) var end: Int

    init(ofKey: UInt8) {
        self.ofKey = ofKey
        end = ofKey == 0 ? -1 : .max
    }

    @inline(__always) func near(_ kind: ContextKind, _ place: Int) -> Bool {
        ofKey & kind.bit != 0 || place - last[kind.rawValue] <= Contexts.reach
    }

    mutating func note(_ kinds: UInt8, endingAt place: Int) {
        for kind in ContextKind.allCases where kinds & kind.bit != 0 { last[kind.rawValue] = place }
        if ofKey == 0 { end = max(end, place + Contexts.reach) }
    }
}

/// All context words, by their first letters, in memory that is never freed: one per process.
///
/// `@unchecked Sendable`: never changed after `init`.
final class ContextWords: @unchecked Sendable {
    private struct Word {
        let letters: UnsafePointer<UInt8>
        let count: Int
        let kinds: UInt8
    }

    static let shared = ContextWords()

    private let words: UnsafePointer<Word>
    /// Where the words of a first letter begin, and where the last of them end.
    private let starts: UnsafePointer<Int>

    private init() {
        var byFirst = [[Word]](repeating: [], count: 26)
        for kind in ContextKind.allCases {
            for word in kind.words {
                // The program's own constants: they live as long as it does.
                byFirst[Int(word.utf8Start[0] - 0x61)].append(
                    Word(letters: word.utf8Start, count: word.utf8CodeUnitCount, kinds: kind.bit))
            }
        }
        let words = UnsafeMutablePointer<Word>.allocate(capacity: byFirst.reduce(0) { $0 + $1.count })
        let starts = UnsafeMutablePointer<Int>.allocate(capacity: 27)
        var count = 0
        for (letter, some) in byFirst.enumerated() {
            (starts + letter).initialize(to: count)
            (words + count).initialize(from: some, count: some.count)
            count += some.count
        }
        (starts + 26).initialize(to: count)
        self.words = UnsafePointer(words)
        self.starts = UnsafePointer(starts)
    }

    func begins(with letter: UInt8) -> Bool {
        let place = Int(letter.lowercased) - 0x61
        return (0..<26).contains(place) && starts[place] < starts[place + 1]
    }

    /// The kinds of the words that begin at a letter, and the end of the longest; 0 for none.
    func kinds(in text: ScannedText, at place: Int) -> (kinds: UInt8, end: Int) {
        let letter = Int(text[place].lowercased) - 0x61
        let second = text[place + 1].lowercased
        let isJoined = second.isASCIILetter
        var kinds: UInt8 = 0
        var end = place
        for index in starts[letter]..<starts[letter + 1] {
            // Most words differ in the second letter already.
            let word = words[index]
            guard second == word.letters[1] || !isJoined else { continue }
            let found = ContextWords.end(of: word, in: text, from: place)
            guard found > 0 else { continue }
            kinds |= word.kinds
            end = max(end, found)
        }
        return (kinds, end)
    }

    /// The kinds of all words in a member's name.
    func kinds(inName name: UnsafeBufferPointer<UInt8>) -> UInt8 {
        guard let base = name.baseAddress else { return 0 }
        let text = ScannedText(base: base, count: min(name.count, 256))
        var kinds: UInt8 = 0
        for place in 0..<text.count where ContextWords.canBegin(in: text, at: place) {
            kinds |= self.kinds(in: text, at: place).kinds
        }
        return kinds
    }

    /// A letter behind anything else, or a capital behind a small letter.
    static func canBegin(in text: ScannedText, at place: Int) -> Bool {
        let byte = text[place]
        guard byte.isASCIILetter else { return false }
        let before = text[place - 1]
        return !before.isASCIILetter && before < 0x80 || byte.isUppercase && before.isLowercase
    }

    /// 0 where the word does not stand there.
    private static func end(of word: Word, in text: ScannedText, from start: Int) -> Int {
        var place = start
        for index in 0..<word.count {
            if index > 0, separates(text[place]), text[place + 1].isASCIILetter { place += 1 }
            guard text[place].lowercased == word.letters[index] else { return 0 }
            place += 1
        }
        let after = text[place]
        let ends = !after.isASCIILetter && after < 0x80 || after.isUppercase && text[place - 1].isLowercase
        return ends ? place : 0
    }

    private static func separates(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
