package import RegoSyntax

/// What every document has.
package struct DocumentHeader: Sendable {
    package let kind: String
    package let name: String
    package let nameLocation: SourceLocation
    package let description: String?
    package let owner: String?
    package let controls: [String]
    package let labels: [LocatedNode.Entry]
    package let node: LocatedNode

    /// Nil when the document has no usable kind and name.
    package init?(_ node: LocatedNode) {
        guard let kind = node[name: "kind"]?.string, let name = node[name: "name"], let text = name.string else {
            return nil
        }
        self.kind = kind
        self.name = text
        nameLocation = name.location
        description = node[name: "description"]?.string
        owner = node[name: "owner"]?.string
        controls = node[name: "controls"]?.strings.map(\.value) ?? []
        labels = node[name: "labels"]?.entries ?? []
        self.node = node
    }

    var labelsJSON: JSONText {
        .sorted(
            Dictionary(labels.map { ($0.key, JSONText.literal($0.value)) }, uniquingKeysWith: { first, _ in first }))
    }
}
