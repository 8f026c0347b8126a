/// One record as it stands in the journal.
public struct AuditRecordLine: Sendable, Hashable {
    /// The canonical line, without its newline.
    public let bytes: [UInt8]
    public let place: AuditPlace

    public init(bytes: [UInt8], place: AuditPlace) {
        self.bytes = bytes
        self.place = place
    }

    /// The line as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// A top-level field's text: a string's characters, or the JSON of any other value. Nil when absent or null.
    public subscript(field: String) -> String? { Self.value(field, in: bytes) }

    /// The same within a field that holds an object.
    public subscript(field: String, member: String) -> String? {
        Self.raw(field, in: bytes).flatMap { Self.value(member, in: $0) }
    }

    /// nil where the member is absent or null.
    static func value(_ field: String, in object: [UInt8]) -> String? {
        raw(field, in: object).flatMap { value in
            if value.elementsEqual("null".utf8) { return nil }
            return value.first == UInt8(ascii: "\"")
                ? unescape(value.dropFirst().dropLast()) : String(decoding: value, as: UTF8.self)
        }
    }

    private static func raw(_ field: String, in object: [UInt8]) -> [UInt8]? {
        object.withUnsafeBufferPointer { line in
            guard var scanner = MemberScanner(line) else { return nil }
            while case .member(let member) = scanner.next() {
                if line[member.key].elementsEqual(field.utf8) { return Array(line[member.value]) }
            }
            return nil
        }
    }

    // Canonical JSON has no other escapes than these.
    static func unescape(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(UInt8(ascii: "\\")) else { return String(decoding: text, as: UTF8.self) }
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                result.append(byte)
                continue
            }
            switch escaped {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "u"):
                result.append(UInt8(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0x3f)
                rest = rest.dropFirst(4)
            default: result.append(escaped)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
