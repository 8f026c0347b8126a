internal import ArgumentParser
internal import Foundation

/// Another engine in a process of its own, driven over its standard input and output: a line with a number of runs goes
/// in, a line of JSON with the nanoseconds that they took comes back. `Benchmarks/rego/regorus.py` is such a driver.
final class PeerEngine {
    private struct Reply: Decodable {
        var answer: String?
        var engine: String?
        var nanoseconds: Int64?
        var error: String?
    }

    private let process = Process()
    private let requests = Pipe()
    private let replies = Pipe()
    private var pending: [UInt8] = []
    /// The engine's name and version.
    private(set) var engine = ""
    /// The answer's JSON.
    private(set) var answer = ""

    /// - Parameters:
    ///   - python: the interpreter that has the engine's package.
    ///   - driver: the script.
    ///   - folder: the benchmark's folder.
    init(python: String, driver: String, folder: String) throws {
        let manager = FileManager.default
        guard manager.isExecutableFile(atPath: python) else {
            throw ValidationError(
                "`\(python)`: no Python there\nfix: run scripts/bootstrap, or name one that has opa-eval with --python")
        }
        guard manager.fileExists(atPath: driver) else {
            throw ValidationError(
                "`\(driver)`: no such file\nfix: run in the checkout, or name the script with --driver")
        }
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [driver, folder]
        process.standardInput = requests
        process.standardOutput = replies
        try process.run()
        let first = try reply()
        engine = first.engine ?? "peer"
        answer = first.answer ?? ""
    }

    func stop() {
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The time that `count` runs take.
    func run(_ count: Int) throws -> Duration {
        try requests.fileHandleForWriting.write(contentsOf: Data("\(count)\n".utf8))
        guard let nanoseconds = try reply().nanoseconds else { throw ValidationError("the peer engine gave no time") }
        return .nanoseconds(nanoseconds)
    }

    func runsPerRound() throws -> Int {
        let probe = try run(3)
        return max(3, Int(3 * (Timings.round / max(probe, .microseconds(1)))))
    }

    private func reply() throws -> Reply {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(pending[..<end])
                pending.removeSubrange(...end)
                let reply = try JSONDecoder().decode(Reply.self, from: line)
                if let error = reply.error { throw ValidationError(error) }
                return reply
            }
            let more = replies.fileHandleForReading.availableData
            guard !more.isEmpty else { throw ValidationError("the peer engine ended without an answer") }
            pending += more
        }
    }
}
