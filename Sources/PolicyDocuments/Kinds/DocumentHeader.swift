import RegoSyntax

/// What every document has.
struct DocumentHeader: Sendable {
    let kind: String
    let name: String
    let nameLocation: SourceLocation
    let description: String?
    let owner: String?
    let controls: [String]
    let labels: [LocatedNode.Entry]
    let node: LocatedNode

    /// Nil when the document has no usable kind and name.
    init?(_ node: LocatedNode) {
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
