import Redaction
import RegoValues
import RepeatableRandomness
import Testing

/// What holds for every text and value, tried on many that are put together by chance from pieces that detectors know.
@Suite struct PropertyTests {
    static let pieces = [
        "123-45-6789", "4111 1111 1111 1111", "4111111111111111", "DE89370400440532013000", "jane@acme.example",
        "+49 30 1234567", "(212) 555-0123", "10.0.0.1", "2001:db8::1", "DOB", "1980-02-29", "MRN", "1234567",
        "passport",
        "X1234567", "AKIAIOSFODNN7EXAMPLE", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "password",
        "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        "[REDACTED:email]", "[REDACTED:", "[email:abcdefghijklmnop]", "]", "word", "and", " ", " ", "-", ".", ",", "\n",
        ":",
        "1", "22", "333", "4444", "@", "ü", "\u{200b}", "１", "電話", "/", "x", "A", "_", "6789", "45", "123-", "secret",
    ]

    static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined(
            separator: Bool.random(using: &random) ? "" : " ")
    }

    static func scope() throws -> Redactor.Scope {
        Redactor.Scope(
            tenant: "acme",
            detectors: try CustomDetectors([
                CustomDetector(name: "greedy", pattern: #"[a-z]+:[^ ]* ?x"#),
                CustomDetector(name: "bracket", pattern: #"\][A-Z0-9]"#, form: .drop),
            ]))
    }

    @Test(arguments: RedactionForm.allCases)
    func `redacting again changes nothing, and the same text gives the same`(form: RedactionForm) throws {
        var random = SeededGenerator(seed: 41)
        let scope = try Self.scope()
        let names = Redactor.detectorNames + scope.detectors.ownNames
        for _ in 0..<4000 {
            let text = Self.text(&random)
            let once = try Redactor.test.redacted(text, names, form, in: scope)
            #expect(try Redactor.test.redacted(once, names, form, in: scope) == once, "\(text)")
            #expect(try Redactor.test.redacted(text, names, form, in: scope) == once)
            let left = Array(once.utf8).withUnsafeBufferPointer {
                Redactor.finds(in: $0, detectors: Set(names), custom: scope.detectors)
            }
            #expect(left.isEmpty, "\(text) -> \(once)")
        }
    }

    /// An oracle of its own: of these pieces none is left that is not part of a longer number or word.
    @Test func `nothing that can be validated is left behind`() throws {
        var random = SeededGenerator(seed: 43)
        var found = 0
        for _ in 0..<4000 {
            let text = Self.text(&random)
            let once = try Redactor.test.redacted(text, Redactor.detectorNames, .redact)
            for (piece, isInWords) in [
                ("123-45-6789", false), ("4111111111111111", true), ("4111 1111 1111 1111", true),
                ("jane@acme.example", true), ("-----BEGIN PRIVATE KEY-----", true), ("AKIAIOSFODNN7EXAMPLE", false),
            ] {
                #expect(!Self.stands(piece, in: once, isInWords: isInWords), "\(text) -> \(once)")
                if Self.stands(piece, in: text, isInWords: isInWords) { found += 1 }
            }
        }
        #expect(found > 2000)
    }

    /// Whether a piece stands somewhere without a digit next to it, nor a letter unless it is found in words too. Characters
    /// that show nothing do not part it from what is behind them.
    private static func stands(_ piece: String, in text: String, isInWords: Bool) -> Bool {
        func continues(_ scalar: Unicode.Scalar?) -> Bool {
            guard let scalar else { return false }
            return scalar.properties.numericType != nil || scalar == "\u{200b}"
                || !isInWords && scalar.properties.isAlphabetic && scalar.value < 0x3000
        }
        let (text, piece) = (Array(text.unicodeScalars), Array(piece.unicodeScalars))
        guard text.count >= piece.count else { return false }
        return (0...(text.count - piece.count)).contains { start in
            let end = start + piece.count
            return text[start..<end].elementsEqual(piece) && !continues(start > 0 ? text[start - 1] : nil)
                && !continues(end < text.count ? text[end] : nil)
        }
    }

    @Test func `only texts, numbers and names change`() throws {
        var random = SeededGenerator(seed: 47)
        for _ in 0..<500 {
            let heap = Heap()
            let value = Self.value(&random, heap, 4)
            let order = RedactionOrder(detectors: Redactor.detectorNames)
            let (rewritten, places) = Redactor.test.sanitize(value, [order], in: .test, heap: heap)
            #expect(Self.shape(rewritten) == Self.shape(value))
            #expect(places.isEmpty == (rewritten == value))
            let (again, more) = Redactor.test.sanitize(rewritten, [order], in: .test, heap: heap)
            #expect(again == rewritten)
            #expect(more.isEmpty)
        }
    }

    private static func value(_ random: inout SeededGenerator, _ heap: Heap, _ depth: Int) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &random))
        case 2: return .integer([1, 5000, 123_456_789, 4_111_111_111_111_111].randomElement(using: &random) ?? 0)
        case 3, 4: return heap.string(text(&random))
        case 5, 6:
            let count = Int.random(in: 0...4, using: &random)
            return heap.object((0..<count).map { _ in (heap.string(text(&random)), value(&random, heap, depth - 1)) })
        default:
            let count = Int.random(in: 0...4, using: &random)
            return heap.array((0..<count).map { _ in value(&random, heap, depth - 1) })
        }
    }

    /// Kinds and sizes; a number that is hidden is a text.
    private static func shape(_ value: Value) -> String {
        switch value.kind {
        case .object: "{" + value.entries.map { shape($0.value) }.sorted().joined(separator: ",") + "}"
        case .array: "[" + value.elements.map(shape).joined(separator: ",") + "]"
        case .string, .number: "s"
        default: JSONWriter.text(value)
        }
    }
}
