#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The members of a record, found once for whoever asks for many of them. Values stay where they stand in the line.
public struct RecordFields: Sendable {
    private let line: [UInt8]
    // In the order of their keys.
    private let members: [MemberScanner.Member]

    /// - Parameter line: a record without its newline.
    /// - Returns: nil where it is no object in canonical form (RFC 8785), as far as ``MemberScanner`` looks, or no UTF-8.
    public init?(_ line: [UInt8]) {
        guard (try? UTF8Span(validating: line.span)) != nil,
            let members = line.withUnsafeBufferPointer(MemberScanner.members)
        else { return nil }
        self.line = line
        self.members = members
    }

    /// nil where the record has no such field.
    public subscript(field: StaticString) -> RecordValue? {
        line.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return nil }
            var (low, high) = (0, members.count)
            while low < high {
                let middle = (low + high) / 2
                let key = members[middle].key
                let shared = min(key.count, field.utf8CodeUnitCount)
                let order = memcmp(base + key.lowerBound, field.utf8Start, shared)
                if order == 0, key.count == field.utf8CodeUnitCount {
                    return RecordValue(json: line[members[middle].value])
                }
                if order < 0 || order == 0 && key.count < field.utf8CodeUnitCount {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return nil
        }
    }
}

/// A value in a record.
public struct RecordValue: Sendable {
    /// As it stands in the line, in canonical form: a string has its quotes, and the escapes that it needs.
    public let json: ArraySlice<UInt8>

    public var isString: Bool { json.first == UInt8(ascii: "\"") }

    /// A string's characters; nil for every other value.
    public var string: String? { isString ? AuditRecordLine.unescape(json.dropFirst().dropLast()) : nil }

    /// nil for what is no whole number, or one beyond 64 bits.
    public var integer: Int64? { isString ? nil : Int64(String(decoding: json, as: UTF8.self)) }

    /// A member of an object; nil where it has none of that name, or is none.
    public subscript(member: StaticString) -> RecordValue? {
        let found = json.withUnsafeBufferPointer { text -> Range<Int>? in
            guard var scanner = MemberScanner(text) else { return nil }
            while case .member(let next) = scanner.next() {
                if scanner.key(of: next, is: member) { return next.value }
            }
            return nil
        }
        guard let found else { return nil }
        return RecordValue(json: json[json.startIndex + found.lowerBound..<json.startIndex + found.upperBound])
    }
}

extension MemberScanner {
    /// All of them; nil where the line is malformed.
    static func members(_ line: UnsafeBufferPointer<UInt8>) -> [Member]? {
        guard var scanner = MemberScanner(line) else { return nil }
        var members: [Member] = []
        members.reserveCapacity(40)
        while true {
            switch scanner.next() {
            case .member(let member): members.append(member)
            case .end: return members
            case .malformed: return nil
            }
        }
    }
}
