import AccessControl
import Approvals
import AuditTrail
import Logging
import ServiceLifecycle
import StateStoreSQLite

/// Records what was changed where no gateway does: it takes the journal for a moment, and only for acts that have waited
/// longer than a running gateway lets them. So it is never in the way of a gateway that starts.
struct StandInClerk: Service {
    let store: SQLiteStateStore
    let auditDirectory: String
    let gateway: String
    let logger: Logger
    private static let interval: Duration = .milliseconds(200)
    private static let patience: Int64 = 700_000_000

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do { try await standIn() } catch is CancellationError { return } catch let error as AuditError
                where error.code == .locked
            {
                // A gateway has it, and will record them.
            } catch {
                logger.error("an administrative act cannot be recorded yet", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch { return }
        }
    }

    private func standIn() async throws {
        guard let oldest = try await store.unrecorded(limit: 1).first,
            Timestamp.current().nanoseconds - oldest.act.at.nanoseconds > Self.patience
        else { return }
        let keys = try AuditKeys.loadOrCreate(directory: auditDirectory, gateway: gateway)
        let journal = try AuditJournal.open(
            directory: auditDirectory, configuration: .init(gateway: gateway), signer: keys.signer,
            trusted: keys.trusted)
        defer { journal.close() }
        let clerk = try await AdministrationClerk(
            store: store, journal: journal, auditDirectory: auditDirectory, logger: logger)
        try await clerk.carry()
    }
}
