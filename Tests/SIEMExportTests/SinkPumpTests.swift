import ExportTransport
import Foundation
import Logging
@testable import SIEMExport
import Synchronization
import Testing

struct SinkPumpTests {
    /// Does with each batch what the test says, and keeps what it has taken.
    final class ScriptedSink: EventSink {
        enum Act: Sendable {
            case take
            case fail(SinkFailure)
            /// Takes it, and its answer is lost.
            case takeAndFail
            case refuse(Int)
        }

        let limits = BatchLimits(events: 4, bytes: 1 << 20)
        private let script: Mutex<[Act]>
        private let isPoison: @Sendable (SIEMEvent) -> Bool
        let taken = Mutex<[String]>([])

        init(_ script: [Act], isPoison: @escaping @Sendable (SIEMEvent) -> Bool = { _ in false }) {
            self.script = Mutex(script)
            self.isPoison = isPoison
        }

        func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
            let act = script.withLock { $0.isEmpty ? .take : $0.removeFirst() }
            if events.contains(where: isPoison) { throw SinkFailure("status 400", .refused) }
            switch act {
            case .take:
                taken.withLock { $0 += events.map(\.id) }
                return []
            case .takeAndFail:
                taken.withLock { $0 += events.map(\.id) }
                throw SinkFailure("no answer came", .retry(after: nil))
            case .fail(let failure):
                let pending = failure.pending ?? Array(events.indices)
                taken.withLock { $0 += events.indices.filter { !pending.contains($0) }.map { events[$0].id } }
                throw failure
            case .refuse(let position):
                taken.withLock { $0 += events.indices.filter { $0 != position }.map { events[$0].id } }
                return [RefusedEvent(position: position, reason: "status 400")]
            }
        }

        func close() async {}
    }

    private static func pump(_ trail: Trail, _ sink: any EventSink) -> SinkPump {
        SinkPump(
            name: "soc", sink: sink, status: SinkStatus(name: "soc"), auditDirectory: trail.audit,
            cursor: CursorFile(path: trail.folder.appendingPathComponent("soc.cursor").path),
            deadLetters: DeadLetters(path: trail.folder.appendingPathComponent("soc.dead.jsonl").path),
            recent: RecentChunks(readers: 1), wants: { _ in true }, start: .oldestRecord,
            backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(2)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs the pump until it has nothing more to send, and ends it as at a shutdown.
    private static func runToEnd(_ pump: SinkPump) async throws {
        let running = Task { await pump.run() }
        while !pump.status.now.isCaughtUp { try await Task.sleep(for: .milliseconds(2)) }
        running.cancel()
        await running.value
    }

    private static func deadLetters(_ trail: Trail) -> [String] {
        let text = try? String(contentsOf: trail.folder.appendingPathComponent("soc.dead.jsonl"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        [ScriptedSink.Act](), [.fail(SinkFailure("status 500")), .fail(SinkFailure("status 503"))],
        [.take, .fail(SinkFailure("code 4", .configuration)), .take],
        [.fail(SinkFailure("429", pending: [1, 3])), .fail(SinkFailure("429", pending: [0]))],
        [.fail(SinkFailure("413", .tooLarge)), .fail(SinkFailure("413", .tooLarge))],
    ])
    func `whatever a receiver answers, each record is there once, and in order where none was held back`(
        script: [ScriptedSink.Act]
    ) async throws {
        let trail = try Trail()
        try await trail.append(11)
        let sink = ScriptedSink(script)
        try await Self.runToEnd(Self.pump(trail, sink))
        let taken = sink.taken.withLock { $0 }
        #expect(taken.count == 11)
        let hashes = try trail.hashes()
        #expect(Set(taken) == Set(hashes))
        #expect(Self.deadLetters(trail).isEmpty)
    }

    @Test func `a lost answer brings a record twice under the same id`() async throws {
        let trail = try Trail()
        try await trail.append(3)
        let sink = ScriptedSink([.takeAndFail])
        try await Self.runToEnd(Self.pump(trail, sink))
        let hashes = try trail.hashes()
        #expect(sink.taken.withLock { $0 } == hashes + hashes)
    }

    @Test func `the next process goes on where the last one was`() async throws {
        let trail = try Trail()
        try await trail.append(6)
        let (first, second) = (ScriptedSink([]), ScriptedSink([]))
        try await Self.runToEnd(Self.pump(trail, first))
        try await trail.append(5)
        try await Self.runToEnd(Self.pump(trail, second))
        let hashes = try trail.hashes()
        #expect(first.taken.withLock { $0 } == Array(hashes.prefix(6)))
        #expect(second.taken.withLock { $0 } == Array(hashes.suffix(5)))
    }

    @Test func `a record that will never be taken is kept, and holds up no other`() async throws {
        let trail = try Trail()
        try await trail.append(5)
        try await trail.append(1, reason: "poison")
        try await trail.append(5)
        let hashes = try trail.hashes()
        // Nobody says which one of the batch is wrong.
        let sink = ScriptedSink([]) { $0.text("decision_reason", "code") == "poison" }
        let pump = Self.pump(trail, sink)
        try await Self.runToEnd(pump)
        #expect(sink.taken.withLock { $0 } == hashes.enumerated().filter { $0.offset != 5 }.map(\.element))
        let letters = Self.deadLetters(trail)
        #expect(letters.count == 1)
        #expect(letters.first?.hasPrefix(#"{"reason":"status 400","place":"00000001.jsonl:"#) == true)
        #expect(letters.first?.contains(hashes[5]) == true)
        #expect(pump.status.now.refused == 1)
        #expect(pump.status.now.delivered == 10)
    }

    @Test func `a receiver that names the wrong one is believed`() async throws {
        let trail = try Trail()
        try await trail.append(4)
        let sink = ScriptedSink([.refuse(2)])
        try await Self.runToEnd(Self.pump(trail, sink))
        #expect(Self.deadLetters(trail).count == 1)
        #expect(sink.taken.withLock { $0 }.count == 3)
    }

    @Test func `where everything is refused, it is not the records' fault, and they are kept in the trail`()
        async throws
    {
        let trail = try Trail()
        try await trail.append(60)
        let isMended = Mutex(false)
        let sink = ScriptedSink([]) { _ in !isMended.withLock { $0 } }
        let pump = Self.pump(trail, sink)
        let running = Task { await pump.run() }
        while pump.status.now.failures < 3 { try await Task.sleep(for: .milliseconds(2)) }
        let buried = Self.deadLetters(trail).count
        #expect(buried == 20)
        isMended.withLock { $0 = true }
        while !pump.status.now.isCaughtUp { try await Task.sleep(for: .milliseconds(2)) }
        running.cancel()
        await running.value
        #expect(sink.taken.withLock { $0 }.count == 60 - buried)
    }
}
