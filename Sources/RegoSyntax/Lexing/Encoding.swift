/// Finds the first byte that no Rego source may hold: NUL, a byte-order mark that is not at the start, and bytes that
/// are not UTF-8.
enum Encoding {
    struct Fault {
        var offset: Int
        var message: String
        var fix: String
    }

    static func firstFault(in text: [UInt8]) -> Fault? {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0 {
                return Fault(
                    offset: index, message: "a NUL character is not allowed",
                    fix: "remove it; inside a string write `\\u0000`")
            }
            if byte < 0x80 {
                index += 1
                continue
            }
            guard let length = sequenceLength(in: text, at: index) else {
                return Fault(
                    offset: index, message: "the text is not valid UTF-8 here", fix: "save the file as UTF-8")
            }
            if length == 3, index > 0, byte == 0xEF, text[index + 1] == 0xBB, text[index + 2] == 0xBF {
                return Fault(
                    offset: index, message: "a byte-order mark is allowed only at the start of a file",
                    fix: "remove the invisible character U+FEFF")
            }
            index += length
        }
        return nil
    }

    /// The length of the well-formed sequence at `index` (Unicode 15, table 3-7); nil when it is ill-formed.
    private static func sequenceLength(in text: [UInt8], at index: Int) -> Int? {
        let first = text[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return nil
        }
        guard index + length <= text.count, second.contains(text[index + 1]) else { return nil }
        for offset in 2..<max(length, 2) where !(0x80...0xBF).contains(text[index + offset]) {
            return nil
        }
        return length
    }
}
