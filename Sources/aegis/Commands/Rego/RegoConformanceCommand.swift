internal import ArgumentParser
internal import Foundation
internal import RegoRuntime

struct RegoConformanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Run OPA's compliance cases.",
        discussion: """
            The last line is `N passed, N failed`. Example:
              aegis rego conformance cases/dev --floor 1500
            """)

    @Argument(help: "A folder with one folder for each category.")
    var directory: String

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Option(help: "Fail unless at least so many cases pass; without it, unless all pass.")
    var floor: Int?

    @Option(help: "Run only cases whose category or id contains this.")
    var filter: String?

    func run() throws {
        let report = try ConformanceSuite(directory: URL(fileURLWithPath: directory)).run(filter: filter)
        if json {
            try printJSON(report)
        } else {
            printText(report)
        }
        let isEnough = floor.map { report.passed >= $0 } ?? report.misses.isEmpty
        if !isEnough { throw ExitCode(1) }
    }

    private func printText(_ report: ConformanceSuite.Report) {
        for miss in report.misses { print("\(miss.category): \(miss.id): \(miss.problem)") }
        let failed = report.categories.filter { $0.value.failed > 0 }.sorted { $0.key < $1.key }
        if !failed.isEmpty { print("") }
        for (category, count) in failed {
            print("\(category): \(count.failed) of \(count.failed + count.passed) failed")
        }
        if report.textOnly > 0 { print("\(report.textOnly) failed in the error's text only") }
        print("\(report.passed) passed, \(report.misses.count) failed")
    }

    private func printJSON(_ report: ConformanceSuite.Report) throws {
        let misses = report.misses.map { ["category": $0.category, "id": $0.id, "problem": $0.problem] }
        let object: [String: Any] = ["passed": report.passed, "failed": report.misses.count, "misses": misses]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        print(String(decoding: data, as: UTF8.self))
    }
}
