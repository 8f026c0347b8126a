import PolicyDocuments
import RegoSyntax

@testable import PolicyTesting

/// A small tree that tests of tests are about.
enum Benches {
    static let documents = """
        aegis: v1
        kind: Agent
        name: finance-agent
        owner: treasury
        identities: [{api_key: finance-1}]
        scopes: ["payments.*"]
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        match: [{http: {method: POST, host: pay.example.com, path: /t}}]
        parameters:
          type: object
          required: [amount, to]
          properties:
            amount: {type: number}
            to: {type: string}
            urgent: {type: boolean, default: false}
        sensitive: ["$.to"]
        ---
        aegis: v1
        kind: Policy
        name: payments
        agents: [finance-agent]
        tools: [payments.transfer]
        require: {purpose: payroll}
        rules:
          - name: frozen
            effect: deny
            when: ['params.to == "blocked"']
          - name: large
            effect: deny
            when: [params.amount > 100, not params.urgent]
          - name: marked
            effect: deny
            when: ['"phi" in session.labels']
          - name: small
            effect: allow
            when: [params.amount <= 1000]
        daily_budget: $500
        cost: params.amount

        """

    static func bench(_ more: String = "") throws -> PolicyWorkbench {
        let text = documents + (more.isEmpty ? "" : "---\n" + more)
        return try PolicyWorkbench(PolicyTree(files: [SourceFile(name: "p.yaml", text: text)]))
    }

    /// A call of the given shape, on a bench.
    static func tried(_ given: String, on bench: PolicyWorkbench) async throws -> TriedCall {
        let call = try GivenCall(SourceFile(name: "call", text: given), for: bench.catalog.tree)
        return try await bench.tries(call)
    }
}
