import AegisTesting
import Decisions
import RegoValues
import Testing

@Suite struct AdmissionTests {
    func parse(_ json: String, limits: AdmissionLimits = .usual) throws(AdmissionError) -> DecisionRequest {
        try DecisionRequest.parse(
            Array(json.utf8), credentials: .none, point: DecisionFixture.api, limits: limits)
    }

    @Test func `a full request is read`() throws {
        let request = try parse(
            #"""
            {"agent": {"id": "finance-agent"}, "tool": {"name": "payments.transfer"}, "parameters": {"amount": 12.5},
             "request": {"method": "POST", "host": "Payments.Acme.Example:443", "path": "/v1/tr%61nsfers"},
             "session_id": "s1", "context": {"purpose": "care"}, "delegation": "d", "override_token": "t",
             "idempotency_key": "k", "dry_run": true}
            """#)
        #expect(request.claimedAgent == "finance-agent")
        #expect(request.sessionID == "s1")
        #expect(request.delegation == "d")
        #expect(request.overrideToken == "t")
        #expect(request.idempotencyKey == "k")
        #expect(request.isDryRun)
        guard case .tool(let name, let parameters, let line) = request.subject else {
            Issue.record("not a named tool")
            return
        }
        #expect(name == "payments.transfer")
        #expect(JSONWriter.text(parameters) == #"{"amount":12.5}"#)
        #expect(line == RequestLine(method: "POST", host: "payments.acme.example", target: "/v1/transfers"))
    }

    @Test(arguments: [
        ("", "1:1: "), ("[]", "the body is not a JSON object"), ("{", "1:2: "),
        (#"{"tool": {"name": "x"}, "paramters": {}}"#, "the body has an unknown field; known are agent, context,"),
        (#"{"parameters": {}}"#, "`tool.name` is missing"), (#"{"tool": {"name": ""}}"#, "`tool.name` is empty"),
        (#"{"tool": {"name": "a\nb"}}"#, "`tool.name` is empty"), (#"{"tool": "x"}"#, "`tool` is not an object"),
        (#"{"tool": {"name": 5}}"#, "`tool.name` is not a string"),
        (#"{"tool": {"name": "x"}, "parameters": [1]}"#, "`parameters` is not an object"),
        (#"{"tool": {"name": "x"}, "dry_run": "yes"}"#, "`dry_run` is not a boolean"),
        (#"{"tool": {"name": "x"}, "agent": {}}"#, "`agent.id` is missing"),
        (#"{"tool": {"name": "x"}, "request": {"method": "GET"}}"#, "`request` needs method, host and path"),
        (
            #"{"tool": {"name": "x"}, "request": {"method": "GET", "host": "a", "path": "/a/../b"}}"#,
            "`request` names a method, host or path that can be read in two ways"
        ),
        (#"{"tool": {"name": "x"}, "parameters": {"a": 1, "a": 9000}}"#, "1:"),
        (
            #"{"tool": {"name": "x"}, "parameters": {"a": [1, 9007199254740993]}}"#,
            "the number at `$.parameters.a[1]` does not survive canonical JSON; send it as a string"
        ),
        (
            #"{"tool": {"name": "x"}, "context": {"a b": 1e400}}"#,
            "the number at `$.context['a b']` does not survive canonical JSON; send it as a string"
        ),
        (#"{"tool": {"name": "x"}, "parameters": {"a": NaN}}"#, "1:"),
        (#"{"tool": {"name": "x"}, "parameters": {"a": 6,000}}"#, "1:"),
    ])
    func `what cannot be read in one way only is refused`(json: String, detail: String) {
        let error = #expect(throws: AdmissionError.self) { try parse(json) }
        #expect(error?.status == 400)
        #expect(error?.code == .requestInvalid)
        #expect(error?.detail.hasPrefix(detail) == true, "\(error?.detail ?? "")")
    }

    @Test func `too long and too deep are told apart from malformed`() {
        let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        for json in [
            #"{"tool": {"name": "x"}, "parameters": {"a": \#(deep)}}"#,
            #"{"tool": {"name": "\#(String(repeating: "x", count: 1 << 20))"}}"#,
        ] {
            let error = #expect(throws: AdmissionError.self) { try parse(json) }
            #expect(error?.status == 413)
            #expect(error?.code == .requestTooLarge)
        }
    }

    @Test func `a path with a query is refused, for nobody would judge or be shown the query`() throws {
        let error = #expect(throws: AdmissionError.self) {
            try parse(
                #"{"tool": {"name": "x"}, "request": {"method": "GET", "host": "h", "path": "/export?scope=all"}}"#)
        }
        #expect(
            error?.detail
                == "`request.path` has a query: give what it says in `parameters`, and the path without it")
    }

    @Test(arguments: [
        ("/a", "/a"), ("/a/b?c=/../d", "/a/b"), ("/%61", "/a"), ("/a%20b", "/a b"), ("/", "/"), ("/a/", "/a/"),
        ("/...", "/..."), ("/A", "/A"),
    ])
    func `a path has one normal form`(target: String, path: String) {
        #expect(RequestLine(method: "GET", host: "h", target: target)?.path == path)
    }

    @Test(arguments: [
        "", "a", "//a", "/a//b", "/a/./b", "/a/../b", "/a/%2e%2e/b", "/a/..;x/b", "/a;x=1", "/a/;/b", "/a%3bx",
        "/a%2fb", "/a%5cb", #"/a\b"#, "/a%00",
        "/a%0a", "/a%", "/a%g1", "/a%252e", "/a#b", "/%ff", "/a/..", "/a%3fb", "/a%3F/b",
    ])
    func `a path that can be read in two ways has none`(target: String) {
        #expect(RequestLine(method: "GET", host: "h", target: target) == nil)
    }

    @Test(arguments: [
        ("Example.COM", "example.com"), ("example.com:8443", "example.com"), ("example.com.", "example.com"),
        ("[::1]:80", "[::1]"), ("127.0.0.1", "127.0.0.1"),
    ])
    func `a host has one normal form`(text: String, host: String) {
        #expect(RequestLine(method: "GET", host: text, target: "/")?.host == host)
    }

    @Test(arguments: ["", "a b", "user@host", "a..b", ".a", "a:b", "a:", "a/b", "a%2e", "é.example", "[::1"])
    func `a host that can be read in two ways has none`(text: String) {
        #expect(RequestLine(method: "GET", host: text, target: "/") == nil)
    }
}
