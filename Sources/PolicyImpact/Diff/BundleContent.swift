import PolicyDocuments
import RegoValues

/// The files of a bundle, for comparing what it enforces with what its documents say.
public struct BundleContent: Sendable {
    public let tenant: String
    private let rules: [String: [UInt8]]
    private let data: [UInt8]

    public init(tenant: String, files: [(path: String, bytes: [UInt8])]) {
        self.tenant = tenant
        rules = Dictionary(
            files.filter { $0.path.hasSuffix(".rego") }.map { ($0.path, $0.bytes) },
            uniquingKeysWith: { first, _ in first })
        data = files.first { $0.path == "data.json" }?.bytes ?? []
    }

    /// Whether its rules are those that were compiled, byte for byte, and its data the same values.
    func holds(_ compiled: CompiledPolicies) -> Bool {
        let expected = Dictionary(
            compiled.files.filter { $0.path.hasSuffix(".rego") }.map { ($0.path, $0.bytes) },
            uniquingKeysWith: { first, _ in first })
        guard rules == expected, let own = Self.canonical(data) else { return false }
        return own == Self.canonical(compiled.data)
    }

    private static func canonical(_ json: [UInt8]) -> [UInt8]? {
        guard let document = try? Document(json: json) else { return nil }
        return withExtendedLifetime(document) {
            var text: [UInt8] = []
            guard (try? JSONWriter.canonical(document.root, to: &text)) != nil else { return nil }
            return text
        }
    }
}
