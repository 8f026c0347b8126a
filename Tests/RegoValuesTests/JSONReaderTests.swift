import Testing

import RegoValues

/// Reads and writes text back in one heap.
func roundTrip(_ text: String, _ limits: JSONLimits = .init()) throws(JSONError) -> String {
    let heap = Heap()
    let value = try heap.parseJSON(Array(text.utf8), limits: limits)
    return withExtendedLifetime(heap) { JSONWriter.text(value) }
}

@Suite struct JSONReaderTests {
    @Test(arguments: [
        (#"{}"#, #"{}"#), ("[]", "[]"), (" \t\r\n1 ", "1"), ("-0", "-0"), ("-0.0e+1", "-0.0e+1"), ("0", "0"),
        ("[1 , 2]", "[1,2]"), (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#), ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"), ("9223372036854775808", "9223372036854775808"),
        ("123456789012345678901234567890.5E-7", "123456789012345678901234567890.5E-7"), ("true", "true"),
        ("[false,null]", "[false,null]"), (#""""#, #""""#), (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\b\f\n\r\t""#),
        (#""\u0041\u00e9\u20ac\ud83d\ude00""#, "\"Aé€😀\""), ("\"é€😀\u{7f}\"", "\"é€😀\u{7f}\""),
        (#""0123456789012345678\u0000""#, #""0123456789012345678\u0000""#), (#"{"":{"":[]}}"#, #"{"":{"":[]}}"#),
        (#"{"a\u0062":1}"#, #"{"ab":1}"#),
    ])
    func `valid text is read and written back`(text: String, expected: String) throws {
        #expect(try roundTrip(text) == expected)
    }

    @Test(arguments: [
        ("", "1:1: expected a value, found the end of the text"),
        (" ", "1:2: expected a value, found the end of the text"),
        ("[1,]", "1:4: expected a value, found `]`"), ("[1", "1:3: expected `,` or `]`, found the end of the text"),
        ("[1 2]", "1:4: expected `,` or `]`, found `2`"), ("{\"a\":1,}", "1:8: expected a string as key, found `}`"),
        ("{a:1}", "1:2: expected a string as key, found `a`"), ("{\"a\" 1}", "1:6: expected `:`, found `1`"),
        ("{\"a\":1", "1:7: expected `,` or `}`, found the end of the text"),
        ("1 1", "1:3: expected the end of the text, found `1`"),
        ("01", "1:1: `01` is no number"), ("-", "1:1: `-` is no number"), ("1.", "1:1: `1.` is no number"),
        ("-01", "1:1: `-01` is no number"), (".5", "1:1: expected a value, found `.`"),
        ("1e", "1:1: `1e` is no number"),
        ("1e+", "1:1: `1e+` is no number"), ("+1", "1:1: expected a value, found `+`"),
        ("0x1", "1:2: expected the end of the text, found `x`"),
        ("1e4000000000", "1:1: `1e4000000000` is no number"), ("NaN", "1:1: expected a value, found `N`"),
        ("Infinity", "1:1: expected a value, found `I`"), ("tru", "1:1: expected a value, found `t`"),
        ("falsy", "1:1: expected a value, found `f`"), ("nul", "1:1: expected a value, found `n`"),
        ("\"a", "1:3: the string has no closing quote"), ("\"a\\", "1:4: the string has no closing quote"),
        ("\"\\x\"", "1:2: invalid escape in a string"), ("\"\\u12g4\"", "1:2: `\\u` needs four hexadecimal digits"),
        ("\"\\ud800\"", "1:2: half of a surrogate pair in a string"),
        ("\"\\ud800\\u0041\"", "1:2: half of a surrogate pair in a string"),
        ("\"\\udc00\"", "1:2: half of a surrogate pair in a string"),
        ("\"a\u{1}\"", "1:3: control character 1 in a string; write it as an escape"),
        ("\n\n \"a\tb\"", "3:4: control character 9 in a string; write it as an escape"),
        ("\u{feff}1", "1:1: expected a value, found byte 239"),
        ("{\"a\":1,\"b\":2,\"a\":3}", "1:14: duplicate key `a`"),
        ("{\"a\":1,\"\\u0061\":3}", "1:8: duplicate key `a`"), ("'a'", "1:1: expected a value, found `'`"),
        ("[1,2]]", "1:6: expected the end of the text, found `]`"), ("\u{0}", "1:1: expected a value, found byte 0"),
        ("[1]\u{0}", "1:4: expected the end of the text, found byte 0"),
        ("\"a\u{0}\"", "1:3: control character 0 in a string; write it as an escape"),
    ])
    func `invalid text is refused with its place`(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try roundTrip(text) }
        #expect(error?.description == message)
    }

    @Test(
        arguments: [
            [0x80], [0xc0, 0xaf], [0xc1, 0x81], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0xff], [0xc3],
        ] as [[UInt8]])
    func `ill-formed UTF-8 is refused`(bytes: [UInt8]) {
        let heap = Heap()
        let error = #expect(throws: JSONError.self) { try heap.parseJSON([0x22, 0x61] + bytes + [0x22]) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == 2)
    }

    @Test func `nesting stops at the limit`() throws {
        let limits = JSONLimits(depth: 3)
        #expect(try roundTrip("[[[]]]", limits) == "[[[]]]")
        #expect(throws: JSONError.self) { try roundTrip("[[[[]]]]", limits) }
        #expect(throws: JSONError.self) { try roundTrip(#"{"a":[{"b":[]}]}"#, limits) }
        #expect(try roundTrip("[[],[],[],[[]],[[]]]", limits) == "[[],[],[],[[]],[[]]]")
    }

    @Test func `text stops at the limit of length`() {
        let error = #expect(throws: JSONError.self) { try roundTrip("[1,2,3]", JSONLimits(byteCount: 6)) }
        #expect(error?.code == .tooLong)
    }

    @Test func `the last of equal keys wins where asked for`() throws {
        let limits = JSONLimits(duplicateKeys: .lastWins)
        #expect(try roundTrip(#"{"b":0,"a":1,"c":9,"a":2,"a":3,"b":4}"#, limits) == #"{"a":3,"b":4,"c":9}"#)
    }

    @Test func `lone surrogates become U+FFFD where asked for`() throws {
        let limits = JSONLimits(loneSurrogates: .replace)
        #expect(try roundTrip(#""a\ud800b\udc00\ud800\ud83d\ude00""#, limits) == "\"a\u{fffd}b\u{fffd}\u{fffd}😀\"")
    }

    @Test func `every prefix of a text is refused and none reads on`() throws {
        let text = Array(#"{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude00é",true,false,null,{"k":"v"}]}"#.utf8)
        let heap = Heap()
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try heap.parseJSON(Array(text[..<count])) }
        }
        #expect(try heap.parseJSON(text).count == 1)
    }

    @Test func `damaged text is refused or means what its own text says`() throws {
        var numbers = SeededNumbers(state: 5)
        let original = Array(
            #"{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude00é",true,false,null,{"k":"v","l":1.0}],"b":{"c":"\n\t\\"},"d":12345678901234567890}"#
                .utf8)
        let heap = Heap()
        var accepted = 0
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0...numbers.next() % 3 {
                let place = Int(numbers.next() % UInt64(bytes.count))
                switch numbers.next() % 4 {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(truncatingIfNeeded: numbers.next()), at: place)
                case 2: bytes[place] = bytes[Int(numbers.next() % UInt64(bytes.count))]
                default: bytes[place] = UInt8(truncatingIfNeeded: numbers.next())
                }
            }
            heap.reset()
            do throws(JSONError) {
                let value = try heap.parseJSON(bytes)
                let again = try heap.parseJSON(Array(JSONWriter.text(value).utf8))
                #expect(again == value)
                accepted += 1
            } catch {
                #expect(error.offset >= 0 && error.offset <= bytes.count && error.line > 0 && error.column > 0)
            }
        }
        #expect(accepted > 100)
    }
}
