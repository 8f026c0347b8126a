import AccessControl
import HTTPEndpoints
import HTTPTypes

/// Holds an answer back until the change that it tells of is in the audit trail.
struct RecordedChange: Sendable {
    let ledger: any AdministrationLedger
    private static let interval: Duration = .milliseconds(20)
    private static let patience: Duration = .seconds(5)

    /// - Parameter act: the key of the act; nil where nothing was changed.
    /// - Throws: a ``Problem`` with 503 where the record does not come in time. The change stands, and is recorded later.
    func wait(for act: String?) async throws {
        guard let act else { return }
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end {
            if try await ledger.isRecorded(act) { return }
            try await Task.sleep(for: Self.interval)
        }
        throw Problem(
            .serviceUnavailable, "audit_unavailable", "the change could not be recorded",
            "it stands, and is recorded as soon as a gateway of this state can; tell the operator")
    }
}
