/// Writes JSON with the fields in the order of the calls, so that a document always reads the same.
public struct JSONText: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// - Parameter capacity: bytes for which there is room from the beginning.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func object(_ content: (inout JSONText) throws -> Void) rethrows {
        try container(UInt8(ascii: "{"), UInt8(ascii: "}"), content)
    }

    public mutating func array(_ content: (inout JSONText) throws -> Void) rethrows {
        try container(UInt8(ascii: "["), UInt8(ascii: "]"), content)
    }

    /// - Parameter name: nothing in it needs an escape.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    @_disfavoredOverload
    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func null() { text("null") }
    public mutating func boolean(_ value: Bool) { text(value ? "true" : "false") }
    public mutating func integer(_ value: Int64) { text(String(value)) }

    /// Bytes that are one JSON value already.
    public mutating func raw(_ json: [UInt8]) { raw(json[...]) }

    /// Bytes that are one JSON value already.
    public mutating func raw(_ json: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// One JSON value, written by `content` to the end of the text.
    public mutating func raw(_ content: (inout [UInt8]) throws -> Void) rethrows {
        separate()
        try content(&bytes)
        needsComma = true
    }

    /// Bytes that are one JSON value already.
    @inlinable
    public mutating func raw(_ json: some Sequence<UInt8>) { raw(Array(json)) }

    public mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { text in
            // What needs no escape is copied in runs.
            var start = 0
            while true {
                let place = Self.firstToEscape(text, from: start)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
                guard place < text.count else { break }
                escape(text[place])
                start = place + 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Eight bytes at a time: of a word's bytes that are marked, the first is one that needs an escape.
    private static func firstToEscape(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var place = start
        while place + 8 <= text.count {
            let word = UInt64(
                littleEndian: UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let (quote, backslash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5c))
            let marks =
                ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word)
            let first = (marks & (ones &* 0x80)).trailingZeroBitCount >> 3
            place += first
            if first < 8 { return place }
        }
        while place < text.count, !needsEscape(text[place]) { place += 1 }
        return place
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x08: bytes.append(contentsOf: "\\b".utf8)
        case 0x0C: bytes.append(contentsOf: "\\f".utf8)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        default: bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
        }
    }

    private mutating func text(_ value: String) {
        separate()
        bytes.append(contentsOf: value.utf8)
        needsComma = true
    }

    public mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    @_disfavoredOverload
    public mutating func field(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    public mutating func field(_ name: StaticString, _ value: Int64) {
        key(name)
        integer(value)
    }

    @_disfavoredOverload
    public mutating func field(_ name: String, _ value: Int64) {
        key(name)
        integer(value)
    }

    public mutating func field(_ name: StaticString, _ values: [String]) {
        key(name)
        array { list in for value in values { list.string(value) } }
    }

    @_disfavoredOverload
    public mutating func field(_ name: String, _ values: [String]) {
        key(name)
        array { list in for value in values { list.string(value) } }
    }

    private mutating func container(
        _ open: UInt8, _ close: UInt8, _ content: (inout JSONText) throws -> Void
    ) rethrows {
        separate()
        bytes.append(open)
        needsComma = false
        try content(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }
}
