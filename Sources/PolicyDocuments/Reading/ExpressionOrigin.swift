import RegoSyntax

/// Finds the place in a file of each byte of a text that YAML took out of it: quotes, escapes and indentation lie
/// between the two.
struct ExpressionOrigin {
    private let lines: SourceLines
    /// The file offset for each byte of the text, and one more for its end.
    private let offsets: [Int]
    /// The text as YAML gave it.
    let source: SourceFile

    init(of text: String, at location: SourceLocation, in lines: SourceLines) {
        self.lines = lines
        let file = lines.file
        source = SourceFile(name: file.name, text: text)
        let raw = file.text
        var place = min(location.offset, raw.count)
        let quote = place < raw.count ? raw[place] : 0
        let isSingle = quote == UInt8(ascii: "'")
        let isDouble = quote == UInt8(ascii: "\"")
        if isSingle || isDouble {
            place += 1
        } else if quote == UInt8(ascii: "|") || quote == UInt8(ascii: ">") {
            while place < raw.count, raw[place] != UInt8(ascii: "\n") { place += 1 }
        }
        var offsets: [Int] = []
        for byte in text.utf8 {
            let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
            if !isBlank {
                while place < raw.count, raw[place] != byte, Self.isBlank(raw[place]) { place += 1 }
            }
            if isDouble, place + 1 < raw.count, raw[place] == UInt8(ascii: "\\"), byte != UInt8(ascii: "\\") {
                place += 1
            }
            offsets.append(min(place, raw.count))
            if isSingle || isDouble, place < raw.count, raw[place] == byte {
                if isSingle, byte == UInt8(ascii: "'") { place += 1 }
                if isDouble, byte == UInt8(ascii: "\\") { place += 1 }
            }
            place += 1
        }
        offsets.append(min(place, raw.count))
        self.offsets = offsets
    }

    /// The place in the file of the text's byte `offset`.
    func location(of offset: Int) -> SourceLocation {
        lines.location(offset: offsets[min(max(offset, 0), offsets.count - 1)])
    }

    /// What the author wrote there.
    func text(of location: SourceLocation) -> String {
        source.text(at: location)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }
}
