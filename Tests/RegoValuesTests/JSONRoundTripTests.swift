import RegoValues
import Testing

/// What is written is read again as the same value, whatever the value and however it is written.
struct JSONRoundTripTests {
    @Test(arguments: 0..<40) func `random values come back`(seed: UInt64) throws {
        var random = RandomValues(seed: seed)
        for round in 0..<25 {
            let heap = Heap()
            let value = random.value(in: heap, depth: 5)
            for options in [JSONWriter.Options.compact, .html, .pretty] {
                var text: [UInt8] = []
                JSONWriter.write(value, options: options, to: &text)
                let again = try heap.parseJSON(text)
                #expect(again == value, "seed \(seed), round \(round): \(String(decoding: text, as: UTF8.self))")
                #expect(Value.compare(again, value) == 0)
                #expect(JSONWriter.text(again, options: options) == String(decoding: text, as: UTF8.self))
                let document = try Document(json: text)
                #expect(withExtendedLifetime(document) { document.root == value })
            }
        }
    }

    @Test(arguments: 0..<20) func `space between tokens and the order of keys change nothing`(seed: UInt64) throws {
        var random = RandomValues(seed: 500 + seed)
        for _ in 0..<25 {
            let heap = Heap()
            let value = random.value(in: heap, depth: 4)
            let text = random.spelled(value)
            #expect(try heap.parseJSON(Array(text.utf8)) == value, "\(text)")
        }
    }
}

/// Values of every kind, and other spellings of them.
private struct RandomValues {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    private static let numbers = [
        "0", "-0", "1", "-17", "0.1", "1e3", "1E-7", "-2.50", "9007199254740993", "123456789012345678901234567890",
        "1e400",
        "0.30000000000000000000000000004", "4.9e-324",
    ]
    private static let texts = [
        "", "a", "key", "\"", "\\", "/", "\u{0}\u{1F}", "\n\r\t", "é", "e\u{301}", "😀", "\u{2028}", "</script>&",
        "\u{FFFD}",
        "\u{10FFFF}", "0123456789abcdef0123456789abcdef",
    ]

    mutating func value(in heap: Heap, depth: Int) -> Value {
        switch below(depth > 0 ? 8 : 5) {
        case 0: return .null
        case 1: return .boolean(below(2) == 0)
        case 2: return heap.number(literal: Self.numbers[below(Self.numbers.count)]) ?? .null
        case 3, 4: return heap.string(Self.texts[below(Self.texts.count)] + (below(3) == 0 ? "\(below(1000))" : ""))
        case 5, 6: return heap.array((0..<below(6)).map { _ in value(in: heap, depth: depth - 1) })
        default:
            let size = below(12)
            return heap.object(
                (0..<size).map {
                    (heap.string("\(Self.texts[below(Self.texts.count)])\($0)"), value(in: heap, depth: depth - 1))
                })
        }
    }

    /// The value with spaces between its tokens, and its keys in any order.
    mutating func spelled(_ value: Value) -> String {
        let space = [" ", "", "\n\t", "\r\n"][below(4)]
        switch value.kind {
        case .array:
            let items = value.elements.map { spelled($0) }
            return space + "[" + items.joined(separator: space + ",") + space + "]" + space
        case .object:
            var entries = value.entries.map { (JSONWriter.text($0.key), spelled($0.value)) }
            for index in entries.indices { entries.swapAt(index, below(entries.count)) }
            return space + "{" + entries.map { "\(space)\($0)\(space):\($1)" }.joined(separator: ",") + "}" + space
        default: return space + JSONWriter.text(value) + space
        }
    }
}
