public import Foundation
internal import RegoCompiler
internal import RegoSyntax
internal import RegoValues

/// Runs OPA's compliance cases and judges the answers by OPA's own rule (`v1/topdown/exported_test.go`).
public struct ConformanceSuite {
    /// One case that did not come out as wanted.
    public struct Miss: Sendable {
        public var category: String
        public var id: String
        public var problem: String
    }

    public struct Report: Sendable {
        public var passed = 0
        public var misses: [Miss] = []
        /// Cases where the error's code is right and only its text differs; they count as misses.
        public var textOnly = 0
        public var categories: [String: (passed: Int, failed: Int)] = [:]
    }

    public let directory: URL

    /// - Parameter directory: holds one folder for each category.
    public init(directory: URL) {
        self.directory = directory
    }

    /// Runs every case whose category or id contains `filter`.
    /// - Throws: when the directory cannot be read.
    public func run(filter: String? = nil) throws -> Report {
        var report = Report()
        let files = FileManager.default
        for category in try files.contentsOfDirectory(atPath: directory.path).sorted() {
            let folder = directory.appendingPathComponent(category)
            let names = ((try? files.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".json") }
            for name in names.sorted() {
                let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
                let document = try Document(json: bytes)
                for item in document.root.lookup("cases").elements {
                    guard let test = ConformanceCase(item) else { continue }
                    if let filter, !test.id.contains(filter), !category.contains(filter) { continue }
                    record(test, category, in: &report)
                }
            }
        }
        return report
    }

    private func record(_ test: ConformanceCase, _ category: String, in report: inout Report) {
        let outcome = ConformanceJudge(test: test).run()
        var count = report.categories[category] ?? (0, 0)
        if outcome.passed {
            report.passed += 1
            count.passed += 1
        } else {
            count.failed += 1
            if outcome.isTextOnly { report.textOnly += 1 }
            report.misses.append(Miss(category: category, id: test.id, problem: outcome.problem))
        }
        report.categories[category] = count
    }
}
