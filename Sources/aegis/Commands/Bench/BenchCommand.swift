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

    func run() async throws {
        guard rounds > 0 else { throw CommandFailure("--rounds has to be at least 1", exitCode: 2) }
        let place = URL(fileURLWithPath: home).appendingPathComponent("aegis-bench-\(getpid())", isDirectory: true)
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.createDirectory(
            at: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let timed = try TimedCall.read(calls)
        let bench = try DecisionBench(policies: folder, calls: timed, place: place)
        var rows: [[String]] = []
        for call in timed {
            for isRecorded in [false, true] {
                let times = try await bench.time(
                    call, rounds: isRecorded ? max(1, rounds / 4) : rounds, isRecorded: isRecorded)
                rows.append([
                    call.name, isRecorded ? "durable" : "none", Self.microseconds(times, 50),
                    Self.microseconds(times, 99),
                ])
            }
        }
        try await bench.close()
        for (name, times) in RedactionBench().run(rounds: rounds) {
            rows.append([name, "-", Self.microseconds(times, 50), Self.microseconds(times, 99)])
        }
        Output.table(["CALL", "RECORD", "P50 µs", "P99 µs"], rows)
    }

    private static func microseconds(_ sorted: [Int64], _ rank: Int) -> String {
        let tenths = sorted[min(sorted.count - 1, sorted.count * rank / 100)] / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}
