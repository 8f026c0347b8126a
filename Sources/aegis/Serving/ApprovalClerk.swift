import ApprovalChannels
import Approvals
import AuditTrail
import Logging
import ServiceLifecycle
import StateStoreSQLite
import Synchronization

/// Keeps approvals moving by the clock, and carries what happens to them into the audit trail and then on to the channels.
///
/// An event enters the outbox in the transaction that changes its approval. Here it becomes a record, and the messages that
/// follow from it enter the outbox in the transaction that takes the event out: a crash loses neither, and a record that
/// was written before the crash is known by the event's name and not written again.
final class ApprovalClerk: Service {
    private let store: SQLiteStateStore
    private let journal: AuditJournal
    private let plan: DeliveryPlan
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    /// Events that somebody is recording at this moment.
    private let claims = Mutex<Set<String>>([])
    /// Events that are on record and still in the outbox: found there when the process started, or not taken out since.
    private let recorded: Mutex<Set<String>>
    private static let interval: Duration = .milliseconds(200)

    init(
        store: SQLiteStateStore, journal: AuditJournal, auditDirectory: String, plan: DeliveryPlan, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) async throws {
        self.store = store
        self.journal = journal
        self.plan = plan
        self.logger = logger
        self.now = now
        let open = Set(try await store.due([.event], now: Timestamp(nanoseconds: .max), limit: 10_000).map(\.key))
        guard !open.isEmpty else {
            recorded = Mutex([])
            return
        }
        var reader = try AuditReader(directory: auditDirectory)
        let found = try reader.last(open.count) { record in
            record["kind"] == "approval" && record["idempotency_key"].map(open.contains) == true
        }
        recorded = Mutex(Set(found.compactMap { $0["idempotency_key"] }))
    }

    /// What is under way at shutdown is finished.
    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do {
                _ = try await store.expire(now: now())
                _ = try await store.escalate(now: now())
                for event in try await store.due([.event], now: now(), limit: 256) { await carry(event) }
            } catch is CancellationError { return } catch {
                logger.error("approvals cannot be moved on", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch { return }
        }
    }

    /// Returns once everything that has happened to the approval is on record.
    /// - Throws: where the audit trail cannot be written; the clerk then tries on.
    func record(_ approval: Approval) async throws {
        let wait: Duration = .milliseconds(5)
        for _ in 0..<1000 {
            let open = try await store.deliveries(of: approval.id).filter { $0.kind == .event && $0.state == .waiting }
            if open.isEmpty { return }
            for event in open { try await recordAndPass(event) }
            try await Task.sleep(for: wait)
        }
        throw CommandFailure("what happened to \(approval.id) is not on record yet")
    }

    private func carry(_ event: Delivery) async {
        do { try await recordAndPass(event) } catch {
            logger.error(
                "what happened to an approval could not be recorded; it is tried again",
                metadata: ["event": "\(event.key)", "error": "\(error)"])
            try? await store.postpone(
                event.key, until: now().advanced(bySeconds: 1), failure: "\(error)", countsAsAttempt: true)
        }
    }

    private func recordAndPass(_ delivery: Delivery) async throws {
        guard claims.withLock({ $0.insert(delivery.key).inserted }) else { return }
        defer { claims.withLock { _ = $0.remove(delivery.key) } }
        guard let approval = try await store.approval(delivery.approval, tenant: delivery.tenant),
            let number = Int(delivery.payload), approval.events.indices.contains(number)
        else {
            logger.critical("an event of no approval was found", metadata: ["event": "\(delivery.key)"])
            return try await store.bury(delivery.key, failure: "there is no such event", now: now())
        }
        // It may have been carried on while this one waited for the store.
        guard
            try await store.deliveries(of: approval.id).contains(where: {
                $0.key == delivery.key && $0.state == .waiting
            })
        else { return }
        let event = approval.events[number]
        let (next, unreachable) = plan.deliveries(for: event, of: approval, now: now())
        if !recorded.withLock({ $0.contains(delivery.key) }) {
            _ = try await journal.append(
                ApprovalRecord.draft(event, of: approval, undelivered: unreachable, now: now()))
            // Where the outbox cannot be written now, the record is there all the same.
            recorded.withLock { _ = $0.insert(delivery.key) }
        }
        let news = unreachable.filter { !approval.undelivered.contains($0) }
        if !news.isEmpty {
            logger.error(
                "people are not told of an approval: the policies name channels that this gateway has no way to",
                metadata: [
                    "approval_id": "\(approval.id)", "tenant": "\(approval.call.tenant)",
                    "channels": "\(news.joined(separator: ", "))",
                ])
            _ = try await store.update(approval.id, tenant: approval.call.tenant) { $0.noteUndelivered(news) }
        }
        try await store.finish(delivery.key, result: nil, adding: next, now: now())
        recorded.withLock { _ = $0.remove(delivery.key) }
    }
}
