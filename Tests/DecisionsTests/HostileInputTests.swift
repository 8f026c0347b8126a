import AegisTesting
import Decisions
import RegoValues
import Testing

/// What an attacker would send, against real compiled policies, through the decision API and on the wire. Each is a deny
/// with its code; beside it stands the innocent twin that passes.
@Suite struct HostileInputTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture(keys: ["roam"])
        try fixture.activate(Self.policies)
    }

    static let policies = """
        aegis: v1
        kind: Agent
        name: finance-agent
        identities: [{api_key: fin}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Agent
        name: roaming-agent
        identities: [{api_key: roam}]
        scopes: ["web.*"]
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        match: [{http: {method: POST, host: payments.acme.example, path: /v1/transfers}}]
        parameters: {type: object, required: [amount], properties: {amount: {type: number, minimum: 0}, memo: {}}}
        ---
        aegis: v1
        kind: Tool
        name: ehr.read
        match: [{http: {method: GET, host: ehr.acme.example, path: "/ehr/{patient}"}}]
        parameters: {type: object, properties: {patient: {type: string, pattern: "^[0-9]+$"}, export: {type: boolean, default: false}}}
        ---
        aegis: v1
        kind: Tool
        name: ehr.admin
        match: [{http: {method: GET, host: ehr.acme.example, path: "/admin/**"}}]
        ---
        aegis: v1
        kind: Tool
        name: ehr.pages
        match: [{http: {method: GET, host: ehr.acme.example, path: "/**"}}]
        ---
        aegis: v1
        kind: Tool
        name: web.get
        match: [{http: {method: GET, host: "*", path: "/**"}}]
        ---
        aegis: v1
        kind: Policy
        name: all
        agents: ["*"]
        tools: ["*"]
        effect: allow
        ---
        aegis: v1
        kind: Policy
        name: no-admin
        agents: ["*"]
        tools: [ehr.admin]
        effect: deny
        ---
        aegis: v1
        kind: Policy
        name: no-export
        agents: ["*"]
        tools: [ehr.read]
        rules: [{name: no-export, effect: deny, when: [params.export == true]}]
        ---
        aegis: v1
        kind: Policy
        name: egress
        agents: [finance-agent]
        allowed_domains: [internal-api.company.local, "*.acme.example"]

        """

    private func get(_ target: String, host: String = "ehr.acme.example", method: String = "GET", key: String = "fin")
        async throws -> Decision
    {
        try await fixture.decide(key: key, WireRequest(method: method, host: host, target: target))
    }

    private func post(_ body: String, type: String? = "application/json", encoding: String? = nil) async throws
        -> Decision
    {
        try await fixture.decide(
            WireRequest(
                method: "POST", host: "payments.acme.example", target: "/v1/transfers", contentType: type,
                contentEncoding: encoding, body: Array(body.utf8)))
    }

    // MARK: Paths

    @Test(arguments: ["/ehr/1", "/ehr/1?export=false", "/index.html", "/", "/ehr/%31"])
    func `an honest path passes`(target: String) async throws {
        #expect(try await get(target).outcome == .allow)
    }

    @Test(arguments: [
        "/ehr/../admin/users", "/ehr/%2e%2e/admin/users", "/ehr/%2E%2e/admin/users", "/ehr/..%2fadmin/users",
        "/ehr/%252e%252e/admin/users", "/ehr/..;/admin/users", "/ehr/./1", "//admin/users", "/ehr//1", "/ehr/1//",
        "/admin;x=1/users", "/;/admin/users", "/admin%3b/users", "/admin/users;.css", #"/ehr\..\admin"#,
        "/%5cadmin/users",
        "/admin%00/users", "/ehr/1%0d%0aX", "/ehr/1#/admin", "/ehr/%zz", "/ehr/%c0%ae%c0%ae/admin", "ehr/1", "",
        "http://evil.example/ehr/1", "/ADMIN/users", "/Admin/users", "/aDMIN", "/EHR/1", "/ehr/１", "/ehr/1%20",
        "/ehr/1?export=false;export=true", "/ehr/1?export=false&export=true", "/ehr/1?patient=2", "/ehr/1?x=%00",
        "/ehr/1?x=%zz", "/ehr/1?export=TRUE", "/ehr/1?=1",
    ])
    func `a path or query that can be read in two ways is a deny`(target: String) async throws {
        let decision = try await get(target)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .parameterInvalid)
    }

    @Test(arguments: ["/admin/users", "/%61dmin/users", "/admin", "/admin/"])
    func `an escaped letter is that letter`(target: String) async throws {
        #expect(try await get(target).reason.policy == "no-admin")
    }

    @Test(arguments: ["get", "Get", "GET ", "", "GE\tT"])
    func `a method in another case is a deny`(method: String) async throws {
        #expect(try await get("/ehr/1", method: method).reason.code == .parameterInvalid)
    }

    // MARK: Hosts

    @Test(arguments: [
        "internal-api.company.local", "INTERNAL-API.company.local", "internal-api.company.local.",
        "internal-api.company.local:8443", "www.acme.example",
    ])
    func `a listed host passes`(host: String) async throws {
        #expect(try await get("/x", host: host).outcome == .allow)
    }

    static let strangers = [
        "internal-api.company.local.evil.com", "evil-internal-api.company.local", "xinternal-api.company.local",
        "internal-api.company.local.evil", "company.local", "acme.example", "evilacme.example",
        "www.acme.example.evil.com", "xn--nternal-api-9hb.company.local", "xn--cme-7cd.example", "internal-api",
        "0", "evil.com",
    ]

    static let malformed = [
        "internal-api.company.local@evil.com", "evil.com@internal-api.company.local", "u:p@www.acme.example",
        "internal-api.company.local:80@evil.com", "internal-api.company.local/evil.com", "www.acme.example#.evil.com",
        "internal\u{AD}-api.company.local", "іnternal-api.company.local", "www.аcme.example", "ｗww.acme.example",
        "www.acme.example。evil.com", "%77ww.acme.example", "www.acme.example:", "www.acme.example:0",
        "www.acme.example:99999", "www.acme.example:80:80", "www..acme.example", "internal-api.company.local..",
        ".acme.example", "www.acme.example ",
        "www.acme.example\u{0}.evil.com", "[::1", "::1", "[fe80::1%25eth0]x", "",
    ]

    /// This machine and the services that hand out its credentials, in all the ways that resolvers read.
    static let addresses = [
        "169.254.169.254", "169.254.169.254:80", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "2852039166",
        "0251.0376.0251.0376", "169.254.43518", "0x7f.1", "127.1", "127.0.0.1", "0", "0x", "10.0.0.1.",
        "1.2.3.4.5", "[::1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]:80",
        "metadata.google.internal", "METADATA.google.internal.", "metadata", "metadata.goog", "instance-data",
        "instance-data.ec2.internal", "metadata.azure.internal", "localhost", "LOCALHOST:80", "x.localhost",
        "instance-data.eu-west-1.compute.internal", "Instance-Data.us-east-1.ec2.internal", "metadata.tencentyun.com.",
        "api.metadata.cloud.ibm.com", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "kubernetes",
        "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local:443",
    ]

    @Test(arguments: strangers + addresses)
    func `a host that only looks like a listed one is a deny`(host: String) async throws {
        let decision = try await get("/x", host: host)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .egressNotAllowed)
        #expect(try await api(host: host).reason.code == .egressNotAllowed)
    }

    @Test(arguments: malformed)
    func `a host that can be read in two ways is a deny`(host: String) async throws {
        let decision = try await get("/x", host: host)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .parameterInvalid)
        #expect(try await api(host: host).reason.code == .requestInvalid)
    }

    @Test(arguments: addresses)
    func `addresses and the machine's own services are never covered by a wildcard`(host: String) async throws {
        let decision = try await get("/x", host: host, key: "roam")
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .egressNotAllowed)
        #expect(try await get("/x", host: "www.example.org", key: "roam").outcome == .allow)
    }

    private func api(host: String) async throws -> Decision {
        try await fixture.decide(
            tool: "web.get", parameters: "{}",
            more: #", "request": {"method": "GET", "host": \#(Self.quoted(host)), "path": "/x"}"#)
    }

    private static func quoted(_ text: String) -> String {
        let heap = Heap()
        return withExtendedLifetime(heap) { JSONWriter.text(heap.string(text)) }
    }

    // MARK: Bodies

    static let bodies: [(String, String, ReasonCode, ReasonCode)] = [
        ("a duplicate key", #"{"amount": 1, "amount": 9000}"#, .parameterInvalid, .requestInvalid),
        ("a duplicate key, escaped", #"{"amount": 1, "\u0061mount": 9000}"#, .parameterInvalid, .requestInvalid),
        ("a duplicate key within", #"{"amount": 1, "memo": {"a": 1, "a": 2}}"#, .parameterInvalid, .requestInvalid),
        (
            "deep nesting",
            #"{"amount": 1, "memo": "# + String(repeating: "[", count: 100_000)
                + String(repeating: "]", count: 100_000) + "}", .requestTooLarge, .requestTooLarge
        ),
        ("1e400", #"{"amount": 1e400}"#, .parameterInvalid, .requestInvalid),
        ("an exponent without end", #"{"amount": 1e99999999999}"#, .parameterInvalid, .requestInvalid),
        ("minus zero", #"{"amount": -0}"#, .parameterInvalid, .requestInvalid),
        ("minus zero with decimals", #"{"amount": -0.00}"#, .parameterInvalid, .requestInvalid),
        ("minus zero with an exponent", #"{"amount": -0e5}"#, .parameterInvalid, .requestInvalid),
        ("more digits than a double has", #"{"amount": 9007199254740993}"#, .parameterInvalid, .requestInvalid),
        (
            "a number of 5000 digits", #"{"amount": \#(String(repeating: "9", count: 5000))}"#, .parameterInvalid,
            .requestInvalid
        ),
        ("half a surrogate pair", #"{"amount": 1, "memo": "\ud800"}"#, .parameterInvalid, .requestInvalid),
        ("a null character", #"{"amount": 1, "memo": "a\u0000b"}"#, .parameterInvalid, .requestInvalid),
        ("a null character in a name", #"{"amount": 1, "a\u0000": 1}"#, .parameterInvalid, .requestInvalid),
        ("NaN", #"{"amount": NaN}"#, .parameterInvalid, .requestInvalid),
        ("Infinity", #"{"amount": -Infinity}"#, .parameterInvalid, .requestInvalid),
        ("hexadecimal", #"{"amount": 0x10}"#, .parameterInvalid, .requestInvalid),
        ("a comment", #"{"amount": 1 /* "amount": 9 */}"#, .parameterInvalid, .requestInvalid),
        ("a comma at the end", #"{"amount": 1,}"#, .parameterInvalid, .requestInvalid),
        ("a second value", #"{"amount": 1} {"amount": 2}"#, .parameterInvalid, .requestInvalid),
        ("single quotes", "{'amount': 1}", .parameterInvalid, .requestInvalid),
        ("a control character", "{\"amount\": 1, \"memo\": \"a\nb\"}", .parameterInvalid, .requestInvalid),
        ("a number as text", #"{"amount": "6,000"}"#, .parameterInvalid, .parameterInvalid),
        ("a number in a list", #"{"amount": [6000]}"#, .parameterInvalid, .parameterInvalid),
        ("another case", #"{"Amount": 1}"#, .parameterInvalid, .parameterInvalid),
        ("another case beside", #"{"amount": 1, "Amount": 9000}"#, .parameterInvalid, .parameterInvalid),
        ("another case, escaped", #"{"amount": 1, "\u0041MOUNT": 9000}"#, .parameterInvalid, .parameterInvalid),
        ("a homoglyph", #"{"аmount": 1}"#, .parameterInvalid, .parameterInvalid),
        ("a list", "[]", .parameterInvalid, .requestInvalid),
    ]

    @Test(arguments: bodies)
    func `a body that can be read in two ways is a deny on both ways in`(
        _ name: String, _ body: String, _ wire: ReasonCode, _ api: ReasonCode
    ) async throws {
        let held = try await post(body)
        #expect(held.outcome == .deny)
        #expect(held.reason.code == wire)
        let asked = try await fixture.decide(parameters: body)
        #expect(asked.outcome == .deny)
        #expect(asked.reason.code == api)
        #expect(try await post(#"{"amount": 1}"#).outcome == .allow)
    }

    /// What is wrong with a body is on record for ever, and must say nothing of what was in it.
    @Test(arguments: [
        (#"{"amount": 078051120}"#, "1:12: this is no JSON number"),
        (#"{"amount": 1, "memo": 078-05-1120}"#, "1:23: this is no JSON number"),
        (
            #"{"jane@acme.example": 1, "jane@acme.example": 2}"#, "1:26: a name stands twice in one object"
        ),
        (
            #"{"amount": 1, "jane@acme.example": -0}"#,
            "the number at `$.…` does not survive canonical JSON; send it as a string"
        ),
        (
            #"{"amount": 1, "memo": {"lines": [1, "\u0000"]}}"#, "the text at `$.memo.lines[1]` has a null character"
        ),
        (
            #"{"amount": 1, "\#(String(repeating: "k", count: 65))": -0}"#,
            "the number at `$.…` does not survive canonical JSON; send it as a string"
        ),
    ])
    func `what is wrong with a body is said without its values`(body: String, message: String) async throws {
        #expect(try await post(body).reason.message == message)
        let entry = try #require(fixture.recorder.entries.last)
        #expect(entry.answer.reason.message == message)
    }

    @Test func `a body is on record however long its names are`() async throws {
        let name = String(repeating: "n", count: 300_000)
        for body in [#"{"\#(name)": 1, "\#(name)": 2}"#, #"{"\#(name)": -0}"#] {
            let count = fixture.recorder.entries.count
            let decision = try await fixture.decide(parameters: body)
            #expect(decision.reason.code == .requestInvalid)
            #expect(decision.problem?.status == 400)
            #expect(decision.reason.message.utf8.count < 200)
            #expect(fixture.recorder.entries.count == count + 1)
        }
    }

    @Test(arguments: [
        (String(repeating: "a", count: 1024), String(repeating: "a", count: 1024)),
        (String(repeating: "a", count: 1025), String(repeating: "a", count: 1024) + "…"),
        (String(repeating: "€", count: 400), String(repeating: "€", count: 341) + "…"),
    ])
    func `a reason has room in a record`(message: String, kept: String) {
        #expect(DecisionReason(.policyDeny, message).message == kept)
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON", true), ("application/vnd.api+json", true),
        ("application/json; charset=UTF-8", true), ("application/json;charset=\"utf-8\"", true),
        ("multipart/form-data; boundary=x", false), ("application/x-www-form-urlencoded", false), ("text/plain", false),
        ("text/json", false), ("", false), ("application/json, text/plain", false),
        ("multipart/form-data, a/b+json", false), ("multipart/form-data a/b+json", false), ("x/y/z+json", false),
        ("application/json; charset=utf-16", false), ("application/json; charset =utf-16", false),
        ("application/json; charset=utf-8; charset=utf-16", false), ("+json", false),
    ])
    func `only JSON by its content type is read as JSON`(type: String, passes: Bool) async throws {
        let decision = try await post(#"{"amount": 1}"#, type: type)
        #expect(decision.reason.code == (passes ? .policyAllow : .parameterInvalid), "\(decision.reason.message)")
        #expect(try await post(#"{"amount": 1}"#, type: nil).reason.code == .parameterInvalid)
    }

    @Test(arguments: ["gzip", "GZIP", "br", "identity, gzip", "x"])
    func `an encoded body is a deny`(encoding: String) async throws {
        #expect(try await post(#"{"amount": 1}"#, encoding: encoding).reason.code == .parameterInvalid)
    }

    // MARK: Names

    @Test(arguments: [
        "finance-аgent", "ﬁnance-agent", "finance\u{2010}agent", "Finance-Agent", "finance-agent ", " finance-agent",
        "finance-agent\u{200B}", "roaming-agent", "nobody", "*",
    ])
    func `a name that looks like the caller's is another's`(name: String) async throws {
        let decision = try await fixture.decide(more: #", "agent": {"id": \#(Self.quoted(name))}"#)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .unauthenticatedAgent)
    }

    @Test(arguments: [
        ("payments.trаnsfer", ReasonCode.unknownTool), ("Payments.Transfer", .unknownTool), ("*", .unknownTool),
        ("payments.transfer ", .unknownTool), ("payments.*", .unknownTool), ("__proto__", .unknownTool),
        ("payments.transfer\u{0}", .requestInvalid),
    ])
    func `a name that looks like a tool's is none`(name: String, code: ReasonCode) async throws {
        let decision = try await fixture.point.decide(
            json: Array(#"{"tool": {"name": \#(Self.quoted(name))}, "parameters": {"amount": 1}}"#.utf8),
            credentials: DecisionFixture.credentials("fin"), point: DecisionFixture.api)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == code)
    }
}
