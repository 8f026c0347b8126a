public import RegoSyntax

/// The tenants that one gateway decides for, each with its own policies and its own trusted keys.
public struct TenantsDocument: Sendable, Hashable {
    public enum Policies: Sendable, Hashable {
        case bundle(String, trust: [String])
        case folder(String)
    }

    public struct Tenant: Sendable, Hashable {
        public let name: String
        public let policies: Policies
        /// What proves this gateway to the tenant's bundle service.
        public let bundleToken: SecretReference?
        /// What is tried beside them.
        public let candidate: String?
        public let channels: String?
    }

    public let tenants: [Tenant]

    /// Reads a YAML or JSON file with one document of kind `Tenants`.
    /// - Throws: everything that is wrong in it.
    public init(_ file: SourceFile) throws(Diagnostics) {
        let findings = Findings(files: [file])
        let (documents, _) = DocumentReader.read(file, into: findings)
        if documents.count != 1, !findings.hasErrors {
            findings.error(
                .missingField, "a tenant configuration is one document, and here are \(documents.count)",
                at: SourceLocation(file: file.name, line: 1, column: 1),
                fix: "write `aegis: v1`, `kind: Tenants` and `tenants:`")
        }
        var tenants: [Tenant] = []
        if let document = documents.first {
            ShapeChecker(findings: findings).check(document, against: .tenants)
            var seen: Set<String> = []
            for node in document[name: "tenants"]?.elements ?? [] {
                guard let name = node[name: "name"], let text = name.string else { continue }
                if !seen.insert(text).inserted {
                    findings.error(
                        .duplicateName, "the tenant `\(text)` stands here twice", at: name.location,
                        fix: "keep one of them")
                }
                guard let policies = Self.policies(node, findings) else { continue }
                tenants.append(
                    Tenant(
                        name: text, policies: policies, bundleToken: Self.token(node, findings),
                        candidate: node[name: "candidate"]?.string,
                        channels: node[name: "channels"]?.string))
            }
        }
        guard !findings.hasErrors else { throw Diagnostics(findings.sorted) }
        self.tenants = tenants
    }

    private static func token(_ node: LocatedNode, _ findings: Findings) -> SecretReference? {
        guard let token = node[name: "bundle_token"] else { return nil }
        let places = [node[name: "bundle"]?.string, node[name: "candidate"]?.string].compactMap { $0 }
        if !places.contains(where: { $0.hasPrefix("https://") || $0.hasPrefix("http://") }) {
            findings.error(
                .contradiction, "`bundle_token` goes with the address of a bundle service", at: token.location,
                fix: "remove it, or write `bundle: https://HOST/v1/bundles/TENANT`")
        }
        return SecretReference(token)
    }

    private static func policies(_ node: LocatedNode, _ findings: Findings) -> Policies? {
        let trust = node[name: "trust"]
        switch (node[name: "bundle"]?.string, node[name: "policies"]?.string) {
        case (let bundle?, nil):
            guard let trust else {
                findings.error(
                    .needsField, "a bundle needs the keys that may have signed it", at: node.location,
                    fix: "add `trust: [keys/NAME.pub.pem]`")
                return nil
            }
            return .bundle(bundle, trust: trust.strings.map(\.value))
        case (nil, let folder?):
            if let trust {
                findings.error(
                    .contradiction, "`trust` goes with `bundle`; `policies` is signed with the development key",
                    at: trust.location, fix: "remove it")
            }
            return .folder(folder)
        case (nil, nil):
            findings.error(
                .missingField, "a tenant needs policies", at: node.location,
                fix: "add `bundle`, or for development `policies`")
        case (_?, _?):
            findings.error(
                .contradiction, "`bundle` and `policies` exclude each other", at: node.location,
                fix: "remove one of the two")
        }
        return nil
    }
}
