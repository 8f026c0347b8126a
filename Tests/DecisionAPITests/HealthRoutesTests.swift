import Decisions
import HTTPTypes
import RegoValues
import Testing

@testable import DecisionAPI

@Suite struct HealthRoutesTests {
    @Test func `without a bundle the gateway lives, is not ready, and denies`() async throws {
        let gateway = try Gateway(active: false)
        gateway.policies.noteFailure(
            tenant: "acme", code: "bundle.signature-invalid", message: "the signature does not verify", now: Gateway.now
        )
        try await gateway.run { (caller) async throws in
            #expect(try await caller.send(.get, "/healthz").status == 200)
            let ready = try await caller.send(.get, "/readyz")
            #expect(ready.status == 503)
            let tenant = try #require(ready["tenants"].elements.first)
            #expect(tenant.lookup("tenant").string == "acme")
            #expect(tenant.lookup("policy_version").kind == .null)
            #expect(tenant.lookup("rejected").lookup("message").string == "the signature does not verify")
            let reply = try await caller.pay(1)
            #expect(reply["decision"].string == "deny")
            #expect(reply["decision_reason", "code"].string == "bundle_unavailable")
        }
    }

    @Test func `nothing to serve is not ready`() async throws {
        try await Gateway(active: false).run { (caller) async throws in
            #expect(try await caller.send(.get, "/readyz").status == 503)
        }
    }

    @Test func `a rejected bundle shows while the old one serves`() async throws {
        let gateway = try Gateway()
        gateway.policies.noteFailure(
            tenant: "acme", code: "bundle.unsigned", message: "acme/2 is not signed", now: Gateway.now)
        try await gateway.run { (caller) async throws in
            #expect(try await caller.send(.get, "/readyz").status == 200)
            let status = try await caller.send(.get, "/v1/status")
            #expect(status["status"].string == "ready")
            #expect(status["version"].string == "0.0.0-test")
            let tenant = try #require(status["tenants"].elements.first)
            #expect(tenant.lookup("policy_version").string == "acme/1@sha256:000000000000")
            #expect(tenant.lookup("mode").string == "enforce")
            #expect(tenant.lookup("rejected").lookup("message").string == "acme/2 is not signed")
            #expect(tenant.lookup("rejected").lookup("code").string == "bundle.unsigned")
            #expect(tenant.lookup("refusals").lookup("bundle.unsigned").int64 == 1)
            #expect(tenant.lookup("stale").kind == .null)
            #expect(try await caller.pay(1)["decision"].string == "allow")
        }
    }

    @Test func `where tenants share the gateway, each sees itself alone, and nobody sees none`() async throws {
        let gateway = try Gateway(isShared: true)
        gateway.policies.noteFailure(
            tenant: "globex", code: "bundle.unsigned", message: "globex/1 is not signed", now: Gateway.now)
        try await gateway.run { (caller) async throws in
            for path in ["/readyz", "/v1/status"] {
                let reply = try await caller.send(.get, path)
                #expect(reply.status == 200, "one tenant's refused bundle takes the gateway from nobody else")
                #expect(reply["tenants"].elements.isEmpty)
            }
            for (name, tenant) in [("maria", "acme"), ("finance-1", "acme"), ("eve", "globex")] {
                let told = try await caller.send(.get, "/v1/status", as: name)["tenants"].elements
                #expect(told.map { $0.lookup("tenant").string } == [tenant])
            }
        }
    }
}
