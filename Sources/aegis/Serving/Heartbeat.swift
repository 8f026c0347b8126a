import Approvals
import AuditTrail
import Logging
import ServiceLifecycle

/// Writes a record into every log from time to time, so that a silence is proven to be one: indexes are dense, times stand in
/// order, and between two heartbeats there is nothing else than what stands there.
struct Heartbeat: Service {
    let journal: AuditJournal
    let seconds: Int64
    let logger: Logger

    func run() async throws {
        try await Rounds.every(.seconds(seconds)) {
            for log in journal.status.durable.keys.sorted() {
                guard let tenant = log.split(separator: "/").last else { continue }
                var draft = AuditRecordDraft(
                    kind: .heartbeat, tenant: String(tenant), time: Timestamp.current().nanoseconds)
                draft.detail = CanonicalJSON(texts: ["interval_s": "\(seconds)"])
                do { _ = try await journal.append(draft) } catch {
                    logger.error("a heartbeat could not be recorded", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
