import ArgumentParser
import Foundation

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract:
            "Time decisions in this process: the whole story from JSON bytes to answer, with and without the durable record.",
        discussion: """
            CALLS is a JSON file: {"calls": [{"name": "a payment", "key_id": "finance-1", "expect": "allow", "body": {…}}]}, each body as
            POST /v1/decisions takes it. A call that is not answered as expected ends the run, since its time would mean nothing.

            EXAMPLES
              aegis bench Benchmarks/policies --calls Benchmarks/calls.json
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Option(help: "The calls to time.")
    var calls: String

    @Option(help: "How often each call is decided.")
    var rounds = 2000

    @Option(help: "A folder on the disk that is to be measured (default: the current one).")
    var home = "."

    @Option(help: "How many callers wait at the same time where decisions are timed under load.")
    var callers = 64

    @Flag(help: "Also measure what a decision costs among 10, 1 000 and 10 000 policies, agents and tools.")
    var growth = false

    @Option(help: "Instead of timing anything: record this many decisions in --home, as a gateway's data directory.")
    var record: Int?

    func run() async throws {
        if let record { return try await fill(record) }
        guard rounds > 0, callers > 0 else {
            throw CommandFailure("--rounds and --callers have to be at least 1", exitCode: 2)
        }
        let timed = try TimedCall.read(calls)
        let policies = try PolicyFolder.read(folder)
        try await inPlace { place in
            let bench = try await DecisionBench(policies: policies, calls: timed, place: place)
            try await oneCaller(bench, timed)
            Output.line("")
            try await load(bench, timed)
            try await bench.close()
        }
        guard growth else { return }
        Output.line("")
        try await grow()
    }

    /// Leaves a trail with its inputs behind, for whatever reads one.
    private func fill(_ count: Int) async throws {
        guard count > 0, callers > 0 else {
            throw CommandFailure("--record and --callers have to be at least 1", exitCode: 2)
        }
        let place = URL(fileURLWithPath: home, isDirectory: true)
        let keys = place.appendingPathComponent("keys", isDirectory: true)
        try FileManager.default.createDirectory(
            at: keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let timed = try TimedCall.read(calls)
        let bench = try await DecisionBench(
            policies: try PolicyFolder.read(folder), calls: timed, place: place, keyFolder: keys)
        await bench.record(timed, count: count, callers: callers)
        try await bench.close()
        Output.line("recorded \(count) decisions in \(place.path)")
    }

    private func oneCaller(_ bench: DecisionBench, _ calls: [TimedCall]) async throws {
        var rows: [[String]] = []
        for call in calls {
            let alone = try await bench.timeEvaluation(call, rounds: rounds)
            let none = try await bench.time(call, rounds: rounds, isRecorded: false)
            let durable = try await bench.time(call, rounds: max(1, rounds / 4), isRecorded: true)
            rows.append([call.name] + [alone, none, durable].flatMap { [$0.text(50), $0.text(99)] })
        }
        Output.table(
            [
                "CALL", "EVALUATION P50 µs", "P99", "DECISION P50 µs", "P99", "WITH DURABLE RECORD P50 µs", "P99",
            ], rows)
        Output.line("")
        Output.table(
            ["REDACTION", "P50 µs", "P99 µs"],
            try RedactionBench().run(rounds: rounds).map { name, times in [name, times.text(50), times.text(99)] })
    }

    private func load(_ bench: DecisionBench, _ calls: [TimedCall]) async throws {
        var rows: [[String]] = []
        for call in calls {
            let (times, wall) = try await bench.load(call, callers: callers, rounds: rounds * 20)
            let rate = Int64(times.count) * 1_000_000_000 / max(1, wall.nanoseconds)
            rows.append([call.name, "\(rate)", times.text(50), times.text(99)])
        }
        Output.table(["\(callers) CALLERS, DURABLE", "DECISIONS/S", "P50 µs", "P99 µs"], rows)
    }

    /// The sizes take turns, so that a slow moment of the machine falls on all of them.
    private func grow() async throws {
        try await inPlace { place in
            var benches: [(growth: PolicyGrowth, bench: DecisionBench)] = []
            for size in PolicyGrowth.sizes {
                let growth = PolicyGrowth(size: size)
                let folder = place.appendingPathComponent("\(size)", isDirectory: true)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                benches.append(
                    (growth, try await DecisionBench(policies: growth.tree, calls: [growth.call], place: folder)))
            }
            var rounds: [[SortedTimes]] = benches.map { _ in [] }
            for _ in 0..<10 {
                for (index, (growth, bench)) in benches.enumerated() {
                    rounds[index].append(
                        try await bench.time(growth.call, rounds: max(1, self.rounds / 10), isRecorded: false))
                }
            }
            let medians = rounds.map { times in SortedTimes(times.map { $0.percentile(50) }) }
            let fewest = max(1, medians[0].percentile(50))
            let rows = zip(benches, medians).map { entry, median in
                let ratio = Double(median.percentile(50)) / Double(fewest)
                return [
                    entry.growth.call.name, median.text(50), ratio.formatted(.number.precision(.fractionLength(2))),
                ]
            }
            Output.table(["AMONG", "DECISION P50 µs", "RATIO (AT MOST \(PolicyGrowth.bound))"], rows)
            for (_, bench) in benches { try await bench.close() }
        }
    }

    /// Runs `body` with a folder on the disk that is to be measured, and removes the folder.
    private func inPlace(_ body: (URL) async throws -> Void) async throws {
        let place = URL(fileURLWithPath: home).appendingPathComponent("aegis-bench-\(getpid())", isDirectory: true)
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.createDirectory(
            at: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try await body(place)
    }
}
