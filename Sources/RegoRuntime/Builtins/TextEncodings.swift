import RegoValues

/// Base64 by RFC 4648, as strict as Go's decoder: padding is required, line breaks are skipped.
enum Base64 {
    enum Alphabet { case standard, url }

    struct DecodingError: Error {
        let offset: Int
    }

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet, padding: Bool) -> [UInt8] {
        let letters = alphabet == .standard ? standard : url
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if left > 2 { group |= UInt32(bytes[index + 2]) }
            for position in 0...left { result.append(letters[Int(group >> UInt32(18 - 6 * position) & 63)]) }
            if padding { result += [UInt8](repeating: UInt8(ascii: "="), count: 3 - left) }
            index += 3
        }
        return result
    }

    private static func value(_ byte: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch byte {
        case 0x41...0x5a: return UInt32(byte - 0x41)
        case 0x61...0x7a: return UInt32(byte - 0x61 + 26)
        case 0x30...0x39: return UInt32(byte - 0x30 + 52)
        case UInt8(ascii: "+"): return alphabet == .standard ? 62 : nil
        case UInt8(ascii: "/"): return alphabet == .standard ? 63 : nil
        case UInt8(ascii: "-"): return alphabet == .url ? 62 : nil
        case UInt8(ascii: "_"): return alphabet == .url ? 63 : nil
        default: return nil
        }
    }

    static func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet
    ) -> Result<[UInt8], DecodingError> {
        let letters = text.indices.filter { text[$0] != 0x0a && text[$0] != 0x0d }
        var result: [UInt8] = []
        result.reserveCapacity(letters.count / 4 * 3)
        var index = 0
        while index < letters.count {
            var group: UInt32 = 0
            var filled = 0
            while filled < 4, index < letters.count, let six = value(text[letters[index]], alphabet) {
                group = group << 6 | six
                filled += 1
                index += 1
            }
            if filled == 4 {
                result += [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
                continue
            }
            // The last group: two or three letters, then padding up to four and nothing after.
            guard index < letters.count else { return .failure(DecodingError(offset: text.count - filled)) }
            guard filled >= 2, text[letters[index]] == UInt8(ascii: "=") else {
                return .failure(DecodingError(offset: letters[index]))
            }
            if filled == 2 {
                index += 1
                guard index < letters.count else { return .failure(DecodingError(offset: text.count)) }
                guard text[letters[index]] == UInt8(ascii: "=") else {
                    return .failure(DecodingError(offset: letters[index] - 1))
                }
            }
            index += 1
            guard index == letters.count else { return .failure(DecodingError(offset: letters[index])) }
            if filled == 2 {
                result.append(UInt8(group >> 4 & 255))
            } else {
                result += [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)]
            }
        }
        return .success(result)
    }
}

enum Hexadecimal {
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// Lower case.
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        for byte in bytes {
            for half in [byte >> 4, byte & 15] { text.append(half < 10 ? 0x30 + half : 0x57 + half) }
        }
        return text
    }
}

/// The escapes of URL queries, space as `+`.
enum URLQuery {
    struct EscapeError: Error {
        let text: String
    }

    static func escape(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
            default:
                result.append(UInt8(ascii: "%"))
                result += String(decoding: Hexadecimal.encode([byte]), as: UTF8.self).uppercased().utf8
            }
        }
        return result
    }

    static func unescape(_ text: UnsafeBufferPointer<UInt8>) -> Result<[UInt8], EscapeError> {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "+") {
                result.append(UInt8(ascii: " "))
                index += 1
            } else if text[index] == UInt8(ascii: "%") {
                guard index + 2 < text.count, let high = Hexadecimal.value(text[index + 1]),
                    let low = Hexadecimal.value(text[index + 2])
                else {
                    let rest = text[index..<min(index + 3, text.count)]
                    return .failure(EscapeError(text: String(decoding: rest, as: UTF8.self)))
                }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return .success(result)
    }
}
