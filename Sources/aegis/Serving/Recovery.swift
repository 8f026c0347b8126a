import AuditTrail
import Decisions
import Logging
import StateStoreSQLite

/// After a crash: effects whose decision has no durable record are released, since their answer never left. What happened to budgets
/// and is on record already is not recorded again.
struct Recovery {
    let store: SQLiteStateStore
    let auditDirectory: String
    let logger: Logger

    func run() async throws {
        try await release()
        try await forgetTold()
    }

    private func release() async throws {
        let unconfirmed = try await store.unconfirmed()
        guard !unconfirmed.isEmpty else { return }
        let wanted = Set(unconfirmed.map(\.description))
        var reader = try AuditReader(directory: auditDirectory)
        // Ids tell when their decisions were begun, and no record is older than that: where an id has no record, as after
        // most crashes, the whole trail would else be read for it.
        let oldest = unconfirmed.compactMap { InputName(decisionID: $0.description)?.time }.min()
        let found = try reader.last(wanted.count, since: oldest) { record in
            record["kind"] == "decision" && record["decision_id"].map(wanted.contains) == true
        }
        let recorded = Set(found.compactMap { $0["decision_id"] })
        let durable = Set(unconfirmed.filter { recorded.contains($0.description) })
        let released = try await store.recover(durable: durable, now: .current())
        if !released.isEmpty {
            logger.notice(
                "recovered: effects of unanswered decisions were released", metadata: ["decisions": "\(released.count)"]
            )
        }
    }

    private func forgetTold() async throws {
        let keys = Set(try await store.untold(of: nil, limit: .max).map(\.key))
        guard !keys.isEmpty else { return }
        var reader = try AuditReader(directory: auditDirectory)
        let found = try reader.last(keys.count) { record in
            record["kind"] == "budget" && record["idempotency_key"].map(keys.contains) == true
        }
        store.markTold(found.compactMap { $0["idempotency_key"] })
    }
}
