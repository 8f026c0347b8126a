import AuditTrail
import Logging
import ServiceLifecycle
import Threads

/// Verifies what a start has not read of the trail, behind decisions: a start reads back as far as its own memory reaches, and a year's trail takes
/// its time. Where the trail is damaged, decisions are denied from then on (`audit_unavailable`), as if the gateway had not started.
struct TrailCheck: Service {
    let journal: AuditJournal
    let directory: String
    let logger: Logger

    func run() async throws {
        guard journal.unreadSegments > 0 else { return try await gracefulShutdown() }
        // A thread of its own: it takes minutes, and gives way. Whoever stops the gateway does not wait for it.
        let isStarted = SystemThread.start(named: "aegis-check", priority: .tenth) { check() }
        if !isStarted {
            logger.error("the audit trail could not be verified", metadata: ["error": "the system gave no thread"])
        }
        try await gracefulShutdown()
    }

    private func check() {
        do {
            let faults = try journal.checkUnread(directory: directory, keys: AuditKeys.publicKeys(directory: directory))
            for fault in faults.prefix(8) {
                logger.critical("the audit trail is damaged: every call is denied", metadata: ["error": "\(fault)"])
            }
            if faults.isEmpty { logger.notice("the whole audit trail was verified") }
        } catch {
            logger.error("the audit trail could not be verified", metadata: ["error": "\(error)"])
        }
    }
}
