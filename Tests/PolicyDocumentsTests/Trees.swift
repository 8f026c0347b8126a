import Foundation
import RegoRuntime
import RegoSyntax
import RegoValues

@testable import PolicyDocuments

extension PolicyTree {
    /// One file, `policies.yaml`.
    init(_ text: String) {
        self.init(files: [SourceFile(name: "policies.yaml", text: text)])
    }
}

/// Two agents and two tools that most tests speak about.
enum Catalog {
    static let agents = """
        aegis: v1
        kind: Agent
        name: planner
        identities: [{api_key: planner-1}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Agent
        name: finance-agent
        owner: treasury@acme.example
        labels: {team: treasury}
        identities: [{api_key: finance-1}]
        scopes: ["payments.*"]
        accepts_from: [planner]

        """

    static let transfer = """
        aegis: v1
        kind: Tool
        name: payments.transfer
        match: [{http: {method: POST, host: payments.acme.example, path: /v1/transfers}}]
        parameters:
          type: object
          required: [amount, currency]
          properties:
            amount: {type: number, exclusiveMinimum: 0}
            currency: {enum: [EUR, USD]}
            memo: {type: string}
            urgent: {type: boolean, default: false}
            tags: {type: array, items: {type: string}, default: []}
        risk: high

        """

    static let list = """
        aegis: v1
        kind: Tool
        name: payments.list
        parameters: {type: object, properties: {page: {type: integer, default: 1}}}

        """

    /// A tree with these policies, each without its head.
    static func tree(_ policies: String...) -> PolicyTree {
        var text = [agents, transfer, list].joined(separator: "---\n")
        for (index, policy) in policies.enumerated() {
            let name = policy.contains("name: p") ? "" : "name: p\(index + 1)\n"
            text += "---\naegis: v1\nkind: Policy\n\(name)agents: [finance-agent]\n\(policy)\n"
        }
        return PolicyTree(text)
    }
}

/// A decision of the compiled policies, by the product's own engine.
struct Outcome {
    let root: Value
    let heap: Heap
    let program: PreparedQuery

    private func text(_ path: String...) -> String {
        var value = root
        for name in path { value = value.lookup(utf8: Array(name.utf8)) }
        return value.string ?? value.json
    }

    var outcome: String { text("outcome") }
    var code: String { text("reason", "code") }
    var policy: String { text("reason", "policy") }
    var rule: String { text("reason", "rule") }
    var message: String { text("reason", "message") }
    var would: String { root.lookup("would").lookup("outcome").string ?? root.lookup("would").json }
    var also: [String] { root.lookup("also").elements.map { $0.lookup("rule").string ?? "" } }
    var json: String { root.json }

    /// `deny policy_deny p1/no-export`
    var summary: String {
        policy.isEmpty && rule.isEmpty ? "\(outcome) \(code)" : "\(outcome) \(code) \(policy)/\(rule)"
    }
}

extension Value {
    var json: String {
        var bytes: [UInt8] = []
        JSONWriter.write(self, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func lookup(utf8 bytes: [UInt8]) -> Value {
        for entry in entries where entry.key.utf8.elementsEqual(bytes) { return entry.value }
        return .undefined
    }
}

/// The input of a transfer, with changes on top.
struct Call {
    var agent = "finance-agent"
    var tool = "payments.transfer"
    var params = #"{"amount": 100, "currency": "EUR", "urgent": false, "tags": []}"#
    var chain = "[]"
    var session = #"{"id": "s1", "labels": []}"#
    var context = #"{"purpose": "care"}"#
    var request: String? = #"{"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}"#
    var approval: String?
    /// The rules that people have consented to: of policies by their names.
    var released = [["p1", "approval_needed"]]
    var tenant = "acme"

    var json: String {
        var members = [
            #""tenant": "\#(tenant)""#, #""agent": {"id": "\#(agent)"}"#, #""tool": {"name": "\#(tool)"}"#,
            #""params": \#(params)"#, #""chain": \#(chain)"#, #""session": \#(session)"#, #""context": \#(context)"#,
            #""now": 1795409523000000000"#,
        ]
        if let request { members.append(#""request": \#(request)"#) }
        if let approval { members.append(#""approval": {"id": "\#(approval)", "releases": \#(released)}"#) }
        return "{" + members.joined(separator: ", ") + "}"
    }
}

extension CompiledPolicies {
    func prepared() throws -> PreparedQuery {
        try Program(modules: modules, data: Document(json: data)).prepare("data.aegis.decision")
    }

    func decide(_ call: Call) throws -> Outcome {
        let query = try prepared()
        let heap = Heap()
        let bytes = Array(call.json.utf8)
        let input = try bytes.withUnsafeBufferPointer { try heap.parseJSON($0) }
        return Outcome(root: try query.value(input: input, heap: heap), heap: heap, program: query)
    }

    func text(_ path: String) -> String {
        files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    }
}

extension PolicyTree {
    func compiled() throws -> CompiledPolicies {
        try PolicyCompiler(tenant: "acme").compile(self)
    }

    func decide(_ call: Call) throws -> Outcome { try compiled().decide(call) }
}
