@testable import AuditTrail
import MerkleLog
import Testing

/// One tenant's log, out of the journal that all tenants share.
struct LogWalkTests {
    static func steps(_ storage: MemoryStorage, log: String = "gw-1/acme") throws -> [LogWalk.Step] {
        let walk = LogWalk(storage: storage, log: log, keys: [try Fixture.signer().verifier])
        var steps: [LogWalk.Step] = []
        try walk.run {
            steps.append($0)
            return true
        }
        return steps
    }

    @Test func `a walk meets every record of its log, and checkpoints over exactly those before`() throws {
        let steps = try Self.steps(Fixture.written(batches: 40))
        var frontier = MerkleFrontier()
        var checkpoints = 0
        for (place, step) in steps.enumerated() {
            switch step {
            case .begin(let position):
                #expect(place == 0)
                #expect(position.frontier == frontier && position.lastHash == .zero)
            case .record(let line, let index, let leaf):
                #expect(index == frontier.size)
                #expect(line["log"] == "gw-1/acme")
                #expect(leaf == MerkleHash.leaf(line.bytes))
                frontier.append(leaf)
            case .removed(let record): Issue.record("nothing was removed: \(record)")
            case .checkpoint(let checkpoint, _):
                #expect(checkpoint == Checkpoint(origin: "gw-1/acme", size: frontier.size, root: frontier.root))
                checkpoints += 1
            }
        }
        #expect(frontier.size == 40)
        #expect(checkpoints > 20)
    }

    @Test func `records that no checkpoint covers are left out`() throws {
        let storage = try Fixture.written(batches: 6, segmentBytes: 1 << 20)
        let segment = JournalFiles.segment(1)
        var lines = storage[segment].split(separator: UInt8(ascii: "\n"))
        lines.removeLast()
        for (name, _) in storage.files where JournalFiles.isHead(name) { storage.set(name, []) }
        storage.set(segment, Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")])
        let whole = try Self.steps(Fixture.written(batches: 6, segmentBytes: 1 << 20))
        let cut = try Self.steps(storage)
        #expect(cut.count < whole.count)
        if case .checkpoint? = cut.last {} else { Issue.record("the walk ends behind a checkpoint") }
    }

    @Test func `a walk stops when it is told to`() throws {
        let walk = LogWalk(
            storage: try Fixture.written(batches: 10), log: "gw-1/acme", keys: [try Fixture.signer().verifier])
        var seen = 0
        try walk.run { _ in
            seen += 1
            return seen < 4
        }
        #expect(seen == 4)
    }

    @Test func `damage anywhere in the journal ends the walk, with its place`() throws {
        let storage = try Fixture.written(batches: 4, segmentBytes: 1 << 20)
        let segment = JournalFiles.segment(1)
        storage.set(
            segment, Array(String(decoding: storage[segment], as: UTF8.self).replacing("\"d-3\"", with: "\"d-9\"").utf8)
        )
        let error = #expect(throws: AuditError.self) { try Self.steps(storage) }
        #expect(error?.message.hasSuffix("was changed: it does not match its hash") == true)
        #expect(error?.place?.file == segment)
    }

    @Test func `what the visitor throws comes out of the walk`() throws {
        struct Enough: Error {}
        let walk = LogWalk(
            storage: try Fixture.written(batches: 2), log: "gw-1/acme", keys: [try Fixture.signer().verifier])
        #expect(throws: Enough.self) { try walk.run { _ in throw Enough() } }
    }
}
