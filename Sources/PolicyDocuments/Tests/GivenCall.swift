package import RegoSyntax

/// One call of a test, with the state that it meets. Values are JSON, as written.
package struct GivenCall: Sendable {
    package struct Request: Sendable {
        package var method: String
        package var host: String
        package var path: String
    }

    package struct Session: Sendable {
        package let id: String?
        package var labels: [String]
        /// Permitted calls by tool.
        package let tools: [String: Int]
    }

    package struct Earlier: Sendable {
        package let tool: String?
        /// Nil: those of the case.
        package let parameters: String?
        package let times: Int
    }

    package struct Spending: Sendable {
        package let policy: String
        package let budget: String
        package let micros: Int64
    }

    package var agent: String
    package var tool: String?
    package var parameters: String
    package var request: Request?
    package var context: String
    package var chain: [String]
    package var session: Session
    package var earlier: [Earlier]
    package var spent: [Spending]
    package var isApproved: Bool
    /// RFC 3339 in UTC.
    package var now: String
    package var rewritesParameters: Bool

    package static let usualTime = "2026-01-01T12:00:00Z"

    /// - Parameter node: a mapping of the shape `given`, already checked.
    init(_ node: LocatedNode) {
        agent = node[name: "agent"]?.string ?? ""
        tool = node[name: "tool"]?.string
        parameters = node[name: "parameters"].map(RegoText.literal) ?? "{}"
        request = node[name: "request"].map { request in
            Request(
                method: request[name: "method"]?.string ?? "", host: request[name: "host"]?.string ?? "",
                path: request[name: "path"]?.string ?? "")
        }
        context = node[name: "context"].map(RegoText.literal) ?? "{}"
        chain = node[name: "chain"]?.strings.map(\.value) ?? []
        let session = node[name: "session"]
        self.session = Session(
            id: session?[name: "id"]?.string, labels: session?[name: "labels"]?.strings.map(\.value) ?? [],
            tools: Dictionary(
                (session?[name: "tools"]?.entries ?? []).map { ($0.key, $0.value.integer ?? 0) },
                uniquingKeysWith: { first, _ in first }))
        earlier = (node[name: "earlier"]?.elements ?? []).map { call in
            Earlier(
                tool: call[name: "tool"]?.string, parameters: call[name: "parameters"].map(RegoText.literal),
                times: call[name: "times"]?.integer ?? 1)
        }
        spent = (node[name: "spent"]?.elements ?? []).map { spent in
            Spending(
                policy: spent[name: "policy"]?.string ?? "", budget: spent[name: "budget"]?.string ?? "",
                micros: spent[name: "amount"]?.string.flatMap(Money.init)?.micros ?? 0)
        }
        isApproved = node[name: "approved"]?.boolean ?? false
        now = node[name: "now"]?.string ?? Self.usualTime
        rewritesParameters = node[name: "through"]?.string != "envoy"
    }

    /// `own` over `shared`, field by field; the members of mappings that hold values are joined.
    static func merged(_ own: LocatedNode?, over shared: LocatedNode?, at location: SourceLocation) -> LocatedNode {
        guard let own else { return shared ?? LocatedNode(kind: .mapping([]), location: location) }
        guard let shared else { return own }
        let joined = ["parameters", "context", "session"]
        var entries = shared.entries.filter { own.entry($0.key) == nil }
        for entry in own.entries {
            guard joined.contains(entry.key), let below = shared[name: entry.key], case .mapping = entry.value.kind
            else {
                entries.append(entry)
                continue
            }
            let members = below.entries.filter { entry.value.entry($0.key) == nil } + entry.value.entries
            entries.append(
                .init(
                    key: entry.key, keyLocation: entry.keyLocation,
                    value: LocatedNode(kind: .mapping(members), location: entry.value.location)))
        }
        return LocatedNode(kind: .mapping(entries), location: own.location)
    }
}

extension GivenCall {
    /// Reads a call that stands alone: one document with the fields of `given`.
    /// - Throws: everything that is wrong in it; names are looked up in `tree`.
    package init(_ file: SourceFile, for tree: PolicyTree) throws(Diagnostics) {
        let findings = Findings(files: [file])
        let (documents, _) = DocumentReader.read(file, into: findings)
        if documents.count != 1, !findings.hasErrors {
            findings.error(
                .missingField, "a call is one document, and here are \(documents.count)",
                at: SourceLocation(file: file.name, line: 1, column: 1),
                fix: "write `agent:`, `tool:` and `parameters:`")
        }
        if let document = documents.first {
            ShapeChecker(findings: findings).check(document, against: .given)
            let catalog = PolicyCatalog(tree, findings: Findings(files: tree.files))
            PolicyTestChecker(catalog: catalog, findings: findings).check(given: document)
        }
        guard !findings.hasErrors, let document = documents.first else { throw Diagnostics(findings.sorted) }
        self.init(document)
    }
}
