import RegoValues

enum UUIDBuiltins {
    static let family: Builtins.Family = [.init("uuid.rfc4122", random), .init("uuid.parse", parse)]

    /// A version 4 UUID; the same key gives the same one all through an evaluation.
    static func random(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let key = RegoTermWriter.text(a[0], limit: context.heap.freeBytes)
        return try context.remembered("uuid-\(key)") {
            var generator = context.random(for: "uuid-\(key)")
            var bytes = (0..<2).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
            bytes[6] = bytes[6] & 0x0f | 0x40
            bytes[8] = bytes[8] & 0x3f | 0x80
            var text: [UInt8] = []
            for (index, byte) in bytes.enumerated() {
                if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
                text += Hexadecimal.encode([byte])
            }
            return context.heap.string(utf8: text)
        }
    }

    /// 36 characters, also after `urn:uuid:` or in braces, or 32 digits.
    private static func bytes(_ text: Substring) -> [UInt8]? {
        var text = text
        if text.utf8.count == 45, text.prefix(9).lowercased() == "urn:uuid:" { text = text.dropFirst(9) }
        if text.utf8.count == 38, text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
        var digits = Array(text.utf8)
        if digits.count == 36 {
            guard [8, 13, 18, 23].allSatisfy({ digits[$0] == UInt8(ascii: "-") }) else { return nil }
            digits = digits.enumerated().filter { ![8, 13, 18, 23].contains($0.offset) }.map(\.element)
        }
        let values = digits.compactMap { Hexadecimal.value($0) }
        guard digits.count == 32, values.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// What a UUID says about itself; undefined for other text. Source: RFC 4122, section 4.1.
    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.text(0)
        guard let bytes = bytes(Substring(text)) else { return .undefined }
        let version = Int(bytes[6] >> 4)
        var fields: [(Value, Value)] = [
            (.string("version"), .integer(version)), (.string("variant"), variant(bytes[8])),
        ]
        func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 << 8 | Int64($1) } }
        if version == 1 || version == 2 {
            let ticks = (number(6..<8) & 0x0fff) << 48 | number(4..<6) << 32 | number(0..<4)
            let since1970 = ticks - 122_192_928_000_000_000
            let (nanoseconds, overflow) = since1970.multipliedReportingOverflow(by: 100)
            let node = bytes[10...].map { String(decoding: Hexadecimal.encode([$0]), as: UTF8.self) }
            fields += [
                (.string("time"), .integer(overflow ? 0 : nanoseconds)),
                (.string("nodeid"), context.heap.string(node.joined(separator: "-"))),
                (.string("macvariables"), macVariables(bytes[10])),
                (.string("clocksequence"), .integer(number(8..<10) & 0x3fff)),
            ]
        }
        if version == 2 {
            fields += [(.string("id"), .integer(number(0..<4))), (.string("domain"), domain(bytes[9], context.heap))]
        }
        return context.heap.object(fields)
    }

    private static func variant(_ byte: UInt8) -> Value {
        switch byte {
        case 0x80..<0xc0: .string("RFC4122")
        case 0xc0..<0xe0: .string("Microsoft")
        case 0xe0...0xff: .string("Future")
        default: .string("Reserved")
        }
    }

    private static func macVariables(_ byte: UInt8) -> Value {
        switch byte & 3 {
        case 3: .string("local:multicast")
        case 1: .string("global:multicast")
        case 2: .string("local:unicast")
        default: .string("global:unicast")
        }
    }

    private static func domain(_ byte: UInt8, _ heap: Heap) -> Value {
        switch byte {
        case 0: .string("Person")
        case 1: .string("Group")
        case 2: .string("Org")
        default: heap.string("Domain\(byte)")
        }
    }
}
