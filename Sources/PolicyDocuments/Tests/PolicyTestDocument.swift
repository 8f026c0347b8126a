package import RegoSyntax

/// A test of the policies: calls, and what must come of them. It is never part of what is enforced.
package struct PolicyTestDocument: Sendable {
    package struct Case: Sendable {
        package let name: String
        package let location: SourceLocation
        package let given: GivenCall
        package let expected: Expectation
        let givenNode: LocatedNode
        let expectedNode: LocatedNode
    }

    /// What is nil may be anything.
    package struct Expectation: Sendable {
        package struct Redaction: Sendable, Hashable {
            package let path: String
            package let detector: String
            package let count: Int
        }

        package let outcome: String
        package let reason: String?
        package let policy: String?
        package let rule: String?
        package let message: String?
        package let tool: String?
        package let would: String?
        package let redactions: [Redaction]?
        /// JSON.
        package let parameters: String?
    }

    package let header: DocumentHeader
    package let cases: [Case]

    package var name: String { header.name }

    init(_ header: DocumentHeader, findings: Findings) {
        self.header = header
        let shared = header.node[name: "given"]
        cases = (header.node[name: "cases"]?.elements ?? []).compactMap { node in
            guard let name = node[name: "name"]?.string, let expect = node[name: "expect"] else { return nil }
            let given = GivenCall.merged(node[name: "given"], over: shared, at: node.location)
            return Case(
                name: name, location: node.location, given: GivenCall(given), expected: Self.expectation(expect),
                givenNode: given, expectedNode: expect)
        }
    }

    private static func expectation(_ node: LocatedNode) -> Expectation {
        Expectation(
            outcome: node[name: "outcome"]?.string ?? "", reason: node[name: "reason"]?.string,
            policy: node[name: "policy"]?.string, rule: node[name: "rule"]?.string,
            message: node[name: "message"]?.string, tool: node[name: "tool"]?.string,
            would: node[name: "would"]?.string,
            redactions: node[name: "redactions"].map { list in
                list.elements.map { place in
                    Expectation.Redaction(
                        path: place[name: "path"]?.string ?? "", detector: place[name: "detector"]?.string ?? "",
                        count: place[name: "count"]?.integer ?? 1)
                }
            },
            parameters: node[name: "parameters"].map(RegoText.literal))
    }
}
