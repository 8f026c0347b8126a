import SwiftProtobuf
import Testing

@testable import EnvoyAuthorization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct CheckedRequestTests {
    private func check(_ change: (inout EnvoyAttributeContext.HttpRequest) -> Void) -> EnvoyCheckRequest {
        .with {
            $0.attributes.request.http.method = "POST"
            $0.attributes.request.http.host = "payments.acme.example"
            $0.attributes.request.http.path = "/v1/transfers"
            change(&$0.attributes.request.http)
        }
    }

    @Test func `a check becomes a wire request`() throws {
        var message = check {
            $0.path = "/v1/transfers?dry=1&x=a?b"
            $0.headers = [
                ":method": "POST", ":path": "/v1/transfers", "x-aegis-api-key": "aegis_k_s",
                "x-envoy-auth-partial-body": "false",
            ]
            $0.rawBody = Data(#"{"amount": 1}"#.utf8)
        }
        message.attributes.contextExtensions["tenant"] = "acme"
        message.attributes.source.principal = "spiffe://acme/agent"
        let expected = CheckedRequest(
            method: "POST", host: "payments.acme.example", target: "/v1/transfers?dry=1&x=a?b",
            headers: ["x-aegis-api-key": "aegis_k_s"], body: Array(#"{"amount": 1}"#.utf8), isPartial: false,
            expectedTenant: "acme", principal: "spiffe://acme/agent")
        #expect(try CheckedRequest(message) == expected)
    }

    @Test(arguments: [("true", true), ("false", false), ("TRUE", true), ("", true), ("?", true)])
    func `a body counts as partial unless Envoy says that it is whole`(value: String, isPartial: Bool) throws {
        let request = try CheckedRequest(check { $0.headers = ["x-envoy-auth-partial-body": value] })
        #expect(request.isPartial == isPartial)
        #expect(request.headers.isEmpty)
    }

    @Test(
        arguments: [
            (["content-length": "40"], "", true), (["content-length": "0"], "", false),
            (["content-length": "many"], "", true), (["transfer-encoding": "chunked"], "", true),
            (["upgrade": "websocket", "connection": "upgrade"], "", true), ([:], "", false),
            (["content-length": "2"], "{}", false),
            // A body that is empty, and Envoy says that this is all of it.
            (["transfer-encoding": "chunked", "x-envoy-auth-partial-body": "false"], "", false),
        ] as [([String: String], String, Bool)])
    func `a body that is announced and not shown is a part that is missing`(
        headers: [String: String], body: String, isPartial: Bool
    ) throws {
        let request = try CheckedRequest(
            check {
                $0.headers = headers
                $0.rawBody = Data(body.utf8)
            })
        #expect(request.isPartial == isPartial)
    }

    @Test func `raw headers are joined as Envoy joins them`() throws {
        let request = try CheckedRequest(
            check {
                $0.headerMap.headers = [
                    .with {
                        $0.key = "accept"; $0.rawValue = Data("a".utf8)
                    },
                    .with {
                        $0.key = "accept"; $0.value = "b"
                    },
                ]
            })
        #expect(request.headers == ["accept": "a,b"])
    }

    @Test func `a check without an HTTP request is a fault`() {
        #expect(throws: CheckFault("the check describes no HTTP request: is the filter configured for HTTP?")) {
            try CheckedRequest(EnvoyCheckRequest())
        }
        #expect(throws: CheckFault("the check names no HTTP method")) {
            try CheckedRequest(check { $0.method = "" })
        }
    }
}
