import Crypto
import Redaction
import RegoValues
import Testing

@Suite struct RedactionTests {
    func sanitize(_ json: String, _ detectors: [String], _ paths: [String], _ form: RedactionForm? = nil) throws -> (
        String, [RedactedPlace]
    ) {
        let heap = Heap()
        let value = try heap.parseJSON(Array(json.utf8))
        let order = RedactionOrder(
            detectors: detectors, paths: try paths.map { try #require(JSONPathPattern($0)) }, form: form)
        let (rewritten, places) = Redactor.test.sanitize(value, [order], in: .test, heap: heap)
        return (JSONWriter.text(rewritten), places)
    }

    func redacted(_ text: String, _ detector: String) throws -> String {
        try Redactor.test.redacted(text, [detector])
    }

    @Test(arguments: [
        ("us_ssn", "my ssn is 123-45-6789.", "my ssn is [REDACTED:us_ssn]."),
        ("us_ssn", "123 45 6789", "[REDACTED:us_ssn]"),
        ("us_ssn", "123\u{2013}45\u{2013}6789", "[REDACTED:us_ssn]"), ("us_ssn", "123456789", "[REDACTED:us_ssn]"),
        ("payment_card", "pay 4111 1111 1111 1111 2024 now", "pay [REDACTED:payment_card] 2024 now"),
        ("payment_card", "4111-1111-1111-1111", "[REDACTED:payment_card]"),
        ("payment_card", "378282246310005", "[REDACTED:payment_card]"),
        ("payment_card", "12 4111111111111111", "12 [REDACTED:payment_card]"),
        ("email", "to jane.doe+x@mail.acme.example!", "to [REDACTED:email]!"),
        ("email", "jürgen@bücher.example", "[REDACTED:email]"),
        ("phone", "call +49 30 1234567", "call [REDACTED:phone]"),
        ("phone", "(212) 555-0123", "[REDACTED:phone]"), ("phone", "212-555-0123", "[REDACTED:phone]"),
        ("ipv4", "from 10.0.0.255:80", "from [REDACTED:ipv4]:80"),
        ("iban", "DE89 3704 0044 0532 0130 00 AND MORE", "[REDACTED:iban] AND MORE"),
        ("iban", "to gb82west12345698765432", "to [REDACTED:iban]"),
        ("iban", "AB12 DE89370400440532013000", "AB12 [REDACTED:iban]"),
        ("aws_key", "AKIAIOSFODNN7EXAMPLE", "[REDACTED:aws_key]"),
        ("github_token", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[REDACTED:github_token]"),
        ("jwt", "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "Bearer [REDACTED:jwt]"),
        (
            "private_key", "x -----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY----- y",
            "x [REDACTED:private_key] y"
        ), ("private_key", "-----BEGIN PRIVATE KEY-----\nabc", "[REDACTED:private_key]"),
    ])
    func `a find is replaced and nothing around it`(detector: String, text: String, expected: String) throws {
        #expect(try redacted(text, detector) == expected)
    }

    @Test(arguments: [
        ("us_ssn", "000-12-3456"), ("us_ssn", "666-12-3456"), ("us_ssn", "900-12-3456"), ("us_ssn", "123-00-4567"),
        ("us_ssn", "123-45-0000"), ("us_ssn", "1234-45-67890"), ("us_ssn", "order 123456789 is late"),
        ("payment_card", "4111 1111 1111 1112"), ("payment_card", "1234567890123"),
        ("payment_card", "0000000000000000"),
        ("iban", "DE89370400440532013001"), ("iban", "ZZ89370400440532013000"), ("ipv4", "256.1.1.1"),
        ("ipv4", "1.2.3"), ("email", "jane at acme"), ("phone", "12345"), ("aws_key", "AKIA1234"),
        ("jwt", "a.b.c"), ("github_token", "ghp_short"),
    ])
    func `what only looks like it is left alone`(detector: String, text: String) throws {
        #expect(try redacted(text, detector) == text)
    }

    @Test(
        arguments: [
            (
                #"{"memo":"123-45-6789","other":"123-45-6789"}"#, ["$.memo"],
                #"{"memo":"[REDACTED:us_ssn]","other":"123-45-6789"}"#, ["/memo"]
            ),
            (
                #"{"items":[{"text":"a"},{"text":"123-45-6789"},{"x":"123-45-6789"}]}"#, ["$.items[*].text"],
                #"{"items":[{"text":"a"},{"text":"[REDACTED:us_ssn]"},{"x":"123-45-6789"}]}"#, ["/items/1/text"]
            ),
            (
                #"{"a":{"note":"123-45-6789","b":[{"note":["123-45-6789"]}]}}"#, ["$..note"],
                #"{"a":{"b":[{"note":["[REDACTED:us_ssn]"]}],"note":"[REDACTED:us_ssn]"}}"#,
                ["/a/b/0/note/0", "/a/note"]
            ),
            (#"{"a b":"123-45-6789"}"#, ["$['a b']"], #"{"a b":"[REDACTED:us_ssn]"}"#, ["/a b"]),
            (
                #"{"a":["123-45-6789","123-45-6789"]}"#, ["$.a[1]"], #"{"a":["123-45-6789","[REDACTED:us_ssn]"]}"#,
                ["/a/1"]
            ),
            (#"{"a":{"b":"123-45-6789"}}"#, ["$", "$.a.b"], #"{"a":{"b":"[REDACTED:us_ssn]"}}"#, ["/a/b"]),
            (#"{"a":{"b":"123-45-6789"}}"#, ["$.x", "$.a.b.c"], #"{"a":{"b":"123-45-6789"}}"#, []),
        ] as [(String, [String], String, [String])])
    func `paths name what is searched`(json: String, paths: [String], expected: String, places: [String]) throws {
        let (text, redactions) = try sanitize(json, ["us_ssn"], paths)
        #expect(text == expected)
        #expect(redactions == places.map { RedactedPlace(path: $0, detector: "us_ssn", count: 1) })
    }

    @Test func `a card number written as a number is hidden too`() throws {
        let (text, redactions) = try sanitize(#"{"card":4111111111111111,"amount":5000}"#, ["payment_card"], ["$"])
        #expect(text == #"{"amount":5000,"card":"[REDACTED:payment_card]"}"#)
        #expect(redactions == [RedactedPlace(path: "/card", detector: "payment_card", count: 1)])
    }

    @Test func `finds that overlap leave nothing between them`() throws {
        let (text, _) = try sanitize(
            #"{"m":"4111 1111 1111 1111 and 123-45-6789@x.example"}"#, ["us_ssn", "email", "payment_card", "phone"],
            ["$.m"])
        #expect(text == #"{"m":"[REDACTED:payment_card] and [REDACTED:email]"}"#)
    }

    @Test func `counts are by place and detector`() throws {
        let (_, redactions) = try sanitize(
            #"{"m":"a@b.example c@d.example 123-45-6789"}"#, ["email", "us_ssn"], ["$.m"])
        #expect(
            redactions == [
                RedactedPlace(path: "/m", detector: "email", count: 2),
                RedactedPlace(path: "/m", detector: "us_ssn", count: 1),
            ])
    }

    /// Each took minutes in a search that starts over after every find.
    @Test(arguments: [
        "1 ", "1", "DE89", "a@", "-----BEGIN PRIVATE KEY", "123-45-6789 ", "4111 1111 1111 1111 ", "4 ", "000-00-0000 ",
        "eyJaaaaaaaa.", "+1", "eyJ-", "eyJ-eyJ_-eyJ__-.", "eyJ-eyJhbGciOiJIUzI1NiJ9-.",
    ])
    func `a long text made to be slow is searched once`(piece: String) throws {
        let heap = Heap()
        let text = String(repeating: piece, count: (256 << 10) / piece.utf8.count)
        #expect(Redactor.test.view(heap.string(text), sensitive: [], in: .test, heap: heap).kind == .string)
    }

    @Test func `tens of thousands of members whose names are finds stay members, each once`() throws {
        let heap = Heap()
        let count = 50_000
        let entries = (0..<count).map { Entry(key: heap.string("a\($0)@b.co"), value: .integer(Int64($0))) }
        let shown = Redactor.test.view(heap.object(entries), sensitive: [], in: .test, heap: heap)
        let names = Set(shown.entries.map { String(decoding: $0.key.utf8, as: UTF8.self) })
        #expect(names.count == count)
        #expect(names.contains("[REDACTED:email]") && names.contains("[REDACTED:email]#\(count)"))
        #expect(names.allSatisfy { $0.hasPrefix("[REDACTED:email]") })
    }

    /// Each find told the whole path anew, and looked through its names for what they must not show.
    @Test func `tens of thousands of finds below one long name cost what they are long`() throws {
        let heap = Heap()
        let name = String(repeating: "~", count: 400_000)
        let finds = (0..<50_000).map { _ in heap.string("a@b.co") }
        let value = heap.object([(heap.string(name), heap.object([(.string("to"), heap.array(finds))]))])
        #expect(Redactor.test.view(value, sensitive: [], in: .test, heap: heap).kind == .object)
        let (_, places) = Redactor.test.sanitize(value, [RedactionOrder(detectors: ["email"])], in: .test, heap: heap)
        #expect(places == [RedactedPlace(path: "", detector: "email", count: 50_000)])
    }

    @Test func `of very many places the rest are counted for the whole`() throws {
        let heap = Heap()
        let value = heap.array((0..<1100).map { _ in heap.string("a@b.co 123-45-6789") })
        let orders = [RedactionOrder(detectors: ["email", "us_ssn"])]
        let (_, places) = Redactor.test.sanitize(value, orders, in: .test, heap: heap)
        #expect(places.count == 1026)
        #expect(
            places.prefix(3) == [
                RedactedPlace(path: "", detector: "email", count: 588),
                RedactedPlace(path: "", detector: "us_ssn", count: 588),
                RedactedPlace(path: "/0", detector: "email", count: 1),
            ])
    }

    @Test(arguments: [
        (511, "/" + String(repeating: "n", count: 511)), (512, ""),
        (507, "/" + String(repeating: "n", count: 507) + "/to"),
        (504, "/" + String(repeating: "n", count: 504) + "/to/0"),
    ])
    func `a path that is too long is that of what it stands in`(length: Int, path: String) throws {
        let heap = Heap()
        let name = String(repeating: "n", count: length)
        let inner = heap.object([(.string("to"), heap.array([heap.string("a@b.co")]))])
        let value = heap.object([(heap.string(name), inner)])
        let (_, places) = Redactor.test.sanitize(value, [RedactionOrder(detectors: ["email"])], in: .test, heap: heap)
        #expect(places == [RedactedPlace(path: path, detector: "email", count: 1)])
    }

    @Test(arguments: ["219099999", "-219099999", "-219099999.0", "-2.19099999e8", "219099999e0"])
    func `a sign or another spelling hides no number`(literal: String) throws {
        let heap = Heap()
        let value = heap.object([(.string("ssn"), try heap.parseJSON(Array(literal.utf8)))])
        let shown = Redactor.test.view(value, sensitive: [], in: .test, heap: heap)
        #expect(shown.lookup("ssn").string == "[REDACTED:us_ssn]")
    }

    @Test(arguments: [
        "eyJhbGciOiJIUzI1NiJ9", "x-eyJhbGciOiJIUzI1NiJ9", "eyJ-eyJhbGciOiJIUzI1NiJ9", "eyJ--eyJhbGciOiJIUzI1NiJ9",
        "eyJ---eyJhbGciOiJIUzI1NiJ9", "eyJ----eyJhbGciOiJIUzI1NiJ9",
        "eyJ" + String(repeating: "-", count: 5000) + "eyJhbGciOiJIUzI1NiJ9",
    ])
    func `a token is found behind whatever else stands in its run`(header: String) throws {
        #expect(try !redacted("\(header).eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl", "jwt").contains("c2lnbmF0dXJl"))
    }

    @Test func `every card of a run of digits is found`() throws {
        #expect(
            try redacted("4111 1111 1111 1111 4111 1111 1111 1111 5", "payment_card")
                == "[REDACTED:payment_card] [REDACTED:payment_card] 5")
    }

    @Test(arguments: ["", "memo", "$memo", "$.", "$..", "$.a[", "$.a[x]", "$.a[-1]", "$['a", "$.a..", "$[]"])
    func `what is no path is refused`(text: String) {
        #expect(JSONPathPattern(text) == nil)
    }
}
