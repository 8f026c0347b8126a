import AuditTrail
import Logging
import ServiceLifecycle
import StateStoreSQLite

/// Tells the log when the audit trail or the state store cannot be written any more, and when they can again: decisions only say
/// that it is so. Both try their disks by themselves.
struct DurabilityWatcher: Service {
    let journal: AuditJournal
    let store: SQLiteStateStore
    let logger: Logger
    private static let interval: Duration = .seconds(1)

    func run() async throws {
        try await Rounds.every(Self.interval, from: (audit: String?.none, state: String?.none)) { told in
            let (audit, state) = (journal.status.failure, store.writeFault)
            tell(of: "the audit trail", audit, before: told.audit, meaning: "every call is denied")
            tell(of: "the state store", state, before: told.state, meaning: "calls that spend are denied")
            told = (audit, state)
        }
    }

    private func tell(of what: String, _ fault: String?, before: String?, meaning: String) {
        switch (before, fault) {
        case (nil, let fault?):
            logger.error("\(what) cannot be written: \(meaning)", metadata: ["error": "\(fault)"])
        case (let before?, nil): logger.notice("\(what) can be written again", metadata: ["after": "\(before)"])
        default: return
        }
    }
}
