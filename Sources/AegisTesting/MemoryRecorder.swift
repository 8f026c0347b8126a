public import Approvals
public import Decisions
import RegoValues
import Synchronization

/// Keeps records in memory, and fails on demand.
public final class MemoryRecorder: DecisionRecorder {
    public struct Entry: Sendable {
        public var answer: Decision
        public var parametersShown: String?
        public var callerIdentity: String?
        public var actingFor: String?
        public var chain: [String]
        public var point: String
        public var sessionID: String?
        public var idempotencyKey: String?
        /// Whether what was asked, or a tool answered, is kept sealed.
        public var isInputKept: Bool
    }

    public let fault = Fault()
    /// Of events alone.
    public let noteFault = Fault()
    private let kept = Mutex<[Entry]>([])
    private let noted = Mutex<[TrailEvent]>([])

    public init() {}

    public var entries: [Entry] { kept.withLock { $0 } }

    public var events: [TrailEvent] { noted.withLock { $0 } }

    public func note(_ event: TrailEvent, at time: Timestamp) async throws {
        try fault.check()
        try noteFault.check()
        noted.withLock { $0.append(event) }
    }

    public func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        try fault.check()
        let entry = Entry(
            answer: record.answer, parametersShown: record.parametersShown.map { JSONWriter.text($0) },
            callerIdentity: record.callerIdentity, actingFor: record.actingFor, chain: record.chain,
            point: record.point, sessionID: record.sessionID, idempotencyKey: record.idempotencyKey,
            isInputKept: record.committed != nil)
        let index = kept.withLock { entries in
            entries.append(entry)
            return entries.count - 1
        }
        return DecisionReceipt(
            log: "test/\(record.answer.tenant ?? "_unknown")", index: UInt64(index),
            leafHash: String(repeating: "0", count: 64), checkpointSize: UInt64(index) + 1)
    }
}
