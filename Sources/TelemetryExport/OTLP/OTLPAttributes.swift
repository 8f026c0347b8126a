/// Attributes in the order in which they are added.
struct OTLPAttributes {
    private(set) var list: [OTLPKeyValue] = []

    init(_ pairs: [(name: String, value: String)]) {
        for pair in pairs { add(pair.name, pair.value) }
    }

    private mutating func add(_ key: String, _ text: String) {
        var entry = OTLPKeyValue()
        entry.key = key
        entry.value.stringValue = text
        list.append(entry)
    }
}

/// Trace and span ids as OTLP has them.
enum OTLPIdentifier {
    /// The bytes of hexadecimal digits; empty where they are none.
    static func bytes(_ digits: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.utf8.count / 2)
        var high: UInt8?
        for digit in digits.utf8 {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return []
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
    static let name = "aegis"

    static func aegis(version: String) -> OTLPInstrumentationScope {
        var scope = OTLPInstrumentationScope()
        scope.name = Self.name
        scope.version = version
        return scope
    }
}
