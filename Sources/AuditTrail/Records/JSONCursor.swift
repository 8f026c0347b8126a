/// Reads lines whose members and their order are known: commits and segment headers. Anything else is nil.
struct JSONCursor {
    private var rest: ArraySlice<UInt8>

    init(_ line: UnsafeBufferPointer<UInt8>) { rest = ArraySlice(line) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func literal(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { expected in
            guard rest.starts(with: expected) else { return false }
            rest.removeFirst(expected.count)
            return true
        }
    }

    mutating func unsigned() -> UInt64? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest.removeFirst(digits.count)
        return Self.unsigned(digits)
    }

    /// A quoted string whose only escape is `\n`.
    mutating func string() -> String? {
        guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard rest.popFirst() == UInt8(ascii: "n") else { return nil }
                text.append(UInt8(ascii: "\n"))
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// A list in brackets, its parts read by `element`.
    mutating func list<Element>(_ element: (inout JSONCursor) -> Element?) -> [Element]? {
        guard literal("[") else { return nil }
        if literal("]") { return [] }
        var elements: [Element] = []
        repeat {
            guard let next = element(&self) else { return nil }
            elements.append(next)
        } while literal(",")
        return literal("]") ? elements : nil
    }

    /// A decimal number without leading zeros, up to 2^53 - 1.
    static func unsigned(_ digits: some Collection<UInt8>) -> UInt64? {
        guard let first = digits.first, digits.count <= 16, first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return value < 1 << 53 ? value : nil
    }
}
