/// Percent escapes by the part of a URL that they stand in, as Go's `net/url` has them (RFC 3986).
enum URLEscapes {
    enum Part { case path, userInfo, host, zone, fragment }

    static func needsEscape(_ byte: UInt8, in part: Part) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: return false
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"): return false
        default: break
        }
        switch part {
        case .host, .zone: return !"!$&'()*+,;=:[]<>\"".utf8.contains(byte)
        case .path: return !"$&+,/:;=@".utf8.contains(byte)
        case .userInfo: return !"$&+,;=".utf8.contains(byte)
        case .fragment: return !"$&+,/:;=?@!()*".utf8.contains(byte)
        }
    }

    static func escape(_ text: String, in part: Part) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if needsEscape(byte, in: part) {
                result.append(UInt8(ascii: "%"))
                for half in [byte >> 4, byte & 15] { result.append(half < 10 ? 0x30 + half : 0x37 + half) }
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// - Throws: for `%` without two digits, and for what cannot stand in a host.
    static func unescape(_ text: Substring, in part: Part) throws(URLError) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "%") else {
                if part == .host || part == .zone, byte < 0x80, needsEscape(byte, in: part) {
                    let shown = GoText.quoted(String(Unicode.Scalar(byte)))
                    throw URLError("invalid character \(shown) in host name")
                }
                result.append(byte)
                index += 1
                continue
            }
            let escape = bytes[index..<min(index + 3, bytes.count)]
            guard escape.count == 3, let high = Hexadecimal.value(bytes[index + 1]),
                let low = Hexadecimal.value(bytes[index + 2])
            else { throw invalid(escape) }
            let decoded = high << 4 | low
            let isPercent = decoded == UInt8(ascii: "%")
            if part == .host, high < 8, !isPercent { throw invalid(escape) }
            if part == .zone, !isPercent, decoded != UInt8(ascii: " "), needsEscape(decoded, in: .host) {
                throw invalid(escape)
            }
            result.append(decoded)
            index += 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func invalid(_ escape: ArraySlice<UInt8>) -> URLError {
        URLError("invalid URL escape \(GoText.quoted(String(decoding: escape, as: UTF8.self)))")
    }
}

/// Why a text is no URL.
struct URLError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
