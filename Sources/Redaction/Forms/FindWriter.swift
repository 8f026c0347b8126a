import Crypto

/// Writes what stands in the place of a find.
struct FindWriter {
    private let key: SymmetricKey
    private let tenant: String

    init(key: SymmetricKey, tenant: String) {
        self.key = key
        self.tenant = tenant
    }

    func write(
        _ text: UnsafeBufferPointer<UInt8>, detector: String, form: RedactionForm, to output: inout [UInt8]
    ) {
        switch form {
        case .drop: return
        case .redact: RedactionMarker.write(redacted: detector, to: &output)
        case .pseudonym:
            let letters = Pseudonyms(master: key, tenant: tenant).letters(for: text, detector: detector)
            RedactionMarker.write(pseudonym: letters, of: detector, to: &output)
        case .keepLastFour:
            if let masked = FindWriter.masked(text) {
                output.append(contentsOf: masked)
            } else {
                RedactionMarker.write(redacted: detector, to: &output)
            }
        }
    }

    /// The text with `*` for each letter and digit but the last four, or half of them where that is fewer. nil where the end
    /// says nothing: texts of several lines, beyond ASCII, longer than 64 bytes, or shorter than five letters and digits.
    private static func masked(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count <= 64, text.allSatisfy({ (0x20..<0x7f).contains($0) }) else { return nil }
        let characters = text.reduce(0) { $0 + ($1.isAlphanumeric ? 1 : 0) }
        guard characters >= 5 else { return nil }
        var hidden = characters - min(4, characters / 2)
        return text.map { byte in
            guard byte.isAlphanumeric, hidden > 0 else { return byte }
            hidden -= 1
            return UInt8(ascii: "*")
        }
    }
}
