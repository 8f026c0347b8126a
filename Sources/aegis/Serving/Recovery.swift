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
