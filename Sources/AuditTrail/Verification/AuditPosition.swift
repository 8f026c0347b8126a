/// A place between two batches of a journal's files, to come back to.
public struct AuditPosition: Sendable, Hashable {
    public var segment: UInt64
    /// Bytes of the segment before it.
    public var offset: Int
    /// Lines of the segment before it, its header counted.
    public var lines: Int

    public init(segment: UInt64, offset: Int, lines: Int) {
        self.segment = segment
        self.offset = offset
        self.lines = lines
    }

    public static let beginning = AuditPosition(segment: 1, offset: 0, lines: 0)
}
