import Testing

import RegoValues

@Suite struct JSONWriterTests {
    func canonical(_ text: String) throws -> String {
        let heap = Heap()
        var bytes: [UInt8] = []
        try JSONWriter.canonical(try heap.parseJSON(Array(text.utf8)), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        // RFC 8785, section 3.2.2 and appendix B.
        (
            #"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        ),
        // Section 3.2.3: keys by UTF-16 code units.
        (
            #"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        ),
        (
            "[-0,0.0,1.0,1e21,1e20,1e-6,1e-7,123456789012345680000,9007199254740992,5e-324]",
            "[0,0,1,1e+21,100000000000000000000,0.000001,1e-7,123456789012345680000,9007199254740992,5e-324]"
        ),
        ("{}", "{}"), ("[]", "[]"), (#""""#, #""""#),
        (#"{"b":1,"a":{"d":[],"c":null}}"#, #"{"a":{"c":null,"d":[]},"b":1}"#),
    ])
    func `canonical text is RFC 8785's`(text: String, expected: String) throws {
        if text.contains("333333333.33333329") {
            // The example's first number has more digits than its double: Aegis refuses such numbers.
            #expect(throws: CanonicalError.unrepresentableNumber("333333333.33333329")) { try canonical(text) }
            #expect(try canonical(text.replacing("333333333.33333329", with: "333333333.3333333")) == expected)
        } else {
            #expect(try canonical(text) == expected)
        }
    }

    @Test(arguments: [
        "9007199254740993", "1e400", "0.1000000000000000055511151231257827", "18446744073709551615", "-1e-400",
    ])
    func `numbers that a double changes have no canonical text`(text: String) {
        #expect(throws: CanonicalError.unrepresentableNumber(text)) { try canonical(text) }
    }

    @Test func `numbers of few digits are written as their doubles are`() throws {
        var numbers = SeededNumbers(state: 83)
        for _ in 0..<5000 {
            let digits =
                numbers.next() % UInt64([10, 1000, 10_000_000, 1_000_000_000_000_000][Int(numbers.next() % 4)])
            let text = "\(numbers.next() & 1 == 0 ? "-" : "")\(digits + 1)e\(Int(numbers.next() % 40) - 20)"
            let double = try #require(Double(text))
            let written = try canonical(text)
            #expect(Double(written) == double, "\(text)")
            #expect(written.utf8.count(where: { $0 == UInt8(ascii: "e") }) == (isPlain(double) ? 0 : 1), "\(text)")
            #expect(!written.contains(".") || !written.prefix(while: { $0 != "e" }).hasSuffix("0"), "\(text)")
        }
    }

    /// Where Number::toString of ECMAScript writes no exponent.
    private func isPlain(_ double: Double) -> Bool { (1e-6..<1e21).contains(double.magnitude) }

    @Test(arguments: [
        ("0", true), ("-0", false), ("0.0", true), ("-0.0", false), ("-0e5", false), ("1.50", true), ("-1.5", true),
        ("9007199254740992", true), ("9007199254740993", false), ("900719925474099300", true), ("1e300", true),
        ("1e308", true), ("1e309", false), ("1e-323", true), ("1e-324", false), ("0.1", true),
        ("0.100000000000000005", false), ("123456789012345.6", true), ("12345678901234567.8", false),
    ])
    func `a number survives canonical JSON or does not`(text: String, survives: Bool) throws {
        let heap = Heap()
        #expect(try heap.parseJSON(Array(text.utf8)).survivesCanonicalJSON == survives)
    }

    @Test func `keys that are no strings have no canonical text and the bytes stay as they were`() {
        let heap = Heap()
        let value = heap.object([(.string("a"), .true), (.integer(1), .null)])
        var bytes: [UInt8] = [1, 2]
        #expect(throws: CanonicalError.nonStringKey("1")) { try JSONWriter.canonical(value, to: &bytes) }
        #expect(bytes == [1, 2])
        #expect(JSONWriter.text(value) == #"{"1":null,"a":true}"#)
    }

    @Test(arguments: [
        (#"{"a":1,"id":"x","z":[{"id":2}]}"#, #"{"a":1,"z":[{"id":2}]}"#), (#"{"id":{"a":1},"z":2}"#, #"{"z":2}"#),
        (#"{"id":1}"#, "{}"), (#"{"b":2,"a":1}"#, #"{"a":1,"b":2}"#), ("{}", "{}"),
    ])
    func `an object's canonical text can leave one member out`(text: String, expected: String) throws {
        let heap = Heap()
        var bytes: [UInt8] = []
        try JSONWriter.canonical(try heap.parseJSON(Array(text.utf8)), omitting: "id", to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func `ill-formed strings are repaired in plain text and refused in canonical text`() {
        let heap = Heap()
        let value = heap.string(utf8: [0x61, 0xff, 0xe2, 0x82, 0x62])
        #expect(JSONWriter.text(value) == "\"a\u{fffd}\u{fffd}\u{fffd}b\"")
        var bytes: [UInt8] = []
        #expect(throws: CanonicalError.invalidUTF8) { try JSONWriter.canonical(value, to: &bytes) }
    }

    @Test func `pretty text has one member a line`() throws {
        let heap = Heap()
        let value = try heap.parseJSON(Array(#"{"a":[1,{}],"b":[]}"#.utf8))
        #expect(JSONWriter.text(value, options: .pretty) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
    }

    @Test func `HTML escapes are written where asked for`() {
        let heap = Heap()
        let value = heap.string("<a href=\"x\">&\u{2028}é</a>0123456789")
        #expect(
            JSONWriter.text(value, options: .html)
                == #""\u003ca href=\"x\"\u003e\u0026\u2028é\u003c/a\u003e0123456789""#)
    }

    @Test func `text written and read again is the same value`() throws {
        var numbers = SeededNumbers(state: 4)
        let heap = Heap()
        func draw(_ depth: Int) -> Value {
            let choice = numbers.next() % (depth > 3 ? 5 : 8)
            switch choice {
            case 0: return .null
            case 1: return .boolean(numbers.next() & 1 == 0)
            case 2: return .integer(Int64(bitPattern: numbers.next() >> (numbers.next() % 64)))
            case 3:
                return heap.number(
                    literal: "\(numbers.next() % 1000).\(numbers.next())e\(Int(numbers.next() % 40) - 20)") ?? .null
            case 4:
                let scalars = (0..<numbers.next() % 20).compactMap { _ in
                    Unicode.Scalar(UInt32(numbers.next() % (numbers.next() & 1 == 0 ? 0x80 : 0x1_0400)))
                }
                return heap.string(String(String.UnicodeScalarView(scalars)))
            case 5, 6: return heap.array((0..<Int(numbers.next() % 6)).map { _ in draw(depth + 1) })
            default:
                return heap.object(
                    (0..<Int(numbers.next() % 20)).map { _ in (heap.string("k\(numbers.next() % 30)"), draw(depth + 1))
                    })
            }
        }
        for _ in 0..<300 {
            let value = draw(0)
            let text = JSONWriter.text(value)
            let again = try heap.parseJSON(Array(text.utf8))
            #expect(again == value && again.contentHash == value.contentHash)
            #expect(JSONWriter.text(again) == text)
            let document = Document(copying: again)
            withExtendedLifetime(document) { #expect(document.root == value) }
        }
    }
}
