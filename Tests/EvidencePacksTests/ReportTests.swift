@testable import EvidencePacks
import Foundation
import Testing

struct ReportTests {
    @Test(arguments: [
        ("SOC2:CC6.1", "soc2-cc6.1"), ("HIPAA:164.312(a)(2)(i)", "hipaa-164.312.a.2.i"), ("NIST800-53:AU-12", "au-12"),
        ("ISO27001:8.15", "iso27001-8.15"), ("PCI-DSS:10.2.1", "pci-dss-10.2.1"), ("HOUSE:rule 7/b", "house-rule-7-b"),
    ])
    func `controls have names that OSCAL takes`(id: String, token: String) {
        #expect(AssessmentResults.controlID(id) == token)
    }

    @Test func `text in HTML is escaped, and pieces are not`() {
        let piece: HTML = "<b>\("a<b>&\"'")</b>"
        let page: HTML = "<p>\(piece) \(["<i>" as HTML, "</i>"])</p>"
        #expect(page.text == "<p><b>a&lt;b&gt;&amp;&quot;&#39;</b> <i></i></p>")
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")])
    func `numbers are grouped`(number: Int, text: String) {
        #expect(("\(number)" as HTML).text == text)
    }

    @Test(arguments: [(1.5, "1.50"), (0.005, "0.01"), (-2.25, "-2.25"), (100, "100.00")])
    func `coordinates have two digits behind the point`(number: Double, text: String) {
        #expect(("\(at: number)" as HTML).text == text)
    }

    @Test func `columns are days, weeks or months, and quiet days keep their place`() {
        func bars(_ days: [String]) -> (unit: String, count: Int) {
            let html = OutcomeChart(days: Dictionary(uniqueKeysWithValues: days.map { ($0, ["allow": 1]) })).html.text
            let unit = ["day", "week", "month"].first { html.contains("Decisions by \($0)") } ?? ""
            return (unit, html.components(separatedBy: "<rect").count - 1)
        }
        #expect(bars(["2026-10-01", "2026-10-31"]) == ("day", 2))
        #expect(bars(["2026-01-01", "2026-01-02", "2026-06-30"]) == ("week", 2))
        #expect(bars(["2024-01-01", "2026-06-30"]) == ("month", 2))
        #expect(OutcomeChart(days: [:]).html.text.contains("No decision was made"))
    }

    @Test(
        arguments: [
            ("2026-10-01", nil, "2026-10-01T00:00:00.000000000Z"),
            ("2026-10-01T02:00:00+02:00", nil, "2026-10-01T00:00:00.000000000Z"),
            ("2026-10-01T00:00:00.123456789Z", nil, "2026-10-01T00:00:00.123456789Z"),
            (nil, "2026-12-31", "2027-01-01T00:00:00.000000000Z"),
            (nil, "2026-12-31T10:00:00.5Z", "2026-12-31T10:00:00.500000000Z"),
        ] as [(String?, String?, String)])
    func `a period is written as dates or times`(from: String?, to: String?, instant: String) throws {
        let period = try PackPeriod(from: from, to: to, now: Date(timeIntervalSince1970: 4_000_000_000))
        #expect((from == nil ? period.to : period.from) == instant)
    }

    @Test(arguments: ["yesterday", "2026-13-01", "2026-10-01 00:00", "2026-10-01T00:00:00", ""])
    func `what is no time is refused`(text: String) {
        let error = #expect(throws: PackError.self) { try PackPeriod(from: text, to: nil, now: Date()) }
        #expect(error?.message == "--from `\(text)` is neither a date nor a time")
    }
}
