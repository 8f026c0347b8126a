/// Where a node or a finding stands in its file.
public struct SourceLocation: Sendable, Hashable {
    public var file: String
    /// 1-based.
    public var line: Int
    /// 1-based, in code points, as OPA counts.
    public var column: Int
    /// Offset and length in bytes of the covered text.
    public var offset: Int
    public var length: Int

    public init(file: String, line: Int, column: Int, offset: Int = 0, length: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
        self.offset = offset
        self.length = length
    }

    /// For nodes that no file holds, such as those a compiler makes up.
    public static let none = SourceLocation(file: "", line: 0, column: 0)
}

extension SourceLocation: CustomStringConvertible {
    /// `file:line:column`
    public var description: String { "\(file):\(line):\(column)" }
}
