import Foundation
import FuzzTargets
import RepeatableRandomness
import Testing

/// One kept input of a fuzz target: a seed, or what a run found.
struct KeptInput: CustomTestStringConvertible, Sendable {
    let target: FuzzTarget
    let file: URL

    var testDescription: String { "\(target.rawValue)/\(file.lastPathComponent)" }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/Corpus").standardizedFileURL

    static let all: [KeptInput] = FuzzTarget.allCases.flatMap { target in
        let folder = folder.appending(path: target.rawValue)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { KeptInput(target: target, file: folder.appending(path: $0)) }
    }
}

struct CorpusTests {
    @Test(arguments: KeptInput.all) func `a kept input breaks nothing`(input: KeptInput) throws {
        try input.target.run([UInt8](Data(contentsOf: input.file)))
    }

    @Test(arguments: FuzzTarget.allCases) func `every target has kept inputs`(target: FuzzTarget) {
        #expect(KeptInput.all.contains { $0.target == target })
    }

    /// Seeds with bytes changed, taken out and put in: what a fuzzer does, in small, on every run of the tests.
    @Test(arguments: KeptInput.all) func `damaged inputs break nothing`(input: KeptInput) throws {
        let bytes = [UInt8](try Data(contentsOf: input.file))
        var random = SeededGenerator(seed: UInt64(bytes.count))
        for _ in 0..<20 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) where !damaged.isEmpty {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[place] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.removeSubrange(place..<min(place + 8, damaged.count))
                default: damaged.insert(contentsOf: damaged[0..<min(place, 20)], at: place)
                }
            }
            try input.target.run(damaged)
        }
    }
}
