import Foundation
import PolicyDocuments
import RegoSyntax

/// As many agents, tools and policies as asked for, each agent with a tool and a policy of its own, to measure what a decision
/// costs among few and among many.
struct PolicyGrowth {
    static let sizes = [10, 1_000, 10_000]
    /// The most that the largest size may cost, as a multiple of the smallest.
    static let bound = 1.3

    let size: Int

    /// A thousand of each to a file.
    var tree: PolicyTree {
        PolicyTree(
            files: stride(from: 0, to: size, by: 1000).map { first in
                let documents = (first..<min(first + 1000, size)).map(document).joined(separator: "---\n")
                return SourceFile(name: "policies-\(first / 1000).yaml", text: Array(documents.utf8))
            })
    }

    /// A call of the agent in the middle, which its policy permits.
    var call: TimedCall {
        let number = size / 2
        let body = #"""
            {"agent":{"id":"agent-\#(number)"},"tool":{"name":"tool-\#(number).pay"},
             "parameters":{"amount":120,"currency":"EUR","to":"DE89370400440532013000"}}
            """#
        return TimedCall(
            name: "\(size) policies, agents and tools", keyID: "key-\(number)", expected: "allow",
            body: Array(body.utf8))
    }

    private func document(_ number: Int) -> String {
        """
        aegis: v1
        kind: Agent
        name: agent-\(number)
        identities: [{api_key: key-\(number)}]
        scopes: ["tool-\(number).*"]
        ---
        aegis: v1
        kind: Tool
        name: tool-\(number).pay
        parameters:
          type: object
          required: [amount, currency, to]
          properties: {amount: {type: number, exclusiveMinimum: 0}, currency: {enum: [EUR, USD]}, to: {type: string}}
        ---
        aegis: v1
        kind: Policy
        name: policy-\(number)
        agents: [agent-\(number)]
        tools: [tool-\(number).pay]
        rules:
          - {name: small, effect: allow, when: [params.amount <= \(500 + number % 100)]}
          - {name: dollars, effect: deny, when: ['params.currency == "USD"']}

        """
    }
}
