import Crypto
import Redaction
import RegoValues
import Testing

/// What stands in the place of finds, and what of a value stays as it was.
@Suite struct FormTests {
    static func sanitize(_ json: String, _ orders: RedactionOrder..., scope: Redactor.Scope = .test) throws -> (
        json: String, places: [RedactedPlace]
    ) {
        let heap = Heap()
        let (value, places) = Redactor.test.sanitize(
            try heap.parseJSON(Array(json.utf8)), orders, in: scope, heap: heap)
        return (JSONWriter.text(value), places)
    }

    @Test(arguments: [
        ("us_ssn", "ssn 123-45-6789.", "ssn ***-**-6789."),
        ("payment_card", "4111 1111 1111 1111", "**** **** **** 1111"),
        ("email", "jane@acme.example", "****@****.***mple"),
        ("ipv4", "1.2.3.4", "[REDACTED:ipv4]"), ("ipv4", "10.2.3.4", "**.*.3.4"),
        ("passport", "passport X123456", "passport ****456"),
        ("private_key", "-----BEGIN PRIVATE KEY-----\nab", "[REDACTED:private_key]"),
        ("email", "jürgen@bücher.example", "[REDACTED:email]"),
    ])
    func `the last four stay, of short finds fewer`(detector: String, text: String, expected: String) throws {
        #expect(try Redactor.test.redacted(text, [detector], .keepLastFour) == expected)
    }

    @Test func `dropped text is gone`() throws {
        #expect(try Redactor.test.redacted("to a@b.co now", ["email"], .drop) == "to  now")
        #expect(
            try Self.sanitize(#"{"n":4111111111111111}"#, .init(detectors: ["payment_card"], form: .drop)).json
                == #"{"n":null}"#)
    }

    @Test func `what dropping brings together is found too`() throws {
        let key = "-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----"
        #expect(
            try Redactor.test.redacted("123-4\(key)5-6789.", ["private_key", "us_ssn"], .drop) == "[REDACTED:us_ssn].")
    }

    @Test func `a pseudonym is the same for the same text, tenant and key, and no other`() throws {
        let one = try Redactor.test.redacted("a@b.co, c@d.co, a@b.co", ["email"], .pseudonym)
        let tokens = one.split(separator: ", ").map(String.init)
        #expect(tokens.count == 3)
        #expect(tokens[0] == tokens[2])
        #expect(tokens[0] != tokens[1])
        #expect(tokens[0].wholeMatch(of: /\[email:[a-z]{16}\]/) != nil, "\(tokens[0])")
        #expect(try Redactor.test.redacted("a@b.co", ["email"], .pseudonym) == tokens[0])
        #expect(
            try Redactor.test.redacted("a@b.co", ["email"], .pseudonym, in: Redactor.Scope(tenant: "globex"))
                != tokens[0])
        let other = Redactor(pseudonymKey: SymmetricKey(data: [UInt8](repeating: 8, count: 32)))
        #expect(try other.redacted("a@b.co", ["email"], .pseudonym) != tokens[0])
    }

    @Test func `the strictest form that is asked for is taken`() throws {
        let both = try Self.sanitize(
            #"{"m":"123-45-6789"}"#, .init(detectors: ["us_ssn"], form: .keepLastFour),
            .init(detectors: ["us_ssn"], form: .redact))
        #expect(both.json == #"{"m":"[REDACTED:us_ssn]"}"#)
        let overlapping = try Self.sanitize(
            #"{"m":"123-45-6789@acme.example"}"#, .init(detectors: ["email"], form: .keepLastFour),
            .init(detectors: ["us_ssn"], form: .redact))
        #expect(overlapping.json == #"{"m":"[REDACTED:email]"}"#)
    }

    @Test(
        arguments: [
            (#"{"123-45-6789":1}"#, #"{"[REDACTED:us_ssn]":1}"#, ["/[REDACTED:us_ssn]"]),
            (
                #"{"123-45-6789":1,"234-56-7891":2}"#, #"{"[REDACTED:us_ssn]":1,"[REDACTED:us_ssn]#2":2}"#,
                ["/[REDACTED:us_ssn]", "/[REDACTED:us_ssn]#2"]
            ),
            (#"{"a/b~c":"123-45-6789"}"#, #"{"a/b~c":"[REDACTED:us_ssn]"}"#, ["/a~1b~0c"]),
            (#"{"ssn":123456789}"#, #"{"ssn":"[REDACTED:us_ssn]"}"#, ["/ssn"]),
            (#"[["123-45-6789"]]"#, #"[["[REDACTED:us_ssn]"]]"#, ["/0/0"]),
            (#""123-45-6789""#, #""[REDACTED:us_ssn]""#, [""]),
        ] as [(String, String, [String])])
    func `names are redacted like values, and no member is lost`(json: String, expected: String, places: [String])
        throws
    {
        let (text, found) = try Self.sanitize(json, .init(detectors: ["us_ssn"]))
        #expect(text == expected)
        #expect(found == places.map { RedactedPlace(path: $0, detector: "us_ssn", count: 1) })
    }

    @Test func `a path never shows what a detector would hide, also one that was not asked`() throws {
        let (text, places) = try Self.sanitize(#"{"a@b.co":"123-45-6789"}"#, .init(detectors: ["us_ssn"]))
        #expect(text == #"{"a@b.co":"[REDACTED:us_ssn]"}"#)
        #expect(places == [RedactedPlace(path: "/[REDACTED:email]", detector: "us_ssn", count: 1)])
    }

    @Test(arguments: [
        (#"{"date_of_birth":"1980-02-29"}"#, "date_of_birth"), (#"{"patientDOB":"29.02.1980"}"#, "date_of_birth"),
        (#"{"mrn":1234567}"#, "medical_record"), (#"{"passport_no":"561234567"}"#, "passport"),
        (#"{"contact":{"mobilePhone":["2125550123"]}}"#, "phone"),
        (#"{"client_secret":"k3yboard-c4t-9x"}"#, "high_entropy_secret"),
    ])
    func `the name of a member says what its value is`(json: String, detector: String) throws {
        let (text, places) = try Self.sanitize(json, .init(detectors: Redactor.detectorNames))
        #expect(places.map(\.detector) == [detector], "\(text)")
    }

    @Test(arguments: [
        #"{"amount":123456,"at":1795000000000,"ok":true,"none":null,"list":[1,2.5,"a"],"deep":{"x":{"y":"z"}}}"#,
        #"{"date":"1980-02-29","name":"Jane","id":"1234567"}"#,
    ])
    func `what is none is left as it is`(json: String) throws {
        let (text, places) = try Self.sanitize(json, .init(detectors: Redactor.detectorNames))
        let heap = Heap()
        #expect(text == JSONWriter.text(try heap.parseJSON(Array(json.utf8))))
        #expect(places.isEmpty)
    }

    @Test func `a marker around a secret does not hide it`() throws {
        #expect(
            try Redactor.test.redacted("[REDACTED:4111111111111111]", ["payment_card"])
                == "[REDACTED:[REDACTED:payment_card]]")
        #expect(try Redactor.test.redacted("[email:a@b.co]", ["email"]) == "[email:[REDACTED:email]]")
        #expect(try Redactor.test.redacted("[REDACTED:AKIAIOSFODNN7EXAMPLE]").contains("AKIA") == false)
    }

    @Test func `sensitive places are gone from what is shown`() throws {
        let heap = Heap()
        let value = try heap.parseJSON(Array(#"{"to":{"a":1},"memo":"a@b.co","list":[{"pin":1},{"pin":2}]}"#.utf8))
        let paths = try ["$.to", "$.list[*].pin"].map { try #require(JSONPathPattern($0)) }
        let shown = Redactor.test.view(value, sensitive: paths, in: .test, heap: heap)
        #expect(
            JSONWriter.text(shown)
                == #"{"list":[{"pin":"[SENSITIVE]"},{"pin":"[SENSITIVE]"}],"memo":"[REDACTED:email]","to":"[SENSITIVE]"}"#
        )
    }

    @Test func `a view that tells values apart gives one value one pseudonym`() throws {
        let heap = Heap()
        let value = try heap.parseJSON(Array(#"{"a":"a@b.co","b":"a@b.co","c":"c@b.co","p":[1,1,2,{"x":1}]}"#.utf8))
        let paths = [try #require(JSONPathPattern("$.p[*]"))]
        let shown = Redactor.test.view(value, sensitive: paths, in: .test, tellsApart: true, heap: heap)
        let texts = ["a", "b", "c"].map { shown.lookup(heap.string($0)).string ?? "" }
        let hidden = shown.lookup("p").elements.map { $0.string ?? "" }
        #expect(texts.allSatisfy { $0.wholeMatch(of: #/\[email:[a-z]{16}\]/#) != nil }, "\(texts)")
        #expect(hidden.allSatisfy { $0.wholeMatch(of: #/\[sensitive:[a-z]{16}\]/#) != nil }, "\(hidden)")
        #expect(texts[0] == texts[1] && texts[0] != texts[2])
        #expect(hidden[0] == hidden[1] && Set(hidden).count == 3)
    }
}
