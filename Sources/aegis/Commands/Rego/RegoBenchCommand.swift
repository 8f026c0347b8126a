internal import ArgumentParser
internal import Foundation
internal import RegoRuntime
internal import RegoSyntax
internal import RegoValues

struct RegoBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure evaluations, the parsing of the input included.",
        discussion: """
            Each folder holds policy.rego, data.json, input.json and query.txt.
            Example:
              aegis rego bench Benchmarks/rego
            """)

    @Argument(help: "A benchmark's folder, or a folder of them.")
    var directory: String

    @Option(help: "How many rounds; the fastest and the median are printed.")
    var rounds = 15

    @Flag(help: "Print the figures as JSON.")
    var json = false

    func run() throws {
        let manager = FileManager.default
        let folders: [String]
        if manager.fileExists(atPath: directory + "/query.txt") {
            folders = [directory]
        } else {
            folders = try manager.contentsOfDirectory(atPath: directory).sorted()
                .map { directory + "/" + $0 }
                .filter { manager.fileExists(atPath: $0 + "/query.txt") }
        }
        var figures: [(name: String, best: Double, median: Double)] = []
        for folder in folders {
            let times = try measure(folder)
            figures.append(((folder as NSString).lastPathComponent, times[0], times[times.count / 2]))
        }
        if json {
            let object = figures.map { ["name": $0.name, "best_us": $0.best, "median_us": $0.median] as [String: Any] }
            print(String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self))
        } else {
            for figure in figures {
                let name = figure.name.padding(toLength: 16, withPad: " ", startingAt: 0)
                print("\(name) best \(Self.shown(figure.best)) µs   median \(Self.shown(figure.median)) µs")
            }
        }
    }

    /// Microseconds for one evaluation in each round, sorted.
    private func measure(_ folder: String) throws -> [Double] {
        let sources = try RegoSources(paths: [folder + "/policy.rego", folder + "/data.json"])
        let query = String(decoding: try RegoSources.read(folder + "/query.txt"), as: UTF8.self)
        let input = try RegoSources.read(folder + "/input.json")
        let program = try Program(modules: sources.modules, data: try sources.data())
        let evaluator = Evaluator(try program.prepare(query))
        let heap = Heap()
        let clock = ContinuousClock()
        var sink = 0
        func evaluate(_ count: Int) throws {
            for _ in 0..<count {
                heap.reset()
                let value = try heap.parseJSON(input)
                sink &+= try evaluator.value(input: value, heap: heap).count
            }
        }
        try evaluate(200)
        let probe = try clock.measure { try evaluate(200) }
        let count = max(20, Int(200 * (Duration.milliseconds(60) / probe)))
        return try (0..<max(1, rounds)).map { _ in
            let time = try clock.measure { try evaluate(count) }
            return time / .microseconds(1) / Double(count)
        }.sorted()
    }

    private static func shown(_ microseconds: Double) -> String {
        let text = String(format: "%.2f", microseconds)
        return String(repeating: " ", count: max(0, 9 - text.count)) + text
    }
}
