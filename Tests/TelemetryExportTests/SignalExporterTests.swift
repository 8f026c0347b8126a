import Logging
import Synchronization
@testable import TelemetryExport
import Testing

struct SignalExporterTests {
    /// Gives one answer after the other, and remembers what it was sent.
    final class ListedAnswers: OTLPTransport {
        private let answers: Mutex<[OTLPAnswer]>
        let sent = Mutex(0)

        init(_ answers: [OTLPAnswer]) { self.answers = Mutex(answers) }

        func send(_ message: [UInt8]) async -> OTLPAnswer {
            sent.withLock { $0 += 1 }
            return answers.withLock { $0.isEmpty ? .refused("no more answers") : $0.removeFirst() }
        }

        func close() async {}
    }

    @Test(arguments: [
        ([OTLPAnswer.taken(rejected: 0, message: "")], 1, 10, 0),
        ([.tryAgain("status 503", after: nil), .taken(rejected: 0, message: "")], 2, 10, 0),
        ([.taken(rejected: 3, message: "too old")], 1, 7, 3),
        ([.refused("status 500"), .taken(rejected: 0, message: "")], 1, 0, 10),
    ])
    func `what a collector answers decides what becomes of a message`(
        answers: [OTLPAnswer], sent: Int, exported: UInt64, lost: UInt64
    ) async {
        let transport = ListedAnswers(answers)
        let counters = ExportCounters()
        let exporter = SignalExporter(
            signal: .traces, transport: transport, counters: counters, patience: .seconds(20),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await exporter.export([1], count: 10)
        #expect(transport.sent.withLock { $0 } == sent)
        #expect(counters.now.exported == exported)
        #expect(counters.now.lost == lost)
    }

    @Test func `a collector that stays away gets no more than its time`() async {
        let transport = ListedAnswers(Array(repeating: .tryAgain("status 503", after: .seconds(3600)), count: 5))
        let counters = ExportCounters()
        let exporter = SignalExporter(
            signal: .logs, transport: transport, counters: counters, patience: .seconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await exporter.export([1], count: 4)
        #expect(transport.sent.withLock { $0 } == 1)
        #expect(counters.now.lost == 4)
    }
}
