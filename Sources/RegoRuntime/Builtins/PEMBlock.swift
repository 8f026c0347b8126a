/// One block of PEM text (RFC 7468), read as leniently as Go does: text before a block is skipped, headers are dropped.
struct PEMBlock {
    let type: String
    let bytes: [UInt8]

    /// The first well-formed block and the text after it; nil when there is none.
    static func first(in text: String) -> (block: PEMBlock, rest: Substring)? {
        var scanner = Scanner(text)
        guard let block = scanner.next() else { return nil }
        let utf8 = text.utf8
        return (block, text[utf8.index(utf8.startIndex, offsetBy: scanner.place)...])
    }

    /// All well-formed blocks, in order.
    static func all(in text: String) -> [PEMBlock] {
        var scanner = Scanner(text)
        var blocks: [PEMBlock] = []
        while let block = scanner.next() { blocks.append(block) }
        return blocks
    }

    /// Reads each line a bounded number of times, whatever the text.
    private struct Scanner {
        private static let begin = Array("-----BEGIN ".utf8)
        private static let end = Array("-----END ".utf8)
        private static let dashes = Array("-----".utf8)

        private let text: [UInt8]
        private(set) var place = 0

        init(_ text: String) { self.text = Array(text.utf8) }

        mutating func next() -> PEMBlock? {
            var opened: (type: ArraySlice<UInt8>, body: Int)?
            while place < text.count {
                let start = place
                let line = line(at: start)
                place = line.next
                if line.content.starts(with: Self.begin) {
                    // A block cannot hold the beginning of another: the one before is none.
                    opened = Self.type(line.content.dropFirst(Self.begin.count)).map { ($0, line.next) }
                } else if let block = opened, line.content.starts(with: Self.end) {
                    opened = nil
                    guard let type = Self.type(line.content.dropFirst(Self.end.count)), type.elementsEqual(block.type),
                        let bytes = Self.decode(text[block.body..<start])
                    else { continue }
                    return PEMBlock(type: String(decoding: type, as: UTF8.self), bytes: bytes)
                }
            }
            return nil
        }

        /// The line without spaces at its end, and the place after it.
        private func line(at start: Int) -> (content: ArraySlice<UInt8>, next: Int) {
            let newline = text[start...].firstIndex(of: UInt8(ascii: "\n"))
            let raw = text[start..<(newline ?? text.count)]
            let last = raw.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }
            return (raw[..<(last.map { $0 + 1 } ?? start)], newline.map { $0 + 1 } ?? text.count)
        }

        /// What stands before the dashes at a line's end.
        private static func type(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
            rest.count >= 5 && rest.suffix(5).elementsEqual(dashes) ? rest.dropLast(5) : nil
        }

        /// Headers end at the first line without a colon.
        private static func decode(_ body: ArraySlice<UInt8>) -> [UInt8]? {
            var content = body
            while let newline = content.firstIndex(of: UInt8(ascii: "\n")),
                content[..<newline].contains(UInt8(ascii: ":"))
            {
                content = content[(newline + 1)...]
            }
            let letters = content.filter { $0 > 0x20 }
            guard case .success(let decoded) = letters.withUnsafeBufferPointer({ Base64.decode($0, .standard) }) else {
                return nil
            }
            return decoded
        }
    }
}
