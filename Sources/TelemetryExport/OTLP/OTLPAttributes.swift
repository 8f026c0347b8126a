import Foundation

/// Attributes in the order in which they are added.
struct OTLPAttributes {
    private(set) var list: [OTLPKeyValue] = []

    init(reserving count: Int = 0) { list.reserveCapacity(count) }

    init(_ pairs: [(name: String, value: String)]) {
        for pair in pairs { add(pair.name, pair.value) }
    }

    mutating func add(_ key: String, _ text: String?) {
        guard let text else { return }
        add(key, .stringValue(text))
    }

    mutating func add(_ key: String, _ number: Int64) { add(key, .intValue(number)) }
    mutating func add(_ key: String, _ truth: Bool) { add(key, .boolValue(truth)) }

    private mutating func add(_ key: String, _ value: OTLPAnyValue.OneOf_Value) {
        var entry = OTLPKeyValue()
        entry.key = key
        entry.value.value = value
        list.append(entry)
    }
}

/// Trace and span ids as OTLP has them.
enum OTLPIdentifier {
    /// The bytes of hexadecimal digits; empty where they are none.
    static func bytes(_ digits: String) -> Data {
        var bytes = Data(capacity: digits.utf8.count / 2)
        var high: UInt8?
        for digit in digits.utf8 {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return Data()
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}

extension OTLPResource {
    init(_ pairs: [(name: String, value: String)]) {
        self.init()
        attributes = OTLPAttributes(pairs).list
    }
}

extension OTLPInstrumentationScope {
    static func aegis(version: String) -> OTLPInstrumentationScope {
        var scope = OTLPInstrumentationScope()
        scope.name = "aegis"
        scope.version = version
        return scope
    }
}
