/// What a JSON reader accepts. The defaults are for requests from outside.
public struct JSONLimits: Sendable {
    public enum DuplicateKeys: Sendable { case refuse, lastWins }
    public enum LoneSurrogates: Sendable { case refuse, replace }

    /// The deepest nesting of arrays and objects; at most 2000.
    public var depth: Int
    /// The longest text, in bytes; at most 2^31 - 1.
    public var byteCount: Int
    public var duplicateKeys: DuplicateKeys
    /// `\ud800` without its other half: refused, or read as U+FFFD.
    public var loneSurrogates: LoneSurrogates

    public init(
        depth: Int = 128, byteCount: Int = 16 << 20, duplicateKeys: DuplicateKeys = .refuse,
        loneSurrogates: LoneSurrogates = .refuse
    ) {
        self.depth = min(max(depth, 0), 2000)
        self.byteCount = min(max(byteCount, 0), Int(Int32.max))
        self.duplicateKeys = duplicateKeys
        self.loneSurrogates = loneSurrogates
    }

    /// For documents that an operator loads: large, but as strict.
    public static let document = JSONLimits(depth: 512, byteCount: Int(Int32.max))
}

/// Why a text is no acceptable JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case unexpectedByte, unexpectedEnd, trailingBytes, invalidNumber, invalidEscape, loneSurrogate, controlCharacter
        case invalidUTF8, duplicateKey, tooDeep, tooLong
    }

    public let code: Code
    /// Bytes before the place.
    public let offset: Int
    /// Both 1-based; columns count bytes.
    public let line: Int
    public let column: Int
    public let detail: String

    init(_ code: Code, at offset: Int, in text: UnsafeBufferPointer<UInt8>, _ detail: String) {
        self.code = code
        self.offset = offset
        self.detail = detail
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, text.count) where text[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        self.line = line
        self.column = offset - lineStart + 1
    }

    public var description: String { "\(line):\(column): \(detail)" }

    /// The same with nothing in it that stands in the text, for places that must not keep what somebody sent.
    public var withoutText: String {
        switch code {
        case .duplicateKey: "\(line):\(column): a name stands twice in one object"
        case .invalidNumber: "\(line):\(column): this is no JSON number"
        default: description
        }
    }
}
