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
        try await Rounds.every(.seconds(seconds), from: 0 as UInt64) { told in
            for log in journal.status.durable.keys.sorted() {
                guard let tenant = log.split(separator: "/").last else { continue }
                var draft = AuditRecordDraft(
                    kind: .heartbeat, tenant: String(tenant), time: Timestamp.current().nanoseconds)
                var detail = ["interval_s": "\(seconds)"]
                let unrecorded = strangers.unrecorded
                let isStrangers = tenant == AuditTrailRecorder.unknownTenant
                if isStrangers, unrecorded > told { detail["unrecorded_denials"] = "\(unrecorded - told)" }
                draft.detail = CanonicalJSON(texts: detail)
                do {
                    _ = try await journal.append(draft)
                    if isStrangers { told = unrecorded }
                } catch {
                    logger.error("a heartbeat could not be recorded", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
