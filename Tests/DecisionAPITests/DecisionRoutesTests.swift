import Decisions
import HTTPTypes
import RegoValues
import Testing

@testable import DecisionAPI

@Suite struct DecisionRoutesTests {
    @Test(arguments: [
        (4999, "allow", "policy_allow"), (5001, "approval_needed", "approval_required"),
        (50_001, "deny", "policy_deny"),
    ])
    func `a decision is answered with 200, whatever it is`(amount: Int, decision: String, code: String) async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let reply = try await caller.pay(amount)
            #expect(reply.status == 200)
            #expect(reply.contentType == "application/json")
            #expect(reply["decision"].string == decision)
            #expect(reply["decision_reason", "code"].string == code)
            #expect(reply["agent_id"].string == "finance-agent")
            #expect(reply["policy_version"].string == "acme/1@sha256:000000000000")
            #expect(reply["receipt", "log"].string == "gw-1/acme")
        }
        #expect(gateway.recorder.decisions.map(\.outcome.rawValue) == [decision])
    }

    @Test(arguments: [
        ("", 400), ("hello", 400), ("[]", 400), (#"{"tool": {"name": "payments.transfer"}"#, 400),
        (#"{"tool": {"name": "payments.transfer"}, "tool": {"name": "x"}}"#, 400),
        (#"{"tool": {"name": "payments.transfer"}, "parameters": {"amount": NaN}}"#, 400),
        (#"{"parameters": {}}"#, 400), (#"{"tool": {"name": 1}}"#, 400), (#"{"toool": {}}"#, 400),
    ])
    func `what is no request is a problem, recorded, and the server goes on`(body: String, status: Int) async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let reply = try await caller.send(.post, "/v1/decisions", as: "finance-1", body)
            #expect(reply.status == status)
            #expect(reply.contentType == "application/problem+json")
            #expect(reply["type"].string == "urn:aegis:problem:\(reply["code"].string ?? "")")
            #expect(reply["status"].int64 == Int64(status))
            #expect(reply["detail"].string?.isEmpty == false)
            #expect(reply["decision_id"].string?.count == 36)
            #expect(try await caller.pay(1)["decision"].string == "allow")
        }
        #expect(gateway.recorder.decisions.map(\.outcome.rawValue) == ["deny", "allow"])
    }

    @Test func `bad JSON is located`() async throws {
        try await Gateway().run { (caller) async throws in
            let reply = try await caller.send(.post, "/v1/decisions", as: "finance-1", "{\n  \"tool\": tru\n}")
            #expect(reply["detail"].string?.contains("2:") == true, "\(reply["detail"].string ?? "")")
        }
    }

    @Test(arguments: [(1 << 20, 400), ((1 << 20) + 1, 413), (3 << 20, 413)])
    func `a body has a limit of 1 MiB`(bytes: Int, status: Int) async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let body = #"{"tool": ""# + String(repeating: "x", count: bytes - 12) + #""}"#
            #expect(body.utf8.count == bytes)
            let reply = try await caller.send(.post, "/v1/decisions", as: "finance-1", body)
            #expect(reply.status == status)
            #expect(try await caller.pay(1)["decision"].string == "allow")
        }
        #expect(gateway.recorder.decisions.count == 2)
    }

    @Test(arguments: [
        nil, "", "aegis_", "aegis_finance-1_", "aegis_finance-1_\(String(repeating: "A", count: 43))", "x",
    ])
    func `without a valid key the caller is nobody`(key: String?) async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let body = #"{"tool": {"name": "payments.transfer"}, "parameters": {"amount": 1}}"#
            let reply = try await caller.send(.post, "/v1/decisions", key: key, body)
            #expect(reply.status == 401)
            #expect(reply["code"].string == "unauthenticated_agent")
            #expect(reply.headers[.wwwAuthenticate] == "Bearer realm=\"aegis\"")
        }
        #expect(gateway.recorder.decisions.map(\.outcome.rawValue) == ["deny"])
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER"])
    func `a key may come as a bearer`(scheme: String) async throws {
        try await Gateway().run { (caller) async throws in
            var headers = HTTPFields()
            headers[.authorization] = "\(scheme) \(caller.keys["finance-1"] ?? "")"
            let body = #"{"tool": {"name": "payments.transfer"}, "parameters": {"amount": 1}}"#
            #expect(try await caller.send(.post, "/v1/decisions", headers, body)["decision"].string == "allow")
        }
    }

    @Test func `a person's key decides no calls, and nobody speaks for another agent`() async throws {
        try await Gateway().run { (caller) async throws in
            #expect(try await caller.pay(1, as: "maria").status == 401)
            let claim =
                #"{"agent": {"id": "llm-agent"}, "tool": {"name": "payments.transfer"}, "parameters": {"amount": 1}}"#
            let reply = try await caller.send(.post, "/v1/decisions", as: "finance-1", claim)
            #expect(reply.status == 401)
            #expect(reply["code"].string == "unauthenticated_agent")
        }
    }

    @Test func `a decision that cannot be recorded is a deny`() async throws {
        let gateway = try Gateway()
        gateway.recorder.fail()
        try await gateway.run { (caller) async throws in
            let reply = try await caller.pay(1)
            #expect(reply["decision"].string == "deny")
            #expect(reply["decision_reason", "code"].string == "audit_unavailable")
        }
    }

    @Test func `a result is answered like a decision, and what is no request is a problem`() async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let body = #"{"tool": {"name": "payments.transfer"}, "parameters": {"amount": 1}, "result": {"ok": true}}"#
            let reply = try await caller.send(.post, "/v1/results", as: "finance-1", body)
            #expect(reply.status == 200)
            #expect(reply["decision"].string == "allow")
            #expect(reply["result", "ok"].boolValue == true)
            #expect(reply["receipt", "log"].string == "gw-1/acme")
            for (body, status) in [
                (#"{"tool": {"name": "payments.transfer"}}"#, 400), (#"{"result": 1}"#, 400), ("", 400),
                (#"{"tool": {"name": "payments.transfer"}, "result": 1, "results": 2}"#, 400),
                (#"{"tool": {"name": "payments.transfer"}, "result": 1e400}"#, 400),
            ] {
                #expect(try await caller.send(.post, "/v1/results", as: "finance-1", body).status == status, "\(body)")
            }
            #expect(try await caller.send(.post, "/v1/results", key: "aegis_x", body).status == 401)
        }
        #expect(gateway.recorder.decisions.count == 7)
    }

    @Test func `an unknown path is a problem`() async throws {
        try await Gateway().run { (caller) async throws in
            let reply = try await caller.send(.get, "/v2/decisions", as: "finance-1")
            #expect(reply.status == 404)
            #expect(reply.contentType == "application/problem+json")
            #expect(reply["code"].string == "not_found")
        }
    }
}
