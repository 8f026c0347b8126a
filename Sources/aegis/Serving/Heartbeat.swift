import Approvals
import AuditTrail
import Decisions
import Logging
import ServiceLifecycle

/// Writes a record into every log from time to time, so that a silence is proven to be one: indexes are dense, times stand in
/// order, and between two heartbeats there is nothing else than what stands there.
struct Heartbeat: Service {
    let journal: AuditJournal
    let strangers: StrangerRecords
    let seconds: Int64
    let logger: Logger

    func run() async throws {
        try await Rounds.every(.seconds(seconds)) {
            for log in journal.status.durable.keys.sorted() { await beat(log) }
        }
        // What was counted since the last one is not forgotten with the process.
        guard strangers.untold > 0 else { return }
        for log in journal.status.durable.keys where isOfStrangers(log) { await beat(log) }
    }

    private func beat(_ log: String) async {
        var draft = AuditRecordDraft(
            kind: .heartbeat, tenant: LogName.tenant(of: log), time: Timestamp.current().nanoseconds)
        var detail = ["interval_s": "\(seconds)"]
        let unrecorded = isOfStrangers(log) ? strangers.untold : 0
        if unrecorded > 0 { detail["unrecorded_denials"] = "\(unrecorded)" }
        draft.detail = CanonicalJSON(texts: detail)
        do {
            _ = try await journal.append(draft)
            strangers.tell(unrecorded)
        } catch {
            logger.error("a heartbeat could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    private func isOfStrangers(_ log: String) -> Bool { log.hasSuffix("/" + AuditTrailRecorder.unknownTenant) }
}
