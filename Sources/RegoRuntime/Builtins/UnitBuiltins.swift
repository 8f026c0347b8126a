import RegoValues

/// Quantities such as `10Mi`, `500m` or `2.5GB`.
enum UnitBuiltins {
    static let family: Builtins.Family = [.init("units.parse", parse), .init("units.parse_bytes", parseBytes)]

    private static let kibi: [String: Int] = ["ki": 10, "mi": 20, "gi": 30, "ti": 40, "pi": 50, "ei": 60]
    private static let kilo: [String: Int] = ["k": 3, "m": 6, "g": 9, "t": 12, "p": 15, "e": 18]

    /// The number at the start, and the rest. Nil when the exponent has more than six digits.
    private static func split(_ text: String) -> (number: Substring, unit: Substring)? {
        let bytes = Array(text.utf8)
        var index = 0
        func isDigit(_ at: Int) -> Bool { at < bytes.count && bytes[at] &- 0x30 < 10 }
        while index < bytes.count {
            let byte = bytes[index]
            if byte | 0x20 == UInt8(ascii: "e") {
                let signed = index + 1 < bytes.count && (bytes[index + 1] == 0x2b || bytes[index + 1] == 0x2d)
                guard isDigit(index + 1) || signed else { break }
                if signed { index += 1 }
                var end = index + 1
                while isDigit(end) { end += 1 }
                if end - index - 1 > 6 { return nil }
            } else if !isDigit(index) && byte != UInt8(ascii: ".") && byte != 0x2b && byte != 0x2d {
                break
            }
            index += 1
        }
        let cut = text.utf8.index(text.utf8.startIndex, offsetBy: index)
        return (text[..<cut], text[cut...])
    }

    private static func number(_ text: String, _ heap: Heap) throws(BuiltinError) -> Value {
        guard let value = heap.number(literal: text) else { throw .failure("number out of range") }
        return value
    }

    /// Decimal and binary units; `m` is a thousandth, `M` a million.
    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.text(0).filter { $0 != "\"" }
        if text.contains(" ") { throw .failure("units.parse: spaces not allowed in resource strings") }
        guard let (number, unit) = split(text) else { throw .failure("units.parse: exponent too large") }
        if number.isEmpty { throw .failure("units.parse: no amount provided") }
        let normal = unit.prefix(1) + unit.dropFirst().lowercased()
        let known =
            normal.isEmpty || normal == "m" || kilo[normal.lowercased()] != nil || kibi[normal.lowercased()] != nil
        guard known else { throw .failure("units.parse: unit \(normal) not recognized") }
        guard var amount = ExactDecimal(Substring(number.lowercased())) else {
            throw .failure("units.parse: could not parse amount to a number")
        }
        if normal == "m" {
            amount.exponent -= 3
        } else if let power = kilo[normal.lowercased()] {
            amount.exponent += power
        } else if let bits = kibi[normal.lowercased()] {
            amount.coefficient <<= bits
        }
        return try self.number(amount.whole.map { String($0) } ?? amount.fixed, context.heap)
    }

    /// Bytes, without regard to case; fractions of a byte are cut off.
    static func parseBytes(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.text(0).lowercased().filter { $0 != "\"" }
        if text.contains(" ") { throw .failure("units.parse_bytes: spaces not allowed in resource strings") }
        guard let (number, unit) = split(text) else { throw .failure("units.parse_bytes: exponent too large") }
        if number.isEmpty { throw .failure("units.parse_bytes: no byte amount provided") }
        let normal = unit.hasSuffix("b") && unit.count > 1 ? String(unit.dropLast()) : String(unit)
        let known = normal.isEmpty || kilo[normal] != nil || kibi[normal] != nil
        guard known else { throw .failure("units.parse_bytes: byte unit \(unit) not recognized") }
        guard var amount = ExactDecimal(number) else {
            throw .failure("units.parse_bytes: could not parse byte amount to a number")
        }
        if let power = kilo[normal] {
            amount.exponent += power
        } else if let bits = kibi[normal] {
            amount.coefficient <<= bits
        }
        return try self.number(String(amount.truncated), context.heap)
    }
}
