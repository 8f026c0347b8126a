public import RegoSyntax

/// The files of a tenant's policies as authored: YAML, JSON, and the Rego files that policies name.
public struct PolicyTree: Sendable {
    /// At most 1 MiB a file.
    public static let largestFile = 1 << 20

    public private(set) var files: [SourceFile]

    /// Names are paths relative to the tree's root, with `/` between folders. Files are kept sorted by name, so that the
    /// order in which a file system lists them makes no difference.
    public init(files: [SourceFile]) {
        self.files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Whether a file of this name belongs to a tree. Whether the ending of a document is written in capitals makes no
    /// difference; the engine knows Rego files by `.rego` alone.
    public static func reads(_ name: String) -> Bool {
        isDocument(name) || name.hasSuffix(".rego")
    }

    static func isDocument(_ name: String) -> Bool {
        let name = name.lowercased()
        return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }

    /// Rego tests stand beside what they test.
    package static func isTest(_ name: String) -> Bool { name.hasSuffix("_test.rego") }

    func file(named name: String) -> SourceFile? {
        files.first { $0.name == name }
    }
}
