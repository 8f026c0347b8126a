import RegoSyntax

/// An agent: who it is, and the most it can ever be permitted.
package struct AgentDocument: Sendable {
    package let header: DocumentHeader
    /// Each identity as one text that is equal for equal identities, such as `api_key finance-1`.
    package let identities: [Located<String>]
    package let scopes: [Located<NameGlob>]
    package let acceptsFrom: [Located<NameGlob>]
    package let mayActAs: [Located<NameGlob>]

    package var name: String { header.name }

    package init(_ header: DocumentHeader) {
        self.header = header
        identities = (header.node[name: "identities"]?.elements ?? []).compactMap { node in
            guard let entry = node.entries.first else { return nil }
            let text =
                entry.key == "jwt"
                ? "jwt \(entry.value[name: "issuer"]?.string ?? "") \(entry.value[name: "subject"]?.string ?? "")"
                : "\(entry.key) \(entry.value.string ?? "")"
            return Located(text, at: node.location)
        }
        scopes = NameGlob.list(header.node[name: "scopes"])
        acceptsFrom = NameGlob.list(header.node[name: "accepts_from"])
        mayActAs = NameGlob.list(header.node[name: "may_act_as"])
    }

    package func isInScope(_ tool: String) -> Bool { scopes.contains { $0.value.matches(tool) } }

    /// The registry entry.
    var json: JSONText {
        .object([
            .init(name: "owner", value: header.owner.map(JSONText.string) ?? .string("")),
            .init(
                name: "identities",
                value: .list((header.node[name: "identities"]?.elements ?? []).map(JSONText.literal))),
            .init(name: "scopes", value: .strings(scopes.map(\.value.text))),
            .init(name: "accepts_from", value: .strings(acceptsFrom.map(\.value.text))),
            .init(name: "labels", value: header.labelsJSON),
        ])
    }
}

extension NameGlob {
    package static func list(_ node: LocatedNode?) -> [Located<NameGlob>] {
        (node?.strings ?? []).map { Located(NameGlob($0.value), at: $0.location) }
    }
}
