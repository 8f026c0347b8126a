/// Secrets by their looks: runs of base64 characters that are too random for words.
///
/// Randomness is the collision entropy, which needs no logarithm: with `c` occurrences of each character among `n`, it is at least
/// `b` bits where `2^b · Σc² ≤ n²`. Random base64 of 24 characters has about 4.1 bits.
///
/// - Behind a word such as `password` or `api_key`: 12 characters or more with a letter and a digit, 3 bits, at most 60 of a
///   hundred in runs of three and more small letters.
/// - Anywhere else: 24 or more with a capital, a small letter and a digit, 3.6 bits, at most 45
///   of a hundred in such runs, which is what joined words have. What has letters of one case only (digests,
///   UUIDs) is not taken for a secret without such a word.
struct EntropyDetector: TextDetector {
    var name: String { "high_entropy_secret" }
    var triggers: DetectorTriggers {
        DetectorTriggers(
            bytes: DetectorTriggers.digits + DetectorTriggers.capitals + DetectorTriggers.smallLetters,
            position: .wordStart)
    }

    private static let shortestAnnounced = 12
    private static let shortest = 24

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        // Most words end before the shortest secret does.
        guard EntropyDetector.isToken(text[place + EntropyDetector.shortestAnnounced - 1]), !text.hasWord(before: place)
        else { return .nothing }
        var end = text.end(of: EntropyDetector.isToken, from: place, limit: text.count)
        while text[end] == UInt8(ascii: "="), end - place < text.count { end += 1 }
        let isAnnounced = contexts.near(.secret, place)
        guard end - place >= (isAnnounced ? EntropyDetector.shortestAnnounced : EntropyDetector.shortest),
            !isDigest(text, place)
        else { return .nothingBefore(end) }
        let looks = SecretLooks(text, place..<end)
        return (isAnnounced ? looks.isLikely : looks.isCertain) ? .found(place..<end) : .nothingBefore(end)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        byte.isBase64URL || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
    }

    /// `sha256-…`, as lock files and pages name what they load.
    private func isDigest(_ text: ScannedText, _ place: Int) -> Bool {
        text.has("sha", at: place) && text.number(at: place + 3, length: 3) != nil
            && text[place + 6] == UInt8(ascii: "-")
    }
}

struct SecretLooks {
    private var squares = 0
    private var counted = 0
    private var capitals = 0
    private var smallLetters = 0
    private var digits = 0
    private var run = 0
    /// Characters in runs of three and more small letters, as words have them.
    private var inWords = 0
    /// Characters that follow the one before in ASCII, as an alphabet written out has them.
    private var steps = 0

    init(_ text: ScannedText, _ range: Range<Int>) {
        var counts = InlineArray<128, UInt16>(repeating: 0)
        // What is random at its beginning is not less so for going on.
        for place in range.prefix(512) {
            let byte = text[place]
            counts[Int(byte & 0x7f)] += 1
            let kind = byte.isDigit ? 1 : byte.isUppercase ? 2 : byte.isLowercase ? 3 : 4
            switch kind {
            case 1: digits += 1
            case 2: capitals += 1
            case 3: smallLetters += 1
            default: break
            }
            if place > range.lowerBound, byte == text[place - 1] &+ 1 { steps += 1 }
            run = kind == 3 ? run + 1 : 0
            if run >= 3 { inWords += run == 3 ? 3 : 1 }
            counted += 1
        }
        for byte in 0..<128 { squares += Int(counts[byte]) * Int(counts[byte]) }
    }

    private var isWritten: Bool { 2 * steps > counted }

    var isLikely: Bool {
        digits > 0 && capitals + smallLetters > 1 && 8 * squares <= counted * counted && 5 * inWords <= 3 * counted
            && !isWritten
    }

    var isCertain: Bool {
        digits > 0 && capitals > 1 && smallLetters > 1 && 12 * squares <= counted * counted
            && 20 * inWords <= 9 * counted && !isWritten
    }
}
