/// Checks that a `kind: Detector` document can ask for, by name: what the pattern matched must pass all of them.
public enum FindValidator: String, Sendable, CaseIterable {
    /// The Luhn check over the digits; there must be at least two.
    case luhn
    /// ISO 7064 modulus 97-10 over letters and digits with the first four moved to the end, as in IBANs.
    case mod97
    /// A number that the US social security administration may have given out.
    case ssn
    /// Random enough for a secret: see `high_entropy_secret`.
    case entropy
    /// A letter and a digit at least.
    case mixed

    func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return false }
        switch self {
        case .luhn:
            let digits = text.filter(\.isDigit).map { $0 & 0x0f }
            return digits.count > 1 && digits.withUnsafeBufferPointer(Checksums.luhn)
        case .mod97:
            let characters = text.filter(\.isAlphanumeric).map { $0.isLowercase ? $0 & ~0x20 : $0 }
            return characters.withUnsafeBufferPointer(Checksums.iban)
        case .ssn:
            let digits = text.filter(\.isDigit)
            return digits.withUnsafeBufferPointer { digits in
                guard digits.count == 9, let base = digits.baseAddress else { return false }
                let verdict = SocialSecurityDetector().match(
                    ScannedText(base: base, count: 9), at: 0, Contexts(ofKey: 0))
                if case .found = verdict { return true }
                return false
            }
        case .entropy: return SecretLooks(ScannedText(base: base, count: text.count), 0..<text.count).isLikely
        case .mixed: return text.contains(where: \.isDigit) && text.contains(where: \.isASCIILetter)
        }
    }
}
