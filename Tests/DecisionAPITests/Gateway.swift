import Approvals
import Crypto
import Decisions
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Redaction
import RegoValues
import SignedTokens

@testable import DecisionAPI

/// A decision API with one tenant, whose policy allows amounts up to 5000, holds those up to 50000, and denies the rest.
struct Gateway {
    let api: DecisionAPIServer
    let policies = PolicyRegistry()
    let recorder = MemoryRecorder()
    let keys: [String: String]

    static let now = Timestamp(seconds: 1_795_000_000)

    init(active: Bool = true, isShared: Bool = false) throws {
        var keys: [String: String] = [:]
        var entries: [APIKeyEntry] = []
        func issue(_ keyID: String, _ caller: Caller) throws {
            guard let key = APIKey.generate(keyID: keyID) else { throw Unusable() }
            keys[keyID] = key.text
            entries.append(APIKeyEntry(keyID: keyID, digest: key.digest, caller: caller))
        }
        for agent in ["finance-1", "llm-1"] {
            try issue(agent, Caller(tenant: "acme", kind: .agent, name: nil, keyID: agent, method: .apiKey))
        }
        for (name, tenant, roles) in [
            ("maria", "acme", ["treasurer"]), ("paul", "acme", []), ("eve", "globex", ["treasurer"]),
        ] {
            try issue(
                name, Caller(tenant: tenant, kind: .person, name: name, keyID: name, roles: roles, method: .apiKey))
        }
        self.keys = keys
        let prover = APIKeyProver(entries)
        if active {
            guard policies.activate(try Self.policy(), now: Self.now) else { throw Unusable() }
        }
        let approvals = MemoryApprovals()
        let signingKey = try SigningKey(generating: .edDSA, name: "test")
        let mint = try OverrideTokenMint(signingKey: signingKey, audience: "gw-1")
        let recorder = recorder
        let decisions = DecisionPoint(
            prover: prover, policies: policies, ledger: MemorySpend(approvals),
            sessions: SessionLedger(markKey: SymmetricKey(size: .bits256)), approvals: approvals, mint: mint,
            delegations: try DelegationMint(signingKey: signingKey, audience: "gw-1"),
            recorder: recorder, redactor: Redactor(pseudonymKey: SymmetricKey(data: [UInt8](repeating: 7, count: 32))),
            now: { Self.now })
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        api = DecisionAPIServer(
            configuration: .init(port: 0), decisions: decisions,
            desk: ApprovalDesk(ledger: approvals, mint: mint, hiding: { comment, _ in comment }, now: { Self.now }),
            prover: prover, version: "0.0.0-test",
            logger: logger, now: { Self.now }, recordChange: { try recorder.record($0) }, isShared: isShared)
    }

    private struct Unusable: Error {}

    private static func policy() throws -> ActivePolicy {
        let data = try Document(
            json: Array(
                """
                {"aegis": {"catalog": {"tenant": "acme", "schema_version": 1,
                  "agents": {"finance-agent": {"identities": [{"api_key": "finance-1"}]}, "llm-agent": {"identities": [{"api_key": "llm-1"}]}},
                  "tools": {"payments.transfer": {"parameters": {"type": "object"}}}}}}
                """.utf8))
        return try ActivePolicy(
            tenant: "acme", version: "acme/1@sha256:000000000000", sequence: 1, bundleDigest: "sha256:0", data: data
        ) { input, heap, _ in
            let amount = input.lookup("params").lookup("amount").int64 ?? .max
            let result =
                amount <= 5000
                ? outcome("allow", "policy_allow", "small")
                : amount <= 50_000
                    ? outcome("approval_needed", "approval_required", "large") : outcome("deny", "policy_deny", "huge")
            let held = input.lookup("approval").kind == .object ? outcome("allow", "approval_granted", "large") : result
            return try Array(held.utf8).withUnsafeBufferPointer { bytes throws(JSONError) in try heap.parseJSON(bytes) }
        }
    }

    private static func outcome(_ outcome: String, _ code: String, _ rule: String) -> String {
        let approval =
            outcome == "approval_needed"
            ? """
            {"policy": "pay", "rule": "\(rule)", "message": "Transfers above 5000 need a treasurer", "approvers": ["role:treasurer"],
             "quorum": 1, "expires_after_s": 1800, "notify": []}
            """ : "null"
        return """
            {"outcome": "\(outcome)", "reason": {"code": "\(code)", "message": "it is \(rule)", "policy": "pay", "rule": "\(rule)"},
             "also": [], "approval": \(approval), "sanitize": [], "budgets": [], "rates": [], "would": null}
            """
    }
}

extension Value {
    func member(_ name: String) -> Value {
        Array(name.utf8).withUnsafeBufferPointer { lookup(utf8: $0) }
    }
}

/// An answer with its body read as JSON.
struct Reply {
    let status: Int
    let contentType: String?
    let headers: HTTPFields
    let body: Document?

    subscript(_ name: String) -> Value { body?.root.member(name) ?? .undefined }
    subscript(_ name: String, _ member: String) -> Value { self[name].member(member) }
}

extension Gateway {
    func run(_ story: @escaping @Sendable (Client) async throws -> Void) async throws {
        try await api.application.test(.router) { client in
            try await story(Client(client: client, keys: keys))
        }
    }

    struct Client: Sendable {
        let client: any TestClientProtocol
        let keys: [String: String]

        func send(
            _ method: HTTPRequest.Method, _ path: String, as name: String? = nil, key: String? = nil,
            _ json: String? = nil
        ) async throws -> Reply {
            var headers = HTTPFields()
            if let field = HTTPField.Name("x-aegis-api-key"), let key = key ?? name.flatMap({ keys[$0] }) {
                headers[field] = key
            }
            return try await send(method, path, headers, json)
        }

        func send(
            _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ json: String?
        ) async throws -> Reply {
            try await client.execute(
                uri: path, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) }
            ) { response in
                Reply(
                    status: response.status.code, contentType: response.headers[.contentType],
                    headers: response.headers,
                    body: Self.document(response.body))
            }
        }

        /// Kept for good: values point into it, and are read when the reply is gone.
        private static func document(_ body: ByteBuffer) -> Document? {
            guard let document = try? Document(json: Array(body.readableBytesView)) else { return nil }
            return Unmanaged.passRetained(document).takeUnretainedValue()
        }

        func pay(_ amount: Int, as name: String = "finance-1", token: String? = nil) async throws -> Reply {
            let override = token.map { #", "override_token": "\#($0)""# } ?? ""
            return try await send(
                .post, "/v1/decisions", as: name,
                #"{"tool": {"name": "payments.transfer"}, "parameters": {"amount": \#(amount)}\#(override)}"#)
        }
    }
}
