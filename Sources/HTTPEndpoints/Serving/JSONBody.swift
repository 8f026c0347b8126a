public import Approvals
import Decisions
public import Hummingbird
import RegoValues

/// A request's body: one JSON object whose fields are all known, or nothing, which reads as an empty object.
public struct JSONBody: Sendable {
    /// Far more than any administrative request has.
    public static let usualLimit = 64 << 10

    private let document: Document?

    /// - Throws: ``AdmissionError`` for what is too long, no such object, or has a field that is not among `fields`.
    public init(of request: Request, fields: Set<String>, limit: Int = usualLimit) async throws {
        let bytes = try await request.bytes(limit: limit)
        guard !bytes.isEmpty else {
            document = nil
            return
        }
        let document: Document
        do { document = try Document(json: bytes, limits: JSONLimits(depth: 16, byteCount: limit)) } catch {
            throw AdmissionError.malformed("\(error)")
        }
        guard document.root.kind == .object else { throw AdmissionError.malformed("the body is not a JSON object") }
        for entry in document.root.entries {
            guard let field = entry.key.string, fields.contains(field) else {
                throw AdmissionError.malformed(
                    "the body has an unknown field; known are \(fields.sorted().joined(separator: ", "))")
            }
        }
        self.document = document
    }

    /// A text; nil where the field is absent or null.
    public func text(_ name: String, atMost limit: Int = 1024) throws -> String? {
        try withExtendedLifetime(document) {
            let value = member(name)
            switch value.kind {
            case .undefined, .null: return nil
            case .string: return try Self.checked(value.string ?? "", name, limit)
            default: throw AdmissionError.malformed("`\(name)` is not a text")
            }
        }
    }

    /// What people write, of several lines; nil where the field is absent or null. Whoever takes it says how long it may be.
    public func optionalProse(_ name: String) throws -> String? {
        try withExtendedLifetime(document) {
            let value = member(name)
            switch value.kind {
            case .undefined, .null: return nil
            case .string: return value.string
            default: throw AdmissionError.malformed("`\(name)` is not a text")
            }
        }
    }

    public func prose(_ name: String) throws -> String {
        guard let text = try optionalProse(name), !text.isEmpty else {
            throw AdmissionError.malformed("`\(name)` is missing")
        }
        return text
    }

    public func requiredText(_ name: String, atMost limit: Int = 1024) throws -> String {
        guard let text = try text(name, atMost: limit), !text.isEmpty else {
            throw AdmissionError.malformed("`\(name)` is missing")
        }
        return text
    }

    /// A list of at most 64 texts; empty where the field is absent or null.
    public func texts(_ name: String) throws -> [String] {
        try withExtendedLifetime(document) {
            let value = member(name)
            if value.isUndefined || value.kind == .null { return [] }
            guard value.kind == .array, value.count <= 64 else {
                throw AdmissionError.malformed("`\(name)` is not a list of at most 64 texts")
            }
            return try value.elements.map { element in
                guard let text = element.string, !text.isEmpty else {
                    throw AdmissionError.malformed("`\(name)` is not a list of at most 64 texts")
                }
                return try Self.checked(text, name, 128)
            }
        }
    }

    /// Whether it is said; false where the field is absent or null.
    public func flag(_ name: String) throws -> Bool {
        try withExtendedLifetime(document) {
            let value = member(name)
            switch value.kind {
            case .undefined, .null: return false
            case .boolean: return value.boolValue ?? false
            default: throw AdmissionError.malformed("`\(name)` is neither true nor false")
            }
        }
    }

    /// A whole number; nil where the field is absent or null.
    public func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try withExtendedLifetime(document) {
            let value = member(name)
            if value.isUndefined || value.kind == .null { return nil }
            guard let number = value.int64.flatMap({ Int(exactly: $0) }), range.contains(number) else {
                throw AdmissionError.malformed(
                    "`\(name)` is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// RFC 3339 in UTC; nil where the field is absent or null.
    public func time(_ name: String) throws -> Timestamp? {
        try text(name).map { text in
            guard let time = Timestamp(parsing: text) else {
                throw AdmissionError.malformed("`\(name)` is not a time such as 2026-12-31T00:00:00Z")
            }
            return time
        }
    }

    /// A JSON object as it is, written anew; nil where the field is absent or null.
    public func object(_ name: String) throws -> [UInt8]? {
        try withExtendedLifetime(document) {
            let value = member(name)
            if value.isUndefined || value.kind == .null { return nil }
            guard value.kind == .object else { throw AdmissionError.malformed("`\(name)` is not a JSON object") }
            return Array(JSONWriter.text(value).utf8)
        }
    }

    /// An object of texts, which may be of several lines; nil where the field is absent or null.
    public func contents(_ name: String, atMost most: Int) throws -> [(name: String, text: String)]? {
        try withExtendedLifetime(document) {
            let value = member(name)
            if value.isUndefined || value.kind == .null { return nil }
            guard value.kind == .object, value.count <= most else {
                throw AdmissionError.malformed("`\(name)` is not an object of at most \(most) texts")
            }
            return try value.entries.map { entry in
                guard let key = entry.key.string, let text = entry.value.string else {
                    throw AdmissionError.malformed("`\(name)` is not an object of texts")
                }
                return (key, text)
            }
        }
    }

    private func member(_ name: String) -> Value {
        guard let document else { return .undefined }
        return Array(name.utf8).withUnsafeBufferPointer { document.root.lookup(utf8: $0) }
    }

    /// What people write is shown in lists and records: no control characters in it.
    private static func checked(_ text: String, _ name: String, _ limit: Int) throws -> String {
        guard text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw AdmissionError.malformed("`\(name)` has control characters, or is over \(limit) bytes")
        }
        return text
    }
}
