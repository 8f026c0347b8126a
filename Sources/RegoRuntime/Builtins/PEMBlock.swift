/// One block of PEM text (RFC 7468), read as leniently as Go does: text before a block is skipped, headers are dropped.
struct PEMBlock {
    let type: String
    let bytes: [UInt8]

    /// The first well-formed block and the text after it; nil when there is none.
    static func first(in text: String) -> (block: PEMBlock, rest: Substring)? {
        var place = text.utf8.startIndex
        while let begin = marker("-----BEGIN ", in: text, from: place) {
            if let (block, end) = block(in: text, after: begin) { return (block, text[end...]) }
            place = begin
        }
        return nil
    }

    /// All well-formed blocks, in order, and the text after the last.
    static func all(in text: String) -> (blocks: [PEMBlock], rest: Substring) {
        var blocks: [PEMBlock] = []
        var rest = text[...]
        while let (block, after) = first(in: String(rest)) {
            blocks.append(block)
            rest = Substring(after)
        }
        return (blocks, rest)
    }

    /// The place after a marker that starts a line.
    private static func marker(_ marker: String, in text: String, from start: String.Index) -> String.Index? {
        var line = start
        let bytes = text.utf8
        while line < bytes.endIndex {
            let isLineStart = line == bytes.startIndex || bytes[bytes.index(before: line)] == UInt8(ascii: "\n")
            if isLineStart && bytes[line...].starts(with: marker.utf8) {
                return bytes.index(line, offsetBy: marker.utf8.count)
            }
            guard let newline = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            line = bytes.index(after: newline)
        }
        return nil
    }

    private static func block(in text: String, after begin: String.Index) -> (PEMBlock, String.Index)? {
        let bytes = text.utf8
        let (typeLine, body) = line(in: text, from: begin)
        guard typeLine.hasSuffix("-----") else { return nil }
        let type = String(typeLine.dropLast(5))
        guard let end = marker("-----END ", in: text, from: body) else { return nil }
        let (endLine, rest) = line(in: text, from: end)
        guard endLine == "\(type)-----" else { return nil }
        let bodyEnd = bytes.index(end, offsetBy: -"-----END ".utf8.count)
        var content = text[body..<bodyEnd]
        // Headers end at the first line without a colon.
        while let colon = content.utf8.firstIndex(of: UInt8(ascii: ":")),
            let newline = content.utf8.firstIndex(of: UInt8(ascii: "\n")), colon < newline
        {
            content = content[bytes.index(after: newline)...]
        }
        let letters = content.utf8.filter { $0 > 0x20 }
        guard case .success(let decoded) = letters.withUnsafeBufferPointer({ Base64.decode($0, .standard) }) else {
            return nil
        }
        return (PEMBlock(type: type, bytes: decoded), rest)
    }

    /// The line without spaces at its end, and the place after it.
    private static func line(in text: String, from start: String.Index) -> (String, String.Index) {
        let bytes = text.utf8
        let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
        let raw = bytes[start..<(newline ?? bytes.endIndex)]
        let end = raw.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }.map { bytes.index(after: $0) } ?? start
        return (String(text[start..<end]), newline.map { bytes.index(after: $0) } ?? bytes.endIndex)
    }
}
