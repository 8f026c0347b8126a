import PolicyDocuments

/// The files of a bundle, for comparing what it enforces with what its documents say.
public struct BundleContent: Sendable {
    public let tenant: String
    private let files: [String: [UInt8]]

    public init(tenant: String, files: [(path: String, bytes: [UInt8])]) {
        self.tenant = tenant
        self.files = Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether its rules and data are those that were compiled, byte for byte.
    func holds(_ compiled: CompiledPolicies) -> Bool {
        func isRule(_ path: String) -> Bool { path.hasSuffix(".rego") || path == "data.json" }
        let own = files.filter { isRule($0.key) }
        let expected = Dictionary(
            compiled.files.filter { isRule($0.path) }.map { ($0.path, $0.bytes) },
            uniquingKeysWith: { first, _ in first })
        return own == expected
    }
}
