import Foundation
import PolicyTesting
import RegoRuntime
import RegoSyntax

/// What the tests of a folder came to: for people, for programs, and as JUnit.
struct PolicyTestReport {
    private struct Row {
        let suite: String
        let name: String
        let place: String
        let isPassed: Bool
        let isSkipped: Bool
        let lines: [String]
        let duration: Duration
        let fields: [String: Any]
    }

    let coverage: RuleCoverage
    private let rows: [Row]
    private let inputs: [(input: [UInt8], verdict: [UInt8])?]

    init(cases: PolicyTestRun, rego: RegoTestRun, folder: String) {
        coverage = cases.coverage
        let root = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        let found = cases.results.map { result in
            Row(
                suite: result.test, name: result.name,
                place: "\(root)/\(result.location.file):\(result.location.line):\(result.location.column)",
                isPassed: result.isPassed, isSkipped: false,
                lines: result.differences
                    + (result.explanation.map { ["decided: \(result.decided)"] + $0.briefLines } ?? []),
                duration: result.duration,
                fields: [
                    "test": result.test, "case": result.name, "differences": result.differences,
                    "decided": result.decided,
                ])
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
                place: "\(root)/\(result.location.file):\(result.location.line)", isPassed: isPassed,
                isSkipped: result.outcome == .skipped, lines: (line.isEmpty ? [] : [line]) + result.printed,
                duration: result.duration,
                fields: [
                    "test": result.location.file, "case": result.name, "differences": line.isEmpty ? [] : [line],
                    "decided": "",
                ])
        }
        rows = found + tests
        var inputs: [(input: [UInt8], verdict: [UInt8])?] = []
        for result in cases.results {
            guard let input = result.input, let verdict = result.verdict else {
                inputs.append(nil)
                continue
            }
            inputs.append((input: input, verdict: verdict))
        }
        self.inputs = inputs + tests.map { _ in nil }
    }

    var count: Int { rows.count }
    var failed: Int { rows.count { !$0.isPassed } }

    func lines(verbose: Bool) -> [String] {
        rows.filter { verbose || !$0.isPassed }.flatMap { row in
            ["\(row.isPassed ? "ok  " : "FAIL") \(row.place): \(row.suite): \(row.name)"]
                + (row.isPassed ? [] : row.lines.map { "     \($0)" })
        }
    }

    var summary: String { "\(rows.count - failed) passed, \(failed) failed" }

    var coverageLines: [String] {
        ["coverage: \(coverage.percent) % of \(coverage.rules.count) rules"]
            + coverage.missed.map { rule in
                "\(rule.location): \(rule.policy)/\(rule.rule): "
                    + (rule.asked == 0 ? "no case speaks about it" : "never matched in \(rule.asked) cases")
            }
    }

    func json(inputs shows: Bool, coverage showsCoverage: Bool) -> [String: Any] {
        var object: [String: Any] = [
            "passed": rows.count - failed, "failed": failed,
            "tests": zip(rows, inputs).map { row, input in
                var fields = row.fields
                fields["place"] = row.place
                fields["passed"] = row.isPassed
                fields["duration_us"] = row.duration / .microseconds(1)
                if shows, let input {
                    fields["input"] = try? JSONSerialization.jsonObject(with: Data(input.input))
                    fields["verdict"] = try? JSONSerialization.jsonObject(with: Data(input.verdict))
                }
                return fields
            },
        ]
        guard showsCoverage else { return object }
        object["coverage"] = [
            "percent": coverage.percent,
            "rules": coverage.rules.map { rule in
                [
                    "policy": rule.policy, "rule": rule.rule, "location": rule.location.description,
                    "matched": rule.matched, "asked": rule.asked,
                ] as [String: Any]
            },
        ]
        return object
    }

    /// The format of Ant's JUnit task, which CI systems read.
    var junit: String {
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
