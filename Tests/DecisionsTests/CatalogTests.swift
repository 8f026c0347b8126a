import AegisTesting
import Decisions
import RegoValues
import Testing

/// From a request on the wire to a tool and its parameters.
@Suite struct CatalogTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture()
        try fixture.install { input in
            ScriptedPolicy.ruling(
                message: (JSONWriter.text(input.lookup("tool").lookup("name")) + " "
                    + JSONWriter.text(input.lookup("params"))).replacing("\\", with: "\\\\").replacing("\"", with: "'"))
        }
    }

    func get(_ target: String, host: String = "ehr.acme.example") -> WireRequest {
        WireRequest(method: "GET", host: host, target: target)
    }

    func post(
        _ body: String, type: String? = "application/json", encoding: String? = nil, target: String = "/v1/transfers"
    ) -> WireRequest {
        WireRequest(
            method: "POST", host: "payments.acme.example", target: target, contentType: type, contentEncoding: encoding,
            body: Array(body.utf8))
    }

    @Test(arguments: [
        ("/ehr/p1/notes", "{'export':false,'page':1,'patient':'p1'}"),
        ("/ehr/p1", "{'export':false,'page':1,'patient':'p1'}"),
        ("/ehr/p1/a/b/c?page=3&export=true", "{'export':true,'page':3,'patient':'p1'}"),
        ("/ehr/p%201?tags=a&tags=b%20c", "{'export':false,'page':1,'patient':'p 1','tags':['a','b c']}"),
        ("/ehr/p1?tags=a", "{'export':false,'page':1,'patient':'p1','tags':['a']}"),
        ("/ehr/p1?other=5", "{'export':false,'other':'5','page':1,'patient':'p1'}"),
        ("/ehr/p1?page=12.0", "{'export':false,'page':12.0,'patient':'p1'}"),
    ])
    func `path and query become parameters of the declared types`(target: String, parameters: String) async throws {
        let decision = try await fixture.decide(get(target))
        #expect(decision.reason.message == "'ehr.read' \(parameters)")
    }

    @Test(arguments: [
        "/ehr/p1?page=03", "/ehr/p1?page=3x", "/ehr/p1?page=", "/ehr/p1?page=1&page=2", "/ehr/p1?export=yes",
        "/ehr/p1?patient=p2", "/ehr/p1?%zz=1", "/ehr/p1?=1", "/ehr/p1?page=9007199254740993", "/ehr/p1/../p2",
        "/ehr/p1?a=%ff",
    ])
    func `what is not exactly of its type, or given twice, denies`(target: String) async throws {
        let decision = try await fixture.decide(get(target))
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .parameterInvalid)
    }

    @Test(
        arguments: [
            ("application/json", nil), ("Application/JSON", nil), ("application/vnd.api+json", nil),
            ("application/json; charset=UTF-8", nil), ("application/json", "identity"),
        ] as [(String, String?)])
    func `any JSON body is read`(type: String, encoding: String?) async throws {
        let decision = try await fixture.decide(post(#"{"amount": 5}"#, type: type, encoding: encoding))
        #expect(decision.reason.message == "'payments.transfer' {'amount':5,'currency':'EUR'}")
    }

    @Test(
        arguments: [
            (nil, nil, #"{"amount": 5}"#), ("text/plain", nil, #"{"amount": 5}"#),
            ("application/x-www-form-urlencoded", nil, "amount=5"), ("application/json", "gzip", #"{"amount": 5}"#),
            ("application/json; charset=utf-16", nil, #"{"amount": 5}"#), ("application/json", nil, "[5]"),
            ("application/json", nil, "{"), ("application/json", nil, #"{"amount": 1, "amount": 9000}"#),
            ("application/json", nil, #"{"amount": 9007199254740993}"#), ("+json", nil, "{}"),
        ] as [(String?, String?, String)])
    func `a body that cannot be checked denies`(type: String?, encoding: String?, body: String) async throws {
        let decision = try await fixture.decide(post(body, type: type, encoding: encoding))
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .parameterInvalid)
    }

    @Test func `a body that was cut off denies`() async throws {
        var request = post(#"{"amount": 5}"#)
        request.isTruncated = true
        #expect(try await fixture.decide(request).reason.code == .requestTooLarge)
    }

    @Test func `a parameter in the body and in the query denies`() async throws {
        let decision = try await fixture.decide(post(#"{"amount": 5}"#, target: "/v1/transfers?amount=9000"))
        #expect(decision.reason.code == .parameterInvalid)
    }

    @Test(arguments: [
        ("POST", "payments.acme.example", "/v1/transfers/"),
        ("GET", "payments.acme.example", "/v1/transfers"), ("POST", "evil.example", "/v1/transfers"),
        ("GET", "acme.example", "/ehr/p1"), ("GET", "evilacme.example", "/ehr/p1"),
        ("GET", "ehr.acme.example", "/EHR/p1"),
    ])
    func `what no tool matches is unknown`(method: String, host: String, target: String) async throws {
        let decision = try await fixture.decide(WireRequest(method: method, host: host, target: target))
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .unknownTool)
    }

    @Test func `the most literal match wins, ties by order`() async throws {
        let catalog = #"""
            {"agents": {"finance-agent": {"identities": [{"api_key": "fin"}]}}, "tools": {
             "a.rest": {"match": [{"http": {"path": "/v1/**"}}]},
             "b.any": {"match": [{"http": {"method": "GET", "host": "h", "path": "/v1/*"}}]},
             "c.capture": {"match": [{"http": {"method": "GET", "host": "h", "path": "/v1/{id}"}}]},
             "d.glob": {"match": [{"http": {"method": "GET", "host": "h", "path": "/v1/*.pdf"}}]},
             "e.literal": {"match": [{"http": {"method": "GET", "host": "h", "path": "/v1/x"}}]},
             "f.host": {"match": [{"http": {"method": "GET", "host": "*.h", "path": "/v1/x"}}]},
             "g.exact": {"match": [{"http": {"method": "GET", "host": "w.h", "path": "/v1/x"}}]},
             "h.tie": {"match": [{"http": {"method": "GET", "host": "h", "path": "/v1/x"}}]}}}
            """#
        _ = fixture.policies.activate(
            try ScriptedPolicy.policy(sequence: 2, catalog: catalog) { input in
                ScriptedPolicy.ruling(rule: input.lookup("tool").lookup("name").string ?? "")
            }, now: fixture.clock.now)
        for (host, path, tool) in [
            ("u.v.h", "/v1/x", "f.host"), ("h", "/v1/x", "e.literal"), ("h", "/v1/y.pdf", "d.glob"),
            ("h", "/v1/y", "c.capture"),
            ("h", "/v1/y/z", "a.rest"), ("w.h", "/v1/x", "g.exact"), ("v.h", "/v1/x", "f.host"),
            ("other", "/v1/x", "a.rest"), ("h", "/v1", "a.rest"),
        ] {
            #expect(try await fixture.decide(get(path, host: host)).reason.rule == tool, "\(host)\(path)")
        }
    }

    @Test(arguments: [
        (#"{"tools": 5}"#, true), (#"{"tools": {"x": 5}}"#, false),
        (#"{"tools": {"x": {"match": [{"http": {"path": "no-slash"}}]}}}"#, false),
        (#"{"tools": {"x": {"match": [{"http": {"path": "/{a}/{a}"}}]}}}"#, false),
        (#"{"tools": {"x": {"match": [{"http": {"host": "a.*", "path": "/"}}]}}}"#, false),
        (#"{"tools": {"x": {"sensitive": ["to"]}}}"#, false), (#"{"tools": {"x": {"parameters": []}}}"#, false),
        (
            #"{"agents": {"a": {"identities": [{"api_key": "k"}]}, "b": {"identities": [{"api_key": "k"}]}}}"#, false
        ),
    ])
    func `a malformed catalog does not become active`(catalog: String, isFine: Bool) {
        let made = try? ScriptedPolicy.policy(catalog: catalog) { _ in "" }
        #expect((made != nil) == isFine)
    }
}
