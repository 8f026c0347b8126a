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
        let (unconfirmed, mark) = (try await store.unconfirmed(), try await store.spendingMayBeMissing())
        if !unconfirmed.isEmpty || mark != nil {
            let found = try search(unconfirmed, mark)
            try await release(unconfirmed, but: found.recorded)
            try await restore(found.spendings)
        }
        try await forgetTold()
    }

    /// Reads the trail back, once for both.
    /// - Returns: which of the decisions are on record, and what recorded ones may have spent that the store does not know of.
    private func search(
        _ decisions: [DecisionID], _ mark: MissingSpending.Mark?
    ) throws -> (recorded: Set<String>, spendings: [RecordedSpending]) {
        var open = Set(decisions.map(\.description))
        var recorded: Set<String> = []
        var missing = mark.map(MissingSpending.init)
        var isAllSeen = mark == nil
        var unreadable: AuditPlace?
        // Ids tell when their decisions were begun, and no record is older than that: where an id has no record, as after
        // most crashes, the whole trail would else be read for it.
        let begun = decisions.compactMap { InputName(decisionID: $0.description)?.time }
        let since = (begun + (mark.map { [$0.since.nanoseconds] } ?? [])).min()
        try AuditReader(directory: auditDirectory).scanBack(since: since) { record in
            guard let entry = record.spendingEntry else { return false }
            if let id = open.remove(entry.decisionID) { recorded.insert(id) }
            do { if !isAllSeen { isAllSeen = try missing?.visit(entry) ?? true } } catch {
                unreadable = record.place
                return true
            }
            return open.isEmpty && isAllSeen
        }
        if let unreadable {
            throw CommandFailure(
                "\(auditDirectory)/\(unreadable): what the decision has spent cannot be read, and a crash may have kept it from the budgets",
                fix: "start the version of aegis that wrote it, and stop it in the usual way")
        }
        return (recorded, missing?.all() ?? [])
    }

    private func release(_ unconfirmed: [DecisionID], but recorded: Set<String>) async throws {
        guard !unconfirmed.isEmpty else { return }
        let durable = Set(unconfirmed.filter { recorded.contains($0.description) })
        let released = try await store.recover(durable: durable, now: .current())
        if !released.isEmpty {
            logger.notice(
                "recovered: effects of unanswered decisions were released", metadata: ["decisions": "\(released.count)"]
            )
        }
    }

    private func restore(_ spendings: [RecordedSpending]) async throws {
        let restored = try await store.restore(spendings)
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
    /// The record as one that may have spent; nil where it is not of a decision.
    fileprivate var spendingEntry: MissingSpending.Entry? {
        guard self["kind"] == "decision", let id = self["decision_id"],
            let time = self["time"].flatMap(Timestamp.init(parsing:))
        else { return nil }
        return MissingSpending.Entry(segment: place.file, decisionID: id, time: time) {
            guard self["spent"] != nil else { return nil }
            let document = try Document(json: bytes)
            return try withExtendedLifetime(document) { try RecordedSpending(record: document.root) }
        }
    }
}
