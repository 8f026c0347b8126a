public import Redaction
public import RegoSyntax

/// A detector of the tenant's own: a pattern, and what must hold besides.
package struct DetectorDocument: Sendable {
    package let header: DocumentHeader
    let pattern: Located<String>?
    let context: [String]
    let validators: [String]
    let action: String?

    package var name: String { header.name }

    init(_ header: DocumentHeader) {
        self.header = header
        pattern = header.node[name: "pattern"].flatMap { node in node.string.map { Located($0, at: node.location) } }
        context = header.node[name: "context"]?.strings.map(\.value) ?? []
        validators = header.node[name: "validators"]?.strings.map(\.value) ?? []
        action = header.node[name: "action"]?.string
    }

    /// Reports a name that a built-in detector has, and a pattern that finds nothing or everything.
    func check(_ findings: Findings) {
        if Redactor.detectorNames.contains(name) {
            findings.error(
                .duplicateName, "`\(name)` is a built-in detector", at: header.nameLocation,
                fix: "give it a name of its own")
        }
        guard let pattern, !pattern.value.isEmpty else { return }
        do {
            _ = try CustomDetector(name: name, pattern: pattern.value)
        } catch {
            findings.error(
                .invalidPattern, error.message, at: pattern.location,
                fix:
                    "write an RE2 pattern of at most \(CustomDetector.longestPattern) bytes that needs at least one character"
            )
        }
    }

    /// The registry entry.
    var json: JSONText {
        var members: [JSONText.Member] = [
            .init(name: "pattern", value: .string(pattern?.value ?? "")),
            .init(name: "context", value: .strings(context)), .init(name: "validators", value: .strings(validators)),
        ]
        if let action { members.append(.init(name: "action", value: .string(action))) }
        return .object(members)
    }
}

extension PolicyTree {
    /// The detectors that the tree's documents describe, ready to search.
    /// - Throws: everything that is wrong in the tree.
    public func detectors() throws(Diagnostics) -> CustomDetectors {
        _ = try PolicyCompiler(tenant: "").compile(self, isFor: nil)
        let findings = Findings(files: files)
        var detectors: [CustomDetector] = []
        do throws(DetectorError) {
            for document in PolicyCatalog(self, findings: findings).detectors {
                detectors.append(
                    try CustomDetector(
                        name: document.name, pattern: document.pattern?.value ?? "", context: document.context,
                        validators: document.validators.compactMap(FindValidator.init),
                        form: document.action.flatMap(RedactionForm.init) ?? .redact))
            }
            return try CustomDetectors(detectors)
        } catch {
            findings.error(
                .invalidPattern, error.message, at: SourceLocation(file: files.first?.name ?? ".", line: 1, column: 1),
                fix: "correct the document")
            throw Diagnostics(findings.sorted)
        }
    }
}
