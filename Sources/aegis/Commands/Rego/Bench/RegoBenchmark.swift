internal import ArgumentParser
internal import Foundation
internal import RegoRuntime
internal import RegoSyntax
internal import RegoValues

/// One policy with its data, input and query, ready to be timed: each run reads the input's JSON, evaluates, and writes
/// the answer's JSON.
final class RegoBenchmark {
    let folder: String
    private let evaluator: Evaluator
    private let input: [UInt8]
    private let heap = Heap()
    private var written: [UInt8] = []

    var name: String { (folder as NSString).lastPathComponent }

    /// - Parameter folder: holds policy.rego, data.json, input.json and query.txt.
    init(folder: String) throws {
        self.folder = folder
        let sources = try RegoSources(paths: [folder + "/policy.rego", folder + "/data.json"])
        let query = String(decoding: try RegoSources.read(folder + "/query.txt"), as: UTF8.self)
        let program = try Program(modules: sources.modules, data: try sources.data())
        evaluator = Evaluator(try program.prepare(query))
        input = try RegoSources.read(folder + "/input.json")
    }

    /// The folders to measure: `directory` itself, or those in it that hold a query.
    static func folders(in directory: String) throws -> [String] {
        let manager = FileManager.default
        if manager.fileExists(atPath: directory + "/query.txt") { return [directory] }
        let found = (try? manager.contentsOfDirectory(atPath: directory))?.sorted()
            .map { directory + "/" + $0 }
            .filter { manager.fileExists(atPath: $0 + "/query.txt") }
        guard let found, !found.isEmpty else {
            throw ValidationError("`\(directory)`: no folder with policy.rego, data.json, input.json and query.txt")
        }
        return found
    }

    /// The time that `count` runs take.
    func run(_ count: Int) throws -> Duration {
        try ContinuousClock().measure {
            for _ in 0..<count {
                heap.reset()
                let value = try evaluator.value(input: try heap.parseJSON(input), heap: heap)
                written.removeAll(keepingCapacity: true)
                JSONWriter.write(value, to: &written)
            }
        }
    }

    /// The answer's JSON.
    func answer() throws -> String {
        _ = try run(1)
        return String(decoding: written, as: UTF8.self)
    }

    /// How many runs take about the time of one round.
    func runsPerRound() throws -> Int {
        let probe = try run(200)
        return max(20, Int(200 * (Timings.round / max(probe, .microseconds(1)))))
    }
}

/// Microseconds for one run, of several rounds.
struct Timings {
    /// What a round should take.
    static let round = Duration.milliseconds(60)

    private var sorted: [Double] = []

    mutating func add(_ time: Duration, runs: Int) {
        sorted.append(time / .microseconds(1) / Double(max(1, runs)))
        sorted.sort()
    }

    var best: Double { sorted.first ?? 0 }
    var median: Double { sorted.isEmpty ? 0 : sorted[sorted.count / 2] }

    var object: [String: Any] { ["best_us": best, "median_us": median] }
}
