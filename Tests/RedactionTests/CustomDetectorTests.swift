import Redaction
import RegoValues
import Testing

/// Detectors that documents describe.
@Suite struct CustomDetectorTests {
    static func scope(_ detectors: CustomDetector...) throws -> Redactor.Scope {
        Redactor.Scope(tenant: "acme", detectors: try CustomDetectors(detectors))
    }

    static let badge = "badge"

    @Test func `a pattern finds, a group narrows, context and validators must hold`() throws {
        let scope = try Self.scope(
            CustomDetector(name: "badge", pattern: #"\bB-[0-9]{4}\b"#),
            CustomDetector(name: "case_number", pattern: #"(?i)case no\.? ([0-9]+)"#),
            CustomDetector(name: "ward", pattern: #"\b[A-Z][0-9]{2}\b"#, context: ["Ward", "bed"]),
            CustomDetector(name: "loyalty", pattern: #"\bL[0-9]{8}\b"#, validators: [.luhn], form: .keepLastFour))
        func redacted(_ text: String, _ name: String) throws -> String {
            try Redactor.test.redacted(text, [name], in: scope)
        }
        #expect(try redacted("xB-1234 B-1234 B-12345", "badge") == "xB-1234 [REDACTED:badge] B-12345")
        #expect(try redacted("Case No. 77 of 80", "case_number") == "Case No. [REDACTED:case_number] of 80")
        #expect(try redacted("in ward A12", "ward") == "in ward [REDACTED:ward]")
        #expect(try redacted("in room A12", "ward") == "in room A12")
        #expect(try redacted("L12345674 L12345675", "loyalty") == "*****5674 L12345675")
        let heap = Heap()
        let value = try heap.parseJSON(Array(#"{"bed_no":"A12","room":"A12"}"#.utf8))
        let (rewritten, _) = Redactor.test.sanitize(value, [.init(detectors: ["ward"])], in: scope, heap: heap)
        #expect(JSONWriter.text(rewritten) == #"{"bed_no":"[REDACTED:ward]","room":"A12"}"#)
    }

    @Test(arguments: ["(", "a*", "", "[0-9]{1001}", String(repeating: "a", count: 1001), "^"])
    func `a pattern that is none, or finds nothing, is refused`(pattern: String) {
        #expect(throws: DetectorError.self) { try CustomDetector(name: "x", pattern: pattern) }
    }

    @Test func `names are unique, and there is a bound`() throws {
        let email = try CustomDetector(name: "email", pattern: "x")
        #expect(throws: DetectorError.self) { try CustomDetectors([email]) }
        let many = try (0..<(CustomDetectors.most + 1)).map { try CustomDetector(name: "d\($0)", pattern: "x\($0)y") }
        #expect(throws: DetectorError.self) { try CustomDetectors(many) }
        let most = Redactor.Scope(tenant: "acme", detectors: try CustomDetectors(Array(many.dropLast())))
        let last = "d\(CustomDetectors.most - 1)"
        #expect(
            try Redactor.test.redacted("an x\(CustomDetectors.most - 1)y", [last], in: most) == "an [REDACTED:\(last)]")
    }

    /// The search goes by windows; what stands across the edge of one is found once.
    @Test(arguments: [0, 1, 1790, 1791, 1792, 1793, 2030, 2040, 2045, 2047, 2048, 2049, 3500, 5000])
    func `a find is found wherever it stands in a long text`(place: Int) throws {
        let scope = try Self.scope(CustomDetector(name: "badge", pattern: #"\bB[0-9]{12}\b"#))
        let text = String(repeating: ".", count: place) + "B123456789012" + String(repeating: ".", count: 3000)
        let expected = String(repeating: ".", count: place) + "[REDACTED:badge]" + String(repeating: ".", count: 3000)
        #expect(try Redactor.test.redacted(text, ["badge"], in: scope) == expected)
    }

    @Test func `an edge of a window is no edge of a word`() throws {
        let scope = try Self.scope(CustomDetector(name: "badge", pattern: #"\bB[0-9]+\b|^x"#))
        let text = String(repeating: "x", count: 9000) + " B" + String(repeating: "1", count: 100) + "a"
        #expect(try Redactor.test.redacted(text, ["badge"], in: scope).hasPrefix("[REDACTED:badge]xxxx"))
        #expect(try Redactor.test.redacted(text, ["badge"], in: scope).hasSuffix("11a"))
    }

    /// A search that starts over after every find would look at the rest of the text each time.
    @Test(arguments: ["[0-9]+x|[0-9]", "(?:a|aa)+b|a", "(a*)*c|a"])
    func `a pattern made to be slow is searched within its windows`(pattern: String) throws {
        let scope = try Self.scope(CustomDetector(name: "slow", pattern: pattern))
        let text = String(repeating: pattern.hasPrefix("[") ? "1" : "a", count: 64 << 10)
        #expect(try Redactor.test.redacted(text, ["slow"], in: scope).hasPrefix("[REDACTED:slow]"))
    }
}
