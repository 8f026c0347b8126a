import AccessControl
import Approvals
import AuditTrail
import Logging
import ServiceLifecycle
import StateStoreSQLite

/// Carries what people changed about the tenants from the state store into the audit trail.
///
/// An act enters the store in the transaction of the change, whichever process makes it. A record that was written before
/// a crash is known by the act's key and not written again.
actor AdministrationClerk: Service {
    private let store: SQLiteStateStore
    private let journal: AuditJournal
    private let logger: Logger
    /// Acts that were on record already when the process started.
    private var recorded: Set<String> = []
    private static let interval: Duration = .milliseconds(100)
    private static let batch = 256

    init(store: SQLiteStateStore, journal: AuditJournal, auditDirectory: String, logger: Logger) async throws {
        self.store = store
        self.journal = journal
        self.logger = logger
        let open = Set(try await store.unrecorded(limit: 10_000).map(\.key))
        guard !open.isEmpty else { return }
        var reader = try AuditReader(directory: auditDirectory)
        let found = try reader.last(open.count) { record in
            record["idempotency_key"].map(open.contains) == true
        }
        recorded = Set(found.compactMap { $0["idempotency_key"] })
    }

    /// What is under way at shutdown is finished.
    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do { try await carry() } catch is CancellationError { return } catch {
                logger.error("an administrative act cannot be recorded yet", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch { return }
        }
    }

    /// One round: what waits, up to some hundreds.
    func carry() async throws {
        let acts = try await store.unrecorded(limit: Self.batch)
        guard !acts.isEmpty else { return }
        var failure: (any Error)?
        for act in acts where !recorded.contains(act.key) {
            // One tenant's act that cannot be recorded must not hold up another's.
            do {
                _ = try await journal.append(Self.draft(act))
                recorded.insert(act.key)
            } catch { failure = error }
        }
        let done = acts.map(\.key).filter(recorded.contains)
        if !done.isEmpty { try await store.markRecorded(done) }
        recorded.subtract(done)
        if let failure { throw failure }
    }

    private static func kind(of act: AdministrativeAct) -> AuditRecordKind {
        switch act.kind {
        case .config: .config
        case .key: .key
        case .policyReview: .policyReview
        }
    }

    private static func draft(_ unrecorded: UnrecordedAct) -> AuditRecordDraft {
        let act = unrecorded.act
        var draft = AuditRecordDraft(
            kind: kind(of: act), tenant: act.tenant, time: Timestamp.current().nanoseconds)
        draft.idempotencyKey = unrecorded.key
        draft.agentID = act.agent
        var detail = act.detail
        detail["event"] = act.event
        detail["by"] = act.by
        detail["via"] = act.via
        detail["at"] = act.at.description
        draft.detail = CanonicalJSON(texts: detail)
        return draft
    }
}
