import RegoValues
import Testing

@Suite struct DomainBuiltinTests {
    @Test(arguments: [
        Call("time.parse_rfc3339_ns", #"["2017-06-02T19:00:00-07:00"]"#, "1496455200000000000"),
        Call("time.parse_rfc3339_ns", #"["1677-09-21T00:12:43.145224192-00:00"]"#, "-9223372036854775808"),
        Call(
            "time.parse_rfc3339_ns", #"["2262-04-11T23:47:16.854775808-00:00"]"#,
            "failure: time.parse_rfc3339_ns: time outside of valid range"),
        Call(
            "time.parse_rfc3339_ns", #"["x"]"#,
            #"failure: time.parse_rfc3339_ns: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006""#
        ),
        Call(
            "time.parse_rfc3339_ns", #"["2023-02-29T00:00:00Z"]"#,
            #"failure: time.parse_rfc3339_ns: parsing time "2023-02-29T00:00:00Z": day out of range"#),
        Call("time.parse_ns", #"["RFC1123","Mon, 02 Jan 2006 15:04:05 UTC"]"#, "1136214245000000000"),
        Call("time.parse_ns", #"["Jan _2 2006 3:04PM","Feb  3 2020 4:05AM"]"#, "1580702700000000000"),
        Call("time.parse_duration_ns", #"["1h15m30.5s"]"#, "4530500000000"),
        Call("time.parse_duration_ns", #"["-3µs"]"#, "-3000"),
        Call(
            "time.parse_duration_ns", #"["5"]"#, #"failure: time.parse_duration_ns: time: missing unit in duration "5""#
        ),
        Call("time.format", "[1592841600000000000]", #""2020-06-22T16:00:00Z""#),
        Call("time.format", #"[[1592841600123000000,"Europe/Berlin"]]"#, #""2020-06-22T18:00:00.123+02:00""#),
        Call(
            "time.format", #"[[1592841600000000000,"America/New_York","Mon Jan _2 3:04PM MST -0700"]]"#,
            #""Mon Jun 22 12:00PM EDT -0400""#),
        Call("time.format", #"[[4750000000000000000,"Europe/Berlin","RFC822"]]"#, #""09 Jul 20 22:26 CEST""#),
        Call("time.date", "[1582977600000000000]", "[2020, 2, 29]"),
        Call("time.clock", #"[[1517832000000000000,"America/New_York"]]"#, "[7, 0, 0]"),
        Call("time.clock", "[-1]", "[23, 59, 59]"), Call("time.date", "[-9223372036854775808]", "[1677, 9, 21]"),
        Call("time.date", "[1e30]", "failure: time.date: timestamp too big"),
        Call("time.weekday", "[1517832000000000000]", #""Monday""#),
        Call("time.weekday", #"[[0,"Mars/Olympus"]]"#, "failure: time.weekday: unknown time zone Mars/Olympus"),
        Call("time.weekday", #"[[0,"../../etc/passwd"]]"#, "failure: time.weekday: unknown time zone ../../etc/passwd"),
        Call("time.add_date", "[1580428800000000000,0,1,0]", "1583107200000000000"),
        Call("time.add_date", #"[[1603576800000000000,"Europe/Berlin"],0,0,1]"#, "1603666800000000000"),
        Call("time.add_date", "[0,500,0,0]", "failure: time.add_date: time outside of valid range"),
        Call("time.diff", "[1520703189000000000,1520348700000000000]", "[0, 0, 4, 2, 28, 9]"),
        Call("time.now_ns", "[]", "0"),
    ])
    func `times`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("net.cidr_contains", #"["10.0.0.0/8","10.1.2.3"]"#, "true"),
        Call("net.cidr_contains", #"["172.17.0.0/24","172.17.0.0/16"]"#, "false"),
        Call("net.cidr_contains", #"["2001:4860::/32","2001:4860:1:2:3:4:5:6"]"#, "true"),
        Call("net.cidr_contains", #"["::/0","10.0.0.1"]"#, "false"),
        Call(
            "net.cidr_contains", #"["10.0.0.0/8","010.0.0.1"]"#,
            "failure: net.cidr_contains: not a valid textual representation of an IP address or CIDR: 010.0.0.1"),
        Call("net.cidr_intersects", #"["10.0.0.0/25","10.0.0.64/26"]"#, "true"),
        Call("net.cidr_is_valid", #"["10.0.0.0/33"]"#, "false"),
        Call(
            "net.cidr_expand", #"["192.168.1.1/30"]"#, #"{"192.168.1.0", "192.168.1.1", "192.168.1.2", "192.168.1.3"}"#),
        Call(
            "net.cidr_expand", #"["192.168.1.1/33"]"#, "failure: net.cidr_expand: invalid CIDR address: 192.168.1.1/33"),
        Call("net.cidr_expand", #"["10.0.0.0/8"]"#, "memory: evaluation needs more memory than its limit"),
        Call("net.cidr_expand", #"["::/0"]"#, "memory: evaluation needs more memory than its limit"),
        Call("net.cidr_merge", #"[["192.0.128.0/24","192.0.129.0/24"]]"#, #"{"192.0.128.0/23"}"#),
        Call(
            "net.cidr_merge", #"[["192.0.2.112/31","192.0.2.116/31","192.0.2.118/31"]]"#,
            #"{"192.0.2.112/31", "192.0.2.116/30"}"#),
        Call("net.cidr_merge", #"[["2601:600::1"]]"#, "failure: net.cidr_merge: IPv6 invalid: needs prefix length"),
        Call("net.cidr_contains_matches", #"["1.1.1.0/24",["1.1.1.1","2.2.2.2"]]"#, #"{["1.1.1.0/24", 0]}"#),
        Call(
            "net.cidr_contains_matches", #"["1.1.1.0/24",[1]]"#,
            "failure: net.cidr_contains_matches: operand 2: element must be string or non-empty array"),
        Call("net.lookup_ip_addr", #"["::0:1"]"#, #"{"::1"}"#),
        Call("net.lookup_ip_addr", #"["example.com"]"#, "failure: net.lookup_ip_addr: unallowed host: example.com"),
        Call(
            "http.send", #"[{"method":"get","url":"https://example.com/x"}]"#,
            "failure: http.send: unallowed host: example.com"),
        Call(
            "http.send", #"[{"method":"get"}]"#,
            #"type: http.send: operand 1 missing required request parameters(s): {"url"}"#),
    ])
    func `networks`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("semver.compare", #"["1.0.0-alpha.2","1.0.0-alpha.10"]"#, "-1"),
        Call("semver.compare", #"["1.0.0","1.0.0-rc1"]"#, "1"),
        Call(
            "semver.compare", #"["1","1.0.0"]"#,
            #"failure: semver.compare: operand 1: string "1" is not a valid SemVer"#),
        Call("semver.is_valid", #"["1.2.3-a.b+c"]"#, "true"), Call("semver.is_valid", "[1]", "false"),
        Call("units.parse", #"["10Mi"]"#, "10485760"), Call("units.parse", #"["500m"]"#, "0.5000000000"),
        Call("units.parse", #"["1.5K"]"#, "1500"),
        Call("units.parse", #"["1e3"]"#, "1000"),
        Call("units.parse", #"["x"]"#, "failure: units.parse: units.parse: no amount provided"),
        Call("units.parse", #"["1x"]"#, "failure: units.parse: units.parse: unit x not recognized"),
        Call("units.parse_bytes", #"["2.5GiB"]"#, "2684354560"),
        Call(
            "units.parse_bytes", #"["1 kb"]"#,
            "failure: units.parse_bytes: units.parse_bytes: spaces not allowed in resource strings"),
        Call(
            "uuid.parse", #"["000003e8-48b9-21ee-b200-325096b39f47"]"#,
            #"{"clocksequence": 12800, "domain": "Person", "id": 1000, "macvariables": "local:unicast", "nodeid": "32-50-96-b3-9f-47", "time": 1693566990121469600, "variant": "RFC4122", "version": 2}"#
        ),
        Call("uuid.parse", #"["nonsense"]"#, "<undefined>"),
        Call("crypto.md5", #"["lorem ipsum"]"#, #""80a751fde577028640c419000e33eba6""#),
        Call("crypto.sha1", #"["lorem ipsum"]"#, #""bfb7759a67daeb65410490b4d98bb9da7d1ea2ce""#),
        Call("crypto.sha256", #"[""]"#, #""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#),
        Call("crypto.hmac.md5", #"["åäöçß🥲♙Ω","秘密の"]"#, #""20a8743c2157ac60b7e8b79c83651b8d""#),
        Call("crypto.hmac.equal", #"["a","b"]"#, "false"),
        Call(
            "strings.render_template",
            #"["{{range $i, $n := .names}}{{if $i}},{{end}}hello {{$n}}{{end}}",{"names":["a","b"]}]"#,
            #""hello a,hello b""#),
        Call(
            "strings.render_template", #"["{{ .a.b }} {{.c}} {{- /* gone */ -}} !",{"a":{"b":1.5}}]"#,
            #""1.5 <undefined>!""#),
        Call(
            "strings.render_template", #"["{{call .x}}",{}]"#,
            "failure: strings.render_template: template: template:1: function \"call\" not defined"),
        Call("opa.runtime", "[]", "{}"),
    ])
    func `versions, units, identifiers and digests`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test func `a random UUID has version 4 and is the same within an evaluation`() throws {
        let harness = BuiltinHarness()
        let text = try harness.answer("uuid.rfc4122", #"["k"]"#)
        #expect(try harness.answer("uuid.rfc4122", #"["k"]"#) == text)
        #expect(try harness.answer("uuid.rfc4122", #"["l"]"#) != text)
        #expect(try harness.answer("uuid.parse", "[\(text)]") == #"{"variant": "RFC4122", "version": 4}"#)
    }

    @Test(arguments: [
        (
            #"{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}"#, #"{"id":"x"}"#,
            ["id: Invalid type. Expected: integer, given: string"]
        ),
        (#"{"required":["a","b"]}"#, "{}", ["(root): a is required", "(root): b is required"]),
        (
            #"{"properties":{"a":{"minimum":1,"exclusiveMaximum":3,"multipleOf":0.1}}}"#, #"{"a":3.05}"#,
            ["a: Must be a multiple of 0.1", "a: Must be less than 3"]
        ),
        (
            #"{"items":{"type":["string","null"]},"minItems":3,"uniqueItems":true}"#, #"["x",1]"#,
            ["1: Invalid type. Expected: string, null, given: integer", "(root): Array must have at least 3 items"]
        ),
        (
            #"{"additionalProperties":false,"patternProperties":{"^x-":{}}}"#, #"{"x-a":1,"b":2}"#,
            ["(root): Additional property b is not allowed"]
        ),
        (#"{"enum":["a",1]}"#, #"{"b":1}"#, [#"(root): (root) must be one of the following: "a", 1"#]),
        (
            #"{"oneOf":[{"required":["a"]},{"required":["b"]}]}"#, #"{"a":1,"b":2}"#,
            ["(root): Must validate one and only one schema (oneOf)"]
        ),
        (
            ##"{"$ref":"#/definitions/n","definitions":{"n":{"properties":{"s":{"pattern":"^a+$","maxLength":2}}}}}"##,
            #"{"s":"aab"}"#,
            ["s: String length must be less than or equal to 2", "s: Does not match pattern '^a+$'"]
        ),
        (
            #"{"if":{"required":["a"]},"then":{"required":["b"]}}"#, #"{"a":1}"#,
            [#"(root): Must validate "then" as "if" was valid"#, "(root): b is required"]
        ),
        (
            #"{"properties":{"t":{"format":"date-time"},"i":{"format":"ipv4"}}}"#, #"{"t":"2020-01-01","i":"1.2.3.4"}"#,
            ["t: Does not match format 'date-time'"]
        ),
        (#"{"not":{"const":{"a":1.0}}}"#, #"{"a":1}"#, ["(root): Must not validate the schema (not)"]),
        ("{}", "{}", []),
    ])
    func `schemas are checked in OPA's words`(schema: String, document: String, messages: [String]) throws {
        let harness = BuiltinHarness()
        let result = try harness.call("json.match_schema", "[\(document),\(schema)]")
        #expect(result.elements[1].elements.map { $0.lookup("error").string } == messages)
        #expect(result.elements[0] == .boolean(messages.isEmpty))
    }

    @Test(arguments: [
        (
            #"{"type":"unknown"}"#,
            "has a primitive type that is NOT VALID -- given: /unknown/ Expected valid values are:[array boolean integer number null object string]"
        ),
        (#"{"pattern":"("}"#, "pattern must be a valid regex"),
        (#"{"$ref":"https://example.com/s.json"}"#, "remote reference loading disabled: https://example.com/s.json"),
        (#"{"properties":[]}"#, "Invalid type. Expected: valid schema, given: properties"),
    ])
    func `unusable schemas are refused`(schema: String, message: String) throws {
        let harness = BuiltinHarness()
        let answer = try harness.call("json.verify_schema", "[\(schema)]")
        #expect(answer.elements.first == .false)
        #expect(answer.elements.last?.string == "jsonschema: \(message)")
        #expect(try harness.answer("json.match_schema", "[{},\(schema)]") == "failure: json.match_schema: \(message)")
    }

    @Test func `a schema that refers to itself stops`() throws {
        let schema = ##"{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/a"}}}"##
        #expect(
            try BuiltinHarness().answer("json.match_schema", "[{},\(schema)]")
                == "failure: json.match_schema: the schema's references go round in circles")
    }
}
