import MerkleLog

/// Writes protobuf messages in the order of the calls, without an object for each part: what is exported for every decision.
/// Source: Protocol Buffers, "Encoding".
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
        case fixed32 = 5
    }

    mutating func varint(_ field: UInt64, _ value: UInt64) {
        tag(field, .varint)
        append(varint: value)
    }

    mutating func fixed64(_ field: UInt64, _ value: UInt64) {
        tag(field, .fixed64)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func fixed32(_ field: UInt64, _ value: UInt32) {
        tag(field, .fixed32)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func delimited(_ field: UInt64, _ content: some Collection<UInt8>) {
        tag(field, .delimited)
        append(varint: UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// Fields that are encoded already.
    mutating func encoded(_ fields: [UInt8]) { bytes.append(contentsOf: fields) }

    mutating func text(_ field: UInt64, _ text: String) {
        var text = text
        text.withUTF8 { delimited(field, $0) }
    }

    mutating func text(_ field: UInt64, _ text: StaticString) { text.withUTF8Buffer { delimited(field, $0) } }

    /// More letters of a text that is written in pieces, within ``message(_:_:)``: the two are written alike.
    mutating func letters(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func letters(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    mutating func message(_ field: UInt64, _ content: (inout ProtobufWriter) -> Void) {
        tag(field, .delimited)
        // Its length is known behind it. Most are short enough for the one byte kept free; the others move along.
        let start = bytes.count + 1
        bytes.append(0)
        content(&self)
        var rest = UInt64(bytes.count - start)
        var place = start - 1
        while rest >= 0x80 {
            bytes[place] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            place += 1
            bytes.insert(0, at: place)
        }
        bytes[place] = UInt8(rest)
    }

    private mutating func tag(_ field: UInt64, _ type: WireType) { append(varint: field << 3 | type.rawValue) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// The numbers of fields that several of OTLP's messages share.
/// Source: opentelemetry-proto, `common.proto`.
extension ProtobufWriter {
    /// A `KeyValue`; nothing where there is no value.
    mutating func attribute(_ field: UInt64, _ key: StaticString, _ value: String?) {
        guard let value else { return }
        pair(field, { $0.text(1, key) }, { $0.text(1, value) })
    }

    mutating func attribute(_ field: UInt64, _ key: String, _ value: String) {
        pair(field, { $0.text(1, key) }, { $0.text(1, value) })
    }

    mutating func attribute(_ field: UInt64, _ key: StaticString, _ value: Bool) {
        pair(field, { $0.text(1, key) }, { $0.varint(2, value ? 1 : 0) })
    }

    private mutating func pair(
        _ field: UInt64, _ key: (inout ProtobufWriter) -> Void, _ value: (inout ProtobufWriter) -> Void
    ) {
        message(field) { pair in
            key(&pair)
            pair.message(2, value)
        }
    }

    /// The bytes of a trace's or a span's hexadecimal digits; nothing where they are none.
    mutating func identifier(_ field: UInt64, _ digits: String) {
        if let bytes = Hex.decode(digits.utf8), !bytes.isEmpty { delimited(field, bytes) }
    }
}
