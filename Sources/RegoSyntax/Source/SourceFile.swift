/// A named text that was, or will be, parsed. The bytes need not be valid UTF-8: the lexer reports what is not.
public struct SourceFile: Sendable {
    /// How diagnostics name it: a path, or a name such as `test-0.rego`.
    public let name: String
    public let text: [UInt8]
    /// Offset of the first byte of each line; never empty.
    private let lineStarts: [Int]

    public init(name: String, text: [UInt8]) {
        self.name = name
        self.text = text
        var starts = [0]
        for (offset, byte) in text.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        lineStarts = starts
    }

    public init(name: String, text: String) {
        self.init(name: name, text: Array(text.utf8))
    }

    /// How many lines there are; a text that ends in a newline has an empty last line.
    public var lineCount: Int { lineStarts.count }

    /// The text of line `number` (1-based) without its line ending; nil when there is no such line.
    /// Invalid UTF-8 shows as U+FFFD.
    public func line(_ number: Int) -> String? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : text.count
        if end > start, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    /// The source text that `location` covers; empty when the location is not inside this file.
    public func text(at location: SourceLocation) -> String {
        guard location.offset >= 0, location.length >= 0, location.offset + location.length <= text.count else {
            return ""
        }
        return String(decoding: text[location.offset..<location.offset + location.length], as: UTF8.self)
    }
}
