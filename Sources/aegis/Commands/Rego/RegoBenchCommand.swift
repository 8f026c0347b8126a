internal import ArgumentParser
internal import Foundation
internal import RegoRuntime
internal import RegoSyntax

struct RegoBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure evaluations, the reading of the input and the writing of the answer included.",
        discussion: """
            Each folder holds policy.rego, data.json, input.json and query.txt. One thread. With --beside, another engine runs the \
            same in alternate rounds and must give the same answer; the ratios say how many times faster ours is.
            Exit codes: 0 measured, 1 an answer differs or a bound that was asked for is missed.
            Examples:
              aegis rego bench Benchmarks/rego
              aegis rego bench Benchmarks/rego --beside regorus --at-least 3
              aegis rego bench --growth
              aegis rego bench --load 50
            """)

    enum Peer: String, CaseIterable, ExpressibleByArgument { case regorus }

    @Argument(help: "A benchmark's folder, or a folder of them.")
    var directory: String?

    @Option(help: "How many rounds of about 60 ms each; the fastest and the median are printed.")
    var rounds = 15

    @Option(help: "Another engine to run beside ours: regorus.")
    var beside: Peer?

    @Option(help: "The Python that has the other engine's package (scripts/requirements.txt).")
    var python = ".venv/bin/python"

    @Option(help: "The script that drives the other engine.")
    var driver = "Benchmarks/rego/regorus.py"

    @Option(help: "Fail unless ours is so many times faster, in fastest and median rounds.")
    var atLeast: Double?

    @Flag(help: "Measure one query over 10, 1 000 and 10 000 rules, for each kind of index; fail above 1.3 times.")
    var growth = false

    @Option(help: "Measure the loading of so many megabytes of data; fail below 50 MB/s or above 3 times the memory.")
    var load: Int?

    @Option(help: "The seed of the data that --load makes.")
    var seed: UInt64 = 1

    @Flag(help: "Print the figures as JSON.")
    var json = false

    func validate() throws {
        guard directory != nil || growth || load != nil else {
            throw ValidationError("name a folder of benchmarks, or ask for --growth or --load MEGABYTES")
        }
        guard atLeast == nil || beside != nil else { throw ValidationError("--at-least compares: it needs --beside") }
        guard (load ?? 1) > 0, rounds > 0 else { throw ValidationError("--load and --rounds take positive numbers") }
    }

    func run() throws {
        var report = RegoBenchReport()
        do {
            if let directory {
                for folder in try RegoBenchmark.folders(in: directory) {
                    report.comparisons.append(try compare(folder))
                }
            }
            if growth { report.growths = try IndexGrowth.Kind.allCases.map { try IndexGrowth($0, rounds: rounds) } }
            if let load { report.loading = try DataLoading(megabytes: load, seed: seed, rounds: min(rounds, 7)) }
        } catch let error as Diagnostics {
            throw ValidationError(error.rendered)
        } catch let error as EvaluationError {
            throw ValidationError(error.description)
        }
        print(json ? try report.jsonText() : report.text)
        let missed = report.missed(atLeast: atLeast)
        for line in missed { FileHandle.standardError.write(Data("error: \(line)\n".utf8)) }
        if !missed.isEmpty { throw ExitCode(1) }
    }

    private func compare(_ folder: String) throws -> RegoBenchReport.Comparison {
        let ours = try RegoBenchmark(folder: folder)
        var comparison = RegoBenchReport.Comparison(name: ours.name, answer: try ours.answer())
        let runs = try ours.runsPerRound()
        guard beside != nil else {
            for _ in 0..<rounds { comparison.ours.add(try ours.run(runs), runs: runs) }
            return comparison
        }
        let peer = try PeerEngine(python: python, driver: driver, folder: folder)
        defer { peer.stop() }
        comparison.peer = (peer.engine, peer.answer, Timings())
        let peerRuns = try peer.runsPerRound()
        for _ in 0..<rounds {
            comparison.ours.add(try ours.run(runs), runs: runs)
            comparison.peer?.timings.add(try peer.run(peerRuns), runs: peerRuns)
        }
        return comparison
    }
}
