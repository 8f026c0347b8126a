import RegoValues

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
        bytes.append(member: name, isFirst: !needsComma)
        needsComma = false
    }

    @_disfavoredOverload
    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func null() { text("null") }
    public mutating func boolean(_ value: Bool) { text(value ? "true" : "false") }

    public mutating func integer(_ value: Int64) {
        separate()
        bytes.append(decimal: value)
        needsComma = true
    }

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
        bytes.append(quoted: value)
        needsComma = true
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
