/// Reads the text of elements that hold text only, which is all that S3's answers need. It expands no entities but the five
/// that XML knows, and no document can make it do more than one pass.
struct XMLText {
    private let text: String

    init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

    func first(_ element: String) -> String? { all(element, atMost: 1).first }

    /// The texts of all `<element>…</element>`, in their order.
    func all(_ element: String, atMost limit: Int = .max) -> [String] {
        var found: [String] = []
        var rest = text[...]
        while found.count < limit, let start = rest.firstRange(of: "<\(element)>"),
            let end = rest[start.upperBound...].firstRange(of: "</\(element)>")
        {
            found.append(Self.plain(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return found
    }

    private static let entities = [("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("amp", "&")]

    private static func plain(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var result = ""
        var rest = text
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[rest.index(after: ampersand)...]
            if let (name, character) = entities.first(where: { rest.hasPrefix($0.0 + ";") }) {
                result += character
                rest = rest.dropFirst(name.count + 1)
            } else {
                result += "&"
            }
        }
        return result + rest
    }
}
