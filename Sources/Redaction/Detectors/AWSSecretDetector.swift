/// Secret access keys of AWS: forty base64 characters that stand alone, random, behind a word that says so.
struct AWSSecretDetector: TextDetector {
    var name: String { "aws_secret" }
    var needsContext: Bool { true }
    var triggers: DetectorTriggers {
        DetectorTriggers(
            bytes: DetectorTriggers.digits + DetectorTriggers.capitals + DetectorTriggers.smallLetters,
            position: .wordStart)
    }

    private static let length = 40

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard contexts.near(.awsSecret, place), !text.hasWord(before: place) else { return .nothing }
        let start = AWSSecretDetector.isMember(text[place - 1]) ? place - 1 : place
        let end = text.end(of: AWSSecretDetector.isMember, from: start, limit: AWSSecretDetector.length + 1)
        guard end - start == AWSSecretDetector.length else { return .nothing }
        var capitals = 0
        var smallLetters = 0
        for place in start..<end {
            if text[place].isUppercase { capitals += 1 }
            if text[place].isLowercase { smallLetters += 1 }
        }
        return capitals >= 4 && smallLetters >= 4 ? .found(start..<end) : .nothing
    }

    private static func isMember(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
    }
}
