/// Finds one kind of personal data or secret in text: a pattern proposes, a check disposes.
struct Detector: Sendable {
    /// What the check makes of a proposed stretch of text: what is hidden, in order, and where the search goes on. A
    /// check that looked through the whole stretch resumes behind it, so that no text is looked through again and again.
    struct Verdict {
        var finds: [Range<Int>]
        var resume: Int

        static func found(_ range: Range<Int>) -> Verdict { Verdict(finds: [range], resume: range.upperBound) }
        static func nothing(resumeAt place: Int) -> Verdict { Verdict(finds: [], resume: place) }
    }

    let name: String
    /// RE2 syntax; linear time whatever the text.
    let pattern: Pattern
    /// Bytes one of which every find contains: texts without are not searched at all.
    private let needs: [UInt8]
    private let check: @Sendable (UnsafeBufferPointer<UInt8>, Range<Int>) -> Verdict

    private init(
        _ name: String, _ pattern: String, needs: [UInt8],
        check: @escaping @Sendable (UnsafeBufferPointer<UInt8>, Range<Int>) -> Verdict = { _, range in .found(range) }
    ) throws {
        self.name = name
        self.pattern = try Pattern(pattern)
        self.needs = needs
        self.check = check
    }

    /// Every find in order; they do not overlap.
    func finds(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        guard needs.isEmpty || text.contains(where: needs.contains) else { return [] }
        var finds: [Range<Int>] = []
        var place = 0
        while place < text.count, let proposed = pattern.firstMatch(in: text, from: place) {
            let verdict = check(text, proposed)
            finds.append(contentsOf: verdict.finds)
            place = max(verdict.resume, place + 1)
        }
        return finds
    }
}

extension Detector {
    /// The built-in detectors, in the order that decides between finds of one length at one place.
    static func builtIn() throws -> [Detector] {
        let digits = Array("0123456789".utf8)
        return [
            try Detector(
                "private_key",
                #"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----|\z)"#,
                needs: [UInt8(ascii: "-")]),
            try Detector(
                "jwt", #"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*"#, needs: [UInt8(ascii: ".")]),
            try Detector(
                "github_token", #"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})"#,
                needs: [UInt8(ascii: "_")]),
            try Detector(
                "aws_key", #"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|AIPA)[A-Z0-9]{16}\b"#, needs: [UInt8(ascii: "A")]),
            try Detector("iban", #"(?i)\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}"#, needs: digits, check: iban),
            try Detector("payment_card", #"[0-9](?:[ -]?[0-9]){12,}"#, needs: digits, check: paymentCard),
            try Detector(
                "us_ssn",
                #"\b[0-9]{3}[-. \x{2010}-\x{2015}\x{2212}][0-9]{2}[-. \x{2010}-\x{2015}\x{2212}][0-9]{4}\b|\A[0-9]{9}\z"#,
                needs: digits, check: socialSecurity),
            try Detector(
                "email", #"[\pL\pN._%+'-]+@(?:[\pL\pN-]+\.)+\pL{2,}"#, needs: [UInt8(ascii: "@")]),
            try Detector(
                "phone",
                #"\+[0-9](?:[ ().-]{0,3}[0-9]){6,14}\b|(?:\([2-9][0-9]{2}\) ?|\b[2-9][0-9]{2}[-. ])[0-9]{3}[-. ][0-9]{4}\b"#,
                needs: digits),
            try Detector(
                "ipv4",
                #"\b(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\b"#,
                needs: [UInt8(ascii: ".")]),
        ]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Numbers that the Social Security Administration never gave out are none (POMS RM 10201.035).
    private static let socialSecurity: @Sendable (UnsafeBufferPointer<UInt8>, Range<Int>) -> Verdict = { text, range in
        let digits = text[range].filter(isDigit).map { Int($0 - 0x30) }
        guard digits.count == 9 else { return .nothing(resumeAt: range.lowerBound + 1) }
        let area = digits[0] * 100 + digits[1] * 10 + digits[2]
        let group = digits[3] * 10 + digits[4]
        let serial = digits[5...].reduce(0) { $0 * 10 + $1 }
        let isGiven = area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
        return isGiven ? .found(range) : .nothing(resumeAt: range.lowerBound + 1)
    }

    /// In a run of digits with single spaces or hyphens, from each place on: the longest 13 to 19 digits that pass the Luhn check and begin and
    /// end where a group does.
    private static let paymentCard: @Sendable (UnsafeBufferPointer<UInt8>, Range<Int>) -> Verdict = { text, range in
        let places = range.filter { isDigit(text[$0]) }
        let digits = places.map { text[$0] - 0x30 }
        var finds: [Range<Int>] = []
        var start = 0
        next: while start < digits.count {
            if start == 0 || places[start - 1] + 1 < places[start], (2...6).contains(digits[start]) {
                for length in stride(from: min(19, digits.count - start), through: 13, by: -1) {
                    let end = start + length
                    guard end == digits.count || places[end - 1] + 1 < places[end] else { continue }
                    guard Checksums.luhn(digits[start..<end]) else { continue }
                    finds.append(places[start]..<places[end - 1] + 1)
                    start = end
                    continue next
                }
            }
            start += 1
        }
        return Verdict(finds: finds, resume: range.upperBound)
    }

    private static let iban: @Sendable (UnsafeBufferPointer<UInt8>, Range<Int>) -> Verdict = { text, range in
        var characters: [UInt8] = []
        var wanted = Int.max
        for place in range where text[place] != UInt8(ascii: " ") && text[place] != UInt8(ascii: "-") {
            let byte = text[place]
            characters.append((0x61...0x7a).contains(byte) ? byte - 0x20 : byte)
            if characters.count == 2 {
                guard let length = Checksums.ibanLength(characters[0], characters[1]) else { break }
                wanted = length
            }
            if characters.count == wanted {
                guard Checksums.iban(characters) else { break }
                return .found(range.lowerBound..<place + 1)
            }
        }
        return .nothing(resumeAt: range.lowerBound + 1)
    }
}
