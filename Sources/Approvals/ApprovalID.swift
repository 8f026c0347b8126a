/// `apr_` and 26 characters of Crockford's base 32: 130 random bits, fit for a URL and for reading aloud.
public struct ApprovalID: Sendable, Hashable, Codable, CustomStringConvertible {
    public let description: String

    public static func random() -> ApprovalID { ApprovalID("apr_" + RandomName.base32(count: 26)) }

    /// nil where `text` is not of the form above.
    public init?(parsing text: String) {
        let name = text.utf8.dropFirst(4)
        guard text.utf8.starts(with: "apr_".utf8), name.count == 26, name.allSatisfy(RandomName.alphabet.contains)
        else { return nil }
        description = text
    }

    private init(_ text: String) { description = text }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Names that cannot be guessed, from the system's random source.
enum RandomName {
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func base32(count: Int) -> String {
        var source = SystemRandomNumberGenerator()
        var characters: [UInt8] = []
        characters.reserveCapacity(count)
        for _ in 0..<count { characters.append(alphabet[Int(source.next() & 31)]) }
        return String(decoding: characters, as: UTF8.self)
    }
}
