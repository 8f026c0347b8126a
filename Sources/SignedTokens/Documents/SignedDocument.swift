import RegoValues

/// The content of a small document that people sign: JSON whose numbers are whole, written in one way (RFC 8785).
public indirect enum SignedDocument: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case text(String)
    case list([SignedDocument])
    case object([String: SignedDocument])

    /// Reads strict JSON: unique names, whole numbers, at most `limit` bytes and 32 levels.
    /// - Throws: `.documentInvalid`, with the place in the text.
    public init(json: [UInt8], limit: Int = 4 << 20) throws(TokenError) {
        let document: Document
        do {
            document = try Document(json: json, limits: JSONLimits(depth: 32, byteCount: limit))
        } catch {
            throw TokenError(.documentInvalid, "this is not strict JSON: \(error)")
        }
        self = try withExtendedLifetime(document) { () throws(TokenError) in try Self.read(document.root) }
    }

    /// RFC 8785: keys in UTF-16 order, least escapes, no space.
    public var canonical: [UInt8] {
        let heap = Heap(limit: .max)
        return withExtendedLifetime(heap) {
            var bytes: [UInt8] = []
            // Whole numbers of at most 2^53 and Swift strings always have a canonical form.
            try? JSONWriter.canonical(value(in: heap), to: &bytes)
            return bytes
        }
    }

    /// Lists of texts are common.
    public static func texts(_ texts: some Sequence<String>) -> SignedDocument { .list(texts.map { .text($0) }) }

    public static func optional(_ text: String?) -> SignedDocument { text.map { .text($0) } ?? .null }

    private static func read(_ value: Value) throws(TokenError) -> SignedDocument {
        switch value.kind {
        case .null: return .null
        case .boolean: return .boolean(value == .true)
        case .number:
            guard let number = value.int64, number.magnitude <= 1 << 53 else {
                throw TokenError(.documentInvalid, "the number `\(value.numberText ?? "")` is not whole, or too large")
            }
            return .integer(number)
        case .string: return .text(value.string ?? "")
        case .object:
            var members: [String: SignedDocument] = [:]
            for entry in value.entries { members[entry.key.string ?? ""] = try read(entry.value) }
            // Swift takes names for equal that Unicode composes differently.
            guard members.count == value.entries.count else {
                throw TokenError(.documentInvalid, "two names of an object are the same text in Unicode")
            }
            return .object(members)
        case .array, .set, .undefined:
            var elements: [SignedDocument] = []
            for element in value.elements { elements.append(try read(element)) }
            return .list(elements)
        }
    }

    private func value(in heap: Heap) -> Value {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .text(let text): heap.string(text)
        case .list(let elements): heap.array(elements.map { $0.value(in: heap) })
        case .object(let members):
            heap.object(members.map { Entry(key: heap.string($0.key), value: $0.value.value(in: heap)) })
        }
    }
}
