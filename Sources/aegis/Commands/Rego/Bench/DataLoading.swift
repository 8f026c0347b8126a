internal import ArgumentParser
internal import Foundation
internal import RegoValues

/// Measures how fast data loads and how much memory it then takes, with data that a seed decides.
struct DataLoading {
    /// Bytes of JSON.
    private(set) var byteCount = 0
    private(set) var fastest = Duration.zero
    private(set) var median = Duration.zero
    /// What the process grew by, while it held the data and at most while it loaded it; 0 where the system does not say.
    private(set) var residentBytes = 0
    private(set) var peakBytes = 0

    var megabytesPerSecond: Double { Double(byteCount) / 1e6 / max(fastest / .seconds(1), 1e-9) }
    var memoryRatio: Double { Double(residentBytes) / Double(max(1, byteCount)) }
    var peakRatio: Double { Double(peakBytes) / Double(max(1, byteCount)) }

    init(megabytes: Int, seed: UInt64, rounds: Int) throws {
        let file = NSTemporaryDirectory() + "/aegis-bench-\(ProcessInfo.processInfo.processIdentifier).json"
        defer { try? FileManager.default.removeItem(atPath: file) }
        byteCount = try Self.write(file, byteCount: megabytes * 1_000_000, seed: seed)
        let before = ResidentMemory.current
        var times: [Duration] = []
        for round in 0..<max(1, rounds) {
            var document: Document?
            times.append(try ContinuousClock().measure { document = try RegoSources.readJSON(file) })
            if round == 0 {
                residentBytes = ResidentMemory.current.now - before.now
                peakBytes = ResidentMemory.current.peak - before.now
            }
            withExtendedLifetime(document) {}
        }
        times.sort()
        fastest = times[0]
        median = times[times.count / 2]
    }

    /// Writes users with roles, grants and limits, in pieces, so that the text itself takes no memory; returns the bytes.
    private static func write(_ file: String, byteCount: Int, seed: UInt64) throws -> Int {
        guard FileManager.default.createFile(atPath: file, contents: nil),
            let handle = FileHandle(forWritingAtPath: file)
        else { throw ValidationError("`\(file)` cannot be written") }
        defer { try? handle.close() }
        var random = SplitMix(state: seed)
        var written = 0
        var piece = #"{"users":{"#
        var number = 0
        while written + piece.utf8.count < byteCount {
            if number > 0 { piece += "," }
            piece += user(number, &random)
            number += 1
            if piece.utf8.count > 1 << 16 {
                try handle.write(contentsOf: Data(piece.utf8))
                written += piece.utf8.count
                piece = ""
            }
        }
        piece += "}}"
        try handle.write(contentsOf: Data(piece.utf8))
        return written + piece.utf8.count
    }

    private static func user(_ number: Int, _ random: inout SplitMix) -> String {
        let roles = (0..<1 + random.below(4)).map { _ in #""role-\#(random.below(400))""# }.joined(separator: ",")
        let grants = (0..<random.below(5)).map { _ in
            let action = ["read", "update", "create", "delete", "approve"][random.below(5)]
            return
                #"{"action":"\#(action)","resource":"/projects/\#(random.below(90_000))/files","limit":\#(random.below(5_000))}"#
        }.joined(separator: ",")
        return """
            "user-\(number)":{"name":"User \(number) of team \(random.below(900))","email":"user.\(number)@team-\(random.below(900)).example.com",\
            "active":\(random.below(9) > 0),"score":\(random.below(1000)).\(random.below(90) + 10),"roles":[\(roles)],"grants":[\(grants)]}
            """
    }
}

/// Repeatable by seed.
private struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ mixed >> 31) % UInt64(max(1, bound)))
    }
}

/// The memory of this process, as Linux tells.
private enum ResidentMemory {
    static var current: (now: Int, peak: Int) {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func kibibytes(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        return (kibibytes("VmRSS:") << 10, kibibytes("VmHWM:") << 10)
    }
}
