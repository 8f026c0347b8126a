import RegoSyntax

extension PolicyTree {
    /// The tree that a bundle was compiled from: its files below `policies/`, under the names that they were authored with.
    public init(bundleFiles: [(path: String, bytes: [UInt8])]) {
        self.init(
            files: bundleFiles.compactMap { file in
                guard file.path.hasPrefix("policies/") else { return nil }
                var name = String(file.path.dropFirst("policies/".count))
                if name.hasSuffix(".txt"), PolicyCompiler.authoredPath(String(name.dropLast(4))) == file.path {
                    name.removeLast(4)
                }
                return PolicyTree.reads(name) ? SourceFile(name: name, text: file.bytes) : nil
            })
    }
}
