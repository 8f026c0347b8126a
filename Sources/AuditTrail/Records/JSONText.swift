/// The pieces of RFC 8785 text that records are made of.
enum JSONText {
    /// A quoted string: only `"`, `\` and control characters are escaped, in their shortest form.
    static func string(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for (place, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5c {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<place]))
                escape(byte, to: &bytes)
                start = place + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0c: bytes.append(UInt8(ascii: "f"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x22, 0x5c: bytes.append(byte)
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 15
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }

    /// Decimal digits. RFC 8785 holds integers up to 2^53 - 1; what is larger is pinned there.
    static func integer(_ value: Int64, to bytes: inout [UInt8]) {
        let limit: Int64 = 1 << 53 - 1
        let value = min(max(value, -limit), limit)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        unsigned(value.magnitude, to: &bytes)
    }

    static func unsigned(_ value: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    static func reason(_ reason: AuditReason, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        if !reason.also.isEmpty {
            bytes.append(contentsOf: "\"also\":[".utf8)
            for (place, other) in reason.also.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.reason(other, to: &bytes)
            }
            bytes.append(contentsOf: "],".utf8)
        }
        bytes.append(contentsOf: "\"code\":".utf8)
        string(reason.code, to: &bytes)
        bytes.append(contentsOf: ",\"message\":".utf8)
        string(reason.message, to: &bytes)
        if let policy = reason.policy {
            bytes.append(contentsOf: ",\"policy\":".utf8)
            string(policy, to: &bytes)
        }
        if let rule = reason.rule {
            bytes.append(contentsOf: ",\"rule\":".utf8)
            string(rule, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
