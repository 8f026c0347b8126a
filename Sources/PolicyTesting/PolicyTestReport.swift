public import Approvals
import Foundation
import RegoRuntime
import RegoSyntax

/// What the tests of a folder came to: for people, for programs, and as JUnit.
public struct PolicyTestReport: Sendable {
    private struct Row: Sendable {
        let suite: String
        let name: String
        let place: String
        let isPassed: Bool
        let isSkipped: Bool
        let lines: [String]
        let duration: Duration
        /// What differs, a line each.
        let differences: [String]
        let decided: String
        let shown: (input: [UInt8], verdict: [UInt8])?
    }

    public let coverage: RuleCoverage
    private let rows: [Row]

    /// - Parameter folder: the root of the files' names, as people know it; empty where there is none.
    public init(cases: PolicyTestRun, rego: RegoTestRun, folder: String) {
        coverage = cases.coverage
        let root = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
        let found = cases.results.map { result in
            Row(
                suite: result.test, name: result.name,
                place: "\(root)\(result.location.file):\(result.location.line):\(result.location.column)",
                isPassed: result.isPassed, isSkipped: false,
                lines: result.differences
                    + (result.explanation.map { ["decided: \(result.decided)"] + $0.briefLines } ?? []),
                duration: result.duration,
                differences: result.differences, decided: result.decided,
                shown: result.input.flatMap { input in result.verdict.map { (input, $0) } })
        }
        let tests = rego.results.map { result in
            let (isPassed, line): (Bool, String) =
                switch result.outcome {
                case .passed: (true, "")
                case .skipped: (true, "skipped: its name starts with `todo_test_`")
                case .failed: (false, "it does not hold")
                case .error(let message): (false, message)
                }
            return Row(
                suite: result.location.file, name: result.name,
                place: "\(root)\(result.location.file):\(result.location.line)", isPassed: isPassed,
                isSkipped: result.outcome == .skipped, lines: (line.isEmpty ? [] : [line]) + result.printed,
                duration: result.duration, differences: line.isEmpty ? [] : [line], decided: "", shown: nil)
        }
        rows = found + tests
    }

    public var count: Int { rows.count }
    public var failed: Int { rows.count { !$0.isPassed } }

    public func lines(verbose: Bool) -> [String] {
        rows.filter { verbose || !$0.isPassed }.flatMap { row in
            ["\(row.isPassed ? "ok  " : "FAIL") \(row.place): \(row.suite): \(row.name)"]
                + (row.isPassed ? [] : row.lines.map { "     \($0)" })
        }
    }

    public var summary: String { "\(rows.count - failed) passed, \(failed) failed" }

    public var coverageLines: [String] {
        ["coverage: \(coverage.percent) % of \(coverage.rules.count) rules"]
            + coverage.missed.map { rule in
                "\(rule.location): \(rule.policy)/\(rule.rule): "
                    + (rule.asked == 0 ? "no case speaks about it" : "never matched in \(rule.asked) cases")
            }
    }

    /// - Parameters:
    ///   - inputs: whether each case comes with what it gave the policies, in clear, and what the rules alone said to it.
    ///   - showsCoverage: whether it is told which rules were seen at work.
    public func write(to json: inout JSONText, inputs: Bool = false, coverage showsCoverage: Bool = true) {
        json.object { json in
            json.field("passed", Int64(rows.count - failed))
            json.field("failed", Int64(failed))
            json.key("tests")
            json.array { json in for row in rows { Self.write(row, showsInput: inputs, to: &json) } }
            guard showsCoverage else { return }
            json.key("coverage")
            json.object { json in
                json.key("percent")
                json.raw("\(coverage.percent)".utf8)
                json.key("rules")
                json.array { json in
                    for rule in coverage.rules {
                        json.object { json in
                            json.field("policy", rule.policy)
                            json.field("rule", rule.rule)
                            json.field("location", rule.location.description)
                            json.field("matched", Int64(rule.matched))
                            json.field("asked", Int64(rule.asked))
                        }
                    }
                }
            }
        }
    }

    private static func write(_ row: Row, showsInput: Bool, to json: inout JSONText) {
        json.object { json in
            json.field("test", row.suite)
            json.field("case", row.name)
            json.field("place", row.place)
            json.key("passed")
            json.boolean(row.isPassed)
            json.field("differences", row.differences)
            json.field("decided", row.decided)
            json.field("why", row.lines)
            json.field("duration_us", Int64(row.duration / .microseconds(1)))
            guard showsInput, let shown = row.shown else { return }
            json.key("input")
            json.raw(shown.input)
            json.key("verdict")
            json.raw(shown.verdict)
        }
    }

    /// The format of Ant's JUnit task, which CI systems read.
    public var junit: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites tests=\"\(count)\" failures=\"\(failed)\">\n"
        var suites: [String] = []
        for row in rows where !suites.contains(row.suite) { suites.append(row.suite) }
        for suite in suites {
            let cases = rows.filter { $0.suite == suite }
            text += "  <testsuite name=\"\(Self.escaped(suite))\" tests=\"\(cases.count)\" "
            text += "failures=\"\(cases.count { !$0.isPassed })\" skipped=\"\(cases.count(where: \.isSkipped))\">\n"
            for row in cases {
                let seconds = String(format: "%.6f", row.duration / .seconds(1))
                text +=
                    "    <testcase classname=\"\(Self.escaped(suite))\" name=\"\(Self.escaped(row.name))\" time=\"\(seconds)\""
                if row.isSkipped {
                    text += "><skipped/></testcase>\n"
                } else if row.isPassed {
                    text += "/>\n"
                } else {
                    let detail = ([row.place] + row.lines).joined(separator: "\n")
                    text +=
                        "><failure message=\"\(Self.escaped(row.lines.first ?? ""))\">\(Self.escaped(detail))</failure></testcase>\n"
                }
            }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                result += "\u{FFFD}"  // XML 1.0 has no such characters, not even escaped
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
