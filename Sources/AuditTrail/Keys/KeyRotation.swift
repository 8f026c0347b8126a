public import MerkleLog

/// Changes the key of a journal that nobody writes, so that who trusts the old key can trust the new one by the trail alone.
///
/// The old key's last checkpoints cover a record in each log that names the new key; the new key's first ones cover a record that says it is
/// in use. A rotation that was interrupted is finished by the next one, with the key that it had made.
public enum KeyRotation {
    /// - Parameter now: nanoseconds since 1970.
    /// - Returns: the new public key.
    /// - Throws: ``AuditError``.
    public static func run(directory: String, gateway: String, now: Int64) async throws(AuditError) -> NoteVerifier {
        let (old, trusted) = try AuditKeys.loadOrCreate(directory: directory, gateway: gateway)
        guard old.name == gateway else {
            throw AuditError(
                .key, "the key is named `\(old.name)`, the gateway `\(gateway)`",
                fix: "nothing was changed; give the name that the gateway was started with")
        }
        let new = try AuditKeys.prepareNext(directory: directory, gateway: gateway)
        var configuration = AuditJournal.Configuration(gateway: gateway)
        configuration.check = .lastSegment
        try await tell(
            "rotated", ["from": old.verifier.text, "vkey": new.verifier.text], now,
            try AuditJournal.open(directory: directory, configuration: configuration, signer: old, trusted: trusted))
        try AuditKeys.activateNext(directory: directory, new: new, trusted: trusted)
        try await tell(
            "active", ["vkey": new.verifier.text], now,
            try AuditJournal.open(
                directory: directory, configuration: configuration, signer: new, trusted: trusted + [new.verifier]))
        return new.verifier
    }

    private static func tell(
        _ event: String, _ detail: [String: String], _ now: Int64, _ journal: AuditJournal
    ) async throws(AuditError) {
        let logs = journal.status.durable.keys.sorted()
        do throws(AuditError) {
            for log in logs {
                var draft = AuditRecordDraft(kind: .key, tenant: LogName.tenant(of: log), time: now)
                draft.detail = CanonicalJSON(texts: detail.merging(["event": event]) { $1 })
                _ = try await journal.append(draft)
            }
            journal.close()
        } catch {
            journal.close()
            throw error
        }
    }
}
