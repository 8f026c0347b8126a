import RegoValues
import Testing

@testable import Decisions
@testable import EnvoyAuthorization

@Suite struct DecisionRequestTests {
    private func asked(_ headers: [String: String] = [:], _ change: (inout CheckedRequest) -> Void = { _ in })
        -> DecisionRequest
    {
        var request = CheckedRequest(
            method: "POST", host: "Payments.acme.example:443", target: "/v1/transfers?x=1", headers: headers)
        change(&request)
        return request.decisionRequest()
    }

    @Test func `what an agent sends reaches the decision point`() throws {
        let request = asked([
            "x-aegis-api-key": "aegis_k_s", "x-aegis-session": "s-1", "x-aegis-purpose": "care", "x-aegis-token": "t",
            "x-aegis-delegation": "d", "content-type": "application/json", "content-encoding": "gzip",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ]) {
            $0.body = Array("{}".utf8)
            $0.isPartial = true
            $0.expectedTenant = "acme"
            $0.principal = "spiffe://acme/agent"
        }
        #expect(request.credentials == Credentials(apiKey: "aegis_k_s", spiffeID: "spiffe://acme/agent"))
        #expect(request.sessionID == "s-1")
        #expect(request.context.lookup("purpose").string == "care")
        #expect(request.overrideToken == "t")
        #expect(request.delegation == "d")
        #expect(request.point == EnforcementPoint(name: "envoy", rewritesParameters: false, tenant: "acme"))
        #expect(request.trace?.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(!request.isDryRun)
        guard case .wire(let wire) = request.subject else {
            Issue.record("not a wire request")
            return
        }
        #expect(wire.method == "POST")
        #expect(wire.host == "Payments.acme.example:443")
        #expect(wire.target == "/v1/transfers?x=1")
        #expect(wire.contentType == "application/json")
        #expect(wire.contentEncoding == "gzip")
        #expect(wire.body == Array("{}".utf8))
        #expect(wire.isTruncated)
        withExtendedLifetime(request) {}
    }

    @Test(
        arguments: [
            (["authorization": "Bearer aegis_k_s"], "aegis_k_s"), (["authorization": "bearer aegis_k_s"], "aegis_k_s"),
            (["authorization": "Bearer eyJ"], nil), (["authorization": "Basic aegis_k_s"], nil),
            (["authorization": "Bearer aegis_a_b", "x-aegis-api-key": "aegis_k_s"], "aegis_k_s"), ([:], nil),
        ] as [([String: String], String?)])
    func `the key comes from its own header, or as a bearer`(headers: [String: String], key: String?) {
        #expect(asked(headers).credentials.apiKey == key)
    }

    @Test func `a certificate without a SPIFFE id proves nobody`() {
        #expect(asked { $0.principal = "CN=agent" }.credentials.spiffeID == nil)
    }

    @Test func `without a purpose the context is empty`() {
        let request = asked()
        #expect(request.context.kind == .object)
        #expect(request.context.count == 0)
        withExtendedLifetime(request) {}
    }
}
