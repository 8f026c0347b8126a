/// How much an archive may ask of the machine that reads it. All sizes are in bytes.
public struct ArchiveLimits: Sendable, Hashable {
    /// The archive as it comes in.
    public var compressed: Int
    /// The tar inside, headers and padding included: what a gzip bomb would blow up.
    public var expanded: Int
    /// One file.
    public var file: Int
    /// Entries of any kind.
    public var entries: Int

    public init(
        compressed: Int = 64 << 20, expanded: Int = 256 << 20, file: Int = 64 << 20, entries: Int = 50_000
    ) {
        self.compressed = compressed
        self.expanded = expanded
        self.file = file
        self.entries = entries
    }
}
