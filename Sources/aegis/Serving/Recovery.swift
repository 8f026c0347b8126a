import Approvals
import AuditTrail
import Decisions
import Logging
import RegoValues
import StateStoreSQLite

/// After a crash: effects whose decision has no durable record are released, since their answer never left, and what recorded decisions
/// have spent is taken where the state store does not know of it. What happened to budgets and is on record already is not recorded
/// again.
struct Recovery {
    let store: SQLiteStateStore
    let auditDirectory: String
    let logger: Logger

    func run() async throws {
        try await release()
        try await restore()
        try await forgetTold()
    }

    private func release() async throws {
        let unconfirmed = try await store.unconfirmed()
        guard !unconfirmed.isEmpty else { return }
        var missing = Set(unconfirmed.map(\.description))
        var recorded: Set<String> = []
        // Ids tell when their decisions were begun, and no record is older than that: where an id has no record, as after
        // most crashes, the whole trail would else be read for it.
        let oldest = unconfirmed.compactMap { InputName(decisionID: $0.description)?.time }.min()
        try AuditReader(directory: auditDirectory).scanBack(since: oldest) { record in
            if record["kind"] == "decision", let id = record["decision_id"].flatMap({ missing.remove($0) }) {
                recorded.insert(id)
            }
            return missing.isEmpty
        }
        let durable = Set(unconfirmed.filter { recorded.contains($0.description) })
        let released = try await store.recover(durable: durable, now: .current())
        if !released.isEmpty {
            logger.notice(
                "recovered: effects of unanswered decisions were released", metadata: ["decisions": "\(released.count)"]
            )
        }
    }

    private func restore() async throws {
        guard let since = try await store.spendingMayBeMissing() else { return }
        var spendings: [RecordedSpending] = []
        var unreadable: AuditPlace?
        try AuditReader(directory: auditDirectory).scanBack(since: since.nanoseconds) { record in
            do { try record.spending.map { spendings.append($0) } } catch { unreadable = record.place }
            return unreadable != nil
        }
        if let unreadable {
            throw CommandFailure(
                "\(auditDirectory)/\(unreadable): what the decision has spent cannot be read, and a crash may have kept it from the budgets",
                fix: "start the version of aegis that wrote it, and stop it in the usual way")
        }
        // Segments come newest first.
        let restored = try await store.restore(spendings.sorted { $0.at < $1.at })
        if restored > 0 {
            logger.notice(
                "recovered: what recorded decisions have spent was charged", metadata: ["decisions": "\(restored)"])
        }
    }

    private func forgetTold() async throws {
        var missing = Set(try await store.untold(of: nil, limit: .max).map(\.key))
        guard !missing.isEmpty else { return }
        var told: [String] = []
        try AuditReader(directory: auditDirectory).scanBack { record in
            if record["kind"] == "budget", let key = record["idempotency_key"].flatMap({ missing.remove($0) }) {
                told.append(key)
            }
            return missing.isEmpty
        }
        store.markTold(told)
    }
}

extension AuditRecordLine {
    /// What the decision has spent; nil where it is none, or has spent nothing.
    fileprivate var spending: RecordedSpending? {
        get throws {
            guard self["spent"] != nil, self["kind"] == "decision" else { return nil }
            let document = try Document(json: bytes)
            return try withExtendedLifetime(document) { try RecordedSpending(record: document.root) }
        }
    }
}
