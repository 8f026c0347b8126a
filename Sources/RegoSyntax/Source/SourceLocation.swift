/// Where a node or a finding stands in its file. 32 bytes; places beyond 2 GiB are clamped.
public struct SourceLocation: Sendable, Hashable {
    public var file: String
    private var storedLine: Int32
    private var storedColumn: Int32
    private var storedOffset: Int32
    private var storedLength: Int32

    public init(file: String, line: Int, column: Int, offset: Int = 0, length: Int = 0) {
        self.file = file
        storedLine = Int32(clamping: line)
        storedColumn = Int32(clamping: column)
        storedOffset = Int32(clamping: offset)
        storedLength = Int32(clamping: length)
    }

    /// 1-based.
    public var line: Int {
        get { Int(storedLine) }
        set { storedLine = Int32(clamping: newValue) }
    }

    /// 1-based, in code points, as OPA counts.
    public var column: Int {
        get { Int(storedColumn) }
        set { storedColumn = Int32(clamping: newValue) }
    }

    /// The first byte of the covered text in its source.
    public var offset: Int {
        get { Int(storedOffset) }
        set { storedOffset = Int32(clamping: newValue) }
    }

    /// Length of the covered text in bytes.
    public var length: Int {
        get { Int(storedLength) }
        set { storedLength = Int32(clamping: newValue) }
    }

    /// For nodes that no file holds, such as those a compiler makes up.
    public static let none = SourceLocation(file: "", line: 0, column: 0)
}

extension SourceLocation: CustomStringConvertible {
    /// `file:line:column`
    public var description: String { "\(file):\(line):\(column)" }
}
