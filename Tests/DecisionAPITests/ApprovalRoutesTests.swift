import Approvals
import Decisions
import HTTPTypes
import RegoValues
import Testing

@testable import DecisionAPI

@Suite struct ApprovalRoutesTests {
    /// A held call's approval id.
    private func held(_ caller: Gateway.Client) async throws -> String {
        let reply = try await caller.pay(7000)
        return try #require(reply["approval", "approval_id"].string)
    }

    @Test func `a held call is approved by a person, collected by its agent, and runs once`() async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let id = try await held(caller)
            let pending = try await caller.send(.get, "/v1/approvals/\(id)", as: "finance-1")
            #expect(pending["status"].string == "pending")
            #expect(pending["override_token"].isUndefined)

            let verdict = try await caller.send(
                .post, "/v1/approvals/\(id)/approve", as: "maria", #"{"comment": "is real"}"#)
            #expect(verdict.status == 200)
            #expect(verdict["status"].string == "approved")
            #expect(verdict["approvals_given"].int64 == 1)
            #expect(verdict["votes"].elements.first?.lookup("comment").string == "is real")
            #expect(verdict["override_token"].isUndefined, "the token is the agent's")

            let token = try #require(
                try await caller.send(.get, "/v1/approvals/\(id)", as: "finance-1")["override_token"].string)
            #expect(try await caller.pay(7001, token: token)["decision_reason", "code"].string == "token_invalid")
            #expect(try await caller.pay(7000, token: token)["decision"].string == "allow")
            #expect(try await caller.pay(7000, token: token)["decision_reason", "code"].string == "token_used")
            let used = try await caller.send(.get, "/v1/approvals/\(id)", as: "finance-1")
            #expect(used["status"].string == "redeemed")
            #expect(used["override_token"].isUndefined)
        }
        #expect(gateway.recorder.verdicts == ["maria: approved"])
    }

    @Test func `a denied call stays denied`() async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let id = try await held(caller)
            #expect(try await caller.send(.post, "/v1/approvals/\(id)/deny", as: "maria")["status"].string == "denied")
            let again = try await caller.send(.post, "/v1/approvals/\(id)/approve", as: "maria")
            #expect(again.status == 409)
            #expect(again["code"].string == "approval_not_pending")
            #expect(try await caller.send(.get, "/v1/approvals/\(id)", as: "finance-1")["override_token"].isUndefined)
        }
        #expect(gateway.recorder.verdicts == ["maria: denied"])
    }

    @Test(arguments: [
        ("finance-1", 403, "approver_not_entitled"), ("llm-1", 403, "approver_not_entitled"),
        ("paul", 403, "approver_not_entitled"), ("eve", 404, "approval_not_found"),
        ("nobody", 401, "unauthenticated_agent"),
    ])
    func `who is not entitled decides nothing`(name: String, status: Int, code: String) async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let id = try await held(caller)
            for verdict in ["approve", "deny"] {
                let reply = try await caller.send(.post, "/v1/approvals/\(id)/\(verdict)", as: name)
                #expect(reply.status == status)
                #expect(reply["code"].string == code)
            }
            #expect(try await caller.send(.get, "/v1/approvals/\(id)", as: "maria")["status"].string == "pending")
        }
        #expect(gateway.recorder.verdicts.isEmpty)
    }

    @Test func `the agent that asked takes its request back`() async throws {
        let gateway = try Gateway()
        try await gateway.run { (caller) async throws in
            let id = try await held(caller)
            for (name, status) in [("llm-1", 403), ("maria", 403), ("eve", 404), ("nobody", 401)] {
                #expect(try await caller.send(.post, "/v1/approvals/\(id)/withdraw", as: name).status == status)
            }
            let reply = try await caller.send(
                .post, "/v1/approvals/\(id)/withdraw", as: "finance-1", #"{"comment": "a mistake"}"#)
            #expect(reply["status"].string == "withdrawn")
            #expect(reply["shown_digest"].string?.hasPrefix("sha256:") == true)
            #expect(try await caller.send(.post, "/v1/approvals/\(id)/approve", as: "maria").status == 409)
        }
        #expect(gateway.recorder.verdicts == ["finance-agent: withdrawn"])
    }

    @Test(arguments: ["llm-1", "eve", "nobody"])
    func `who did not ask does not see`(name: String) async throws {
        try await Gateway().run { (caller) async throws in
            let id = try await held(caller)
            let reply = try await caller.send(.get, "/v1/approvals/\(id)", as: name)
            #expect(reply.status == (name == "nobody" ? 401 : 404))
            #expect(reply["agent_id"].isUndefined)
        }
    }

    @Test func `people list what waits in their tenant`() async throws {
        try await Gateway().run { (caller) async throws in
            let id = try await held(caller)
            let waiting = try await caller.send(.get, "/v1/approvals?status=pending", as: "maria")
            #expect(waiting["approvals"].elements.map { $0.lookup("approval_id").string } == [id])
            #expect(try await caller.send(.get, "/v1/approvals?status=denied", as: "maria")["approvals"].count == 0)
            #expect(
                try await caller.send(.get, "/v1/approvals?status=all&limit=1", as: "maria")["approvals"].count == 1)
            #expect(try await caller.send(.get, "/v1/approvals", as: "eve")["approvals"].count == 0)
            #expect(try await caller.send(.get, "/v1/approvals", as: "finance-1").status == 403)
            #expect(try await caller.send(.get, "/v1/approvals").status == 401)
        }
    }

    @Test(arguments: ["/v1/approvals?status=maybe", "/v1/approvals?limit=0", "/v1/approvals?limit=many"])
    func `a query that is not understood is refused`(path: String) async throws {
        try await Gateway().run { (caller) async throws in
            let reply = try await caller.send(.get, path, as: "maria")
            #expect(reply.status == 400)
            #expect(reply["code"].string == "request_invalid")
        }
    }

    @Test(arguments: ["[]", "{\"comment\": 1}", "{\"verdict\": \"approve\"}", "no json"])
    func `a verdict that is not understood changes nothing`(body: String) async throws {
        try await Gateway().run { (caller) async throws in
            let id = try await held(caller)
            #expect(try await caller.send(.post, "/v1/approvals/\(id)/approve", as: "maria", body).status == 400)
            #expect(try await caller.send(.get, "/v1/approvals/\(id)", as: "maria")["status"].string == "pending")
        }
    }

    @Test(arguments: ["apr_0", "x", "apr_\(String(repeating: "0", count: 26))", "%2e%2e"])
    func `an approval that is not there is a problem`(id: String) async throws {
        try await Gateway().run { (caller) async throws in
            #expect(try await caller.send(.get, "/v1/approvals/\(id)", as: "maria").status == 404)
            #expect(try await caller.send(.post, "/v1/approvals/\(id)/approve", as: "maria").status == 404)
        }
    }
}
