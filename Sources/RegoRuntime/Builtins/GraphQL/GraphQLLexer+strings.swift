/// String tokens (section 2.9.4). Their column is the one after the opening quotes.
extension GraphQL.Lexer {
    private static let unterminated = "Unterminated string."

    mutating func string() -> Token {
        start += 1
        startRunes += 1
        var bytes: [UInt8] = []
        while end < input.count {
            let byte = input[end]
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                return invalid(Self.unterminated)
            case 0..<0x20 where byte != UInt8(ascii: "\t"):
                return invalid("Invalid character within String: \"\\u\(Self.padded(byte))\".")
            case UInt8(ascii: "\""):
                let token = token(.string, String(decoding: bytes, as: UTF8.self))
                advance(1)
                return token
            case UInt8(ascii: "\\"):
                if let problem = escape(into: &bytes) {
                    advance(1)
                    return invalid(problem)
                }
            default:
                let first = end
                advanceRune()
                bytes += input[first..<end]
            }
        }
        return invalid(Self.unterminated)
    }

    /// Reads an escape sequence; what is wrong with it, if anything.
    private mutating func escape(into bytes: inout [UInt8]) -> String? {
        let problem = "Invalid character escape sequence"
        guard end + 1 < input.count else { return "\(problem)." }
        switch input[end + 1] {
        case UInt8(ascii: "u"):
            guard end + 6 < input.count else { return "\(problem): \\\(text(end + 1..<input.count))." }
            guard let unit = hexadecimal(at: end + 2) else {
                return "\(problem): \\\(text(end + 1..<end + 6))."
            }
            bytes += Array(String(Unicode.Scalar(unit).map(Character.init) ?? "\u{fffd}").utf8)
            advance(6)
            return nil
        case let plain where plain == UInt8(ascii: "\"") || plain == UInt8(ascii: "/") || plain == UInt8(ascii: "\\"):
            bytes.append(plain)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case let other: return "\(problem): \\\(Character(Unicode.Scalar(other)))."
        }
        advance(2)
        return nil
    }

    private func hexadecimal(at index: Int) -> UInt32? {
        var result: UInt32 = 0
        for byte in input[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            result = result << 4 | UInt32(digit)
        }
        return result
    }

    /// A `"""` string; of four and more closing quotes the last three close it.
    mutating func blockString() -> Token {
        start += 3
        startRunes += 3
        advance(2)
        var bytes: [UInt8] = []
        while end < input.count {
            let byte = input[end]
            if byte == UInt8(ascii: "\"") {
                let quotes = input[end...].prefix { $0 == UInt8(ascii: "\"") }.count
                if quotes >= 3 {
                    bytes += [UInt8](repeating: byte, count: quotes - 3)
                    let token = token(.blockString, Self.blockValue(bytes))
                    advance(quotes)
                    return token
                }
            }
            switch byte {
            case 0..<0x20 where byte != 0x09 && byte != 0x0a && byte != 0x0d:
                return invalid("Invalid character within String: \"\\u\(Self.padded(byte))\".")
            case UInt8(ascii: "\\") where matches("\\\"\"\"", at: end):
                bytes += Array("\"\"\"".utf8)
                advance(4)
            case UInt8(ascii: "\r"):
                if end + 1 < input.count && input[end + 1] == UInt8(ascii: "\n") { advance(1) }
                bytes.append(UInt8(ascii: "\n"))
                advance(1)
                startLine()
            default:
                let first = end
                advanceRune()
                bytes += input[first..<end]
                if byte == UInt8(ascii: "\n") { startLine() }
            }
        }
        return invalid(Self.unterminated)
    }

    /// `BlockStringValue()`: the common indentation and blank first and last lines go.
    private static func blockValue(_ raw: [UInt8]) -> String {
        var lines = raw.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        func indentation(_ line: ArraySlice<UInt8>) -> Int? {
            line.firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }.map { $0 - line.startIndex }
        }
        if let common = lines.compactMap(indentation).min() {
            for index in lines.indices.dropFirst() { lines[index] = lines[index].dropFirst(common) }
        }
        let first = lines.firstIndex { indentation($0) != nil } ?? lines.endIndex
        let last = lines.lastIndex { indentation($0) != nil } ?? lines.startIndex - 1
        guard first <= last else { return "" }
        return String(decoding: Array(lines[first...last].joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
    }
}
