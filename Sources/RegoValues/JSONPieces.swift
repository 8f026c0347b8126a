/// The pieces that JSON texts are put together from. Texts are quoted as RFC 8785 (section 3.2.2.2) has them: `"`, `\` and control
/// characters are escaped in their shortest form, and nothing else is.
///
/// Each piece asks once for room and is then written straight into it: a record has some hundred of them.
extension [UInt8] {
    /// `"name":`, with a comma before it where it is not the first.
    /// - Parameter name: nothing in it needs an escape.
    @inlinable
    public mutating func append(member name: StaticString, isFirst: Bool) {
        guard name.hasPointerRepresentation else { return append(scalarMember: name, isFirst: isFirst) }
        let length = name.utf8CodeUnitCount
        append(addingCapacity: length + 4) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                var target = buffer.baseAddress.unsafelyUnwrapped + count
                if !isFirst {
                    target.initialize(to: UInt8(ascii: ","))
                    target += 1
                    count += 1
                }
                target.initialize(to: UInt8(ascii: "\""))
                (target + 1).initialize(from: name.utf8Start, count: length)
                (target + 1 + length).initialize(to: UInt8(ascii: "\""))
                (target + 2 + length).initialize(to: UInt8(ascii: ":"))
                count += length + 3
            }
        }
    }

    /// The rare name that the compiler stores as one scalar.
    @usableFromInline
    mutating func append(scalarMember name: StaticString, isFirst: Bool) {
        if !isFirst { append(UInt8(ascii: ",")) }
        append(quoted: String(describing: name))
        append(UInt8(ascii: ":"))
    }

    /// `"text"`.
    public mutating func append(quoted text: String) {
        // A text that has its bytes in a row is not held on to meanwhile.
        if text.utf8.withContiguousStorageIfAvailable({ append(quoted: $0) }) != nil { return }
        var text = text
        text.withUTF8 { append(quoted: $0) }
    }

    /// `"text"`, of UTF-8.
    public mutating func append(quoted text: UnsafeBufferPointer<UInt8>) {
        let plain = JSONEscapes.first(in: text, from: 0)
        guard plain == text.count, let source = text.baseAddress else { return append(escaped: text) }
        append(addingCapacity: text.count + 2) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                let target = buffer.baseAddress.unsafelyUnwrapped + count
                target.initialize(to: UInt8(ascii: "\""))
                (target + 1).initialize(from: source, count: text.count)
                (target + 1 + text.count).initialize(to: UInt8(ascii: "\""))
                count += text.count + 2
            }
        }
    }

    private mutating func append(escaped text: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let place = JSONEscapes.first(in: text, from: start)
            append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
            guard place < text.count else { break }
            JSONEscapes.write(text[place], to: &self)
            start = place + 1
        }
        append(UInt8(ascii: "\""))
    }

    /// Decimal digits, with a sign where it is below zero.
    public mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Decimal digits.
    public mutating func append(decimal value: UInt64) {
        var digits = 1
        var rest = value / 10
        while rest > 0 { (digits, rest) = (digits + 1, rest / 10) }
        append(addingCapacity: digits) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                let target = buffer.baseAddress.unsafelyUnwrapped + count
                var rest = value
                for place in (0..<digits).reversed() {
                    (target + place).initialize(to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                    rest /= 10
                }
                count += digits
            }
        }
    }
}

enum JSONEscapes {
    /// The place of the first byte that needs an escape; the count where none does. Eight bytes at a time: of a word's bytes that are
    /// marked, the first is one that needs it.
    static func first(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
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
        while place < text.count, !isNeeded(text[place]) { place += 1 }
        return place
    }

    private static func isNeeded(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// - Parameter byte: one that needs an escape.
    static func write(_ byte: UInt8, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: text.append(UInt8(ascii: "b"))
        case 0x09: text.append(UInt8(ascii: "t"))
        case 0x0a: text.append(UInt8(ascii: "n"))
        case 0x0c: text.append(UInt8(ascii: "f"))
        case 0x0d: text.append(UInt8(ascii: "r"))
        case 0..<0x20:
            text.append(contentsOf: "u00".utf8)
            text.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 15
            text.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        default: text.append(byte)
        }
    }
}
