internal import MerkleLog

/// Follows what a trail says of its own keys: that one replaces another, and that it is in use.
///
/// From the checkpoint on that covers the latter under the new key's own signature, the old key counts no more: whoever
/// got hold of it can add nothing.
struct KeyTerms {
    /// The old key, by the new one.
    private var replaced: [String: String] = [:]
    /// By log, the key that is said to be in use, until a checkpoint covers the saying.
    private var inUse: [String: String] = [:]

    /// Takes a record of kind `key`.
    mutating func heed(_ record: AuditRecordLine, log: String) {
        guard let key = record["detail", "vkey"] else { return }
        switch record["detail", "event"] {
        case "rotated": replaced[key] = record["detail", "from"]
        case "active": inUse[log] = key
        default: break
        }
    }

    /// - Returns: the key that ends with this checkpoint.
    mutating func ended(by note: CommitNote) -> String? {
        let log = note.checkpoint.origin
        guard let text = inUse.removeValue(forKey: log), let old = replaced[text], old != text,
            let key = try? NoteVerifier(text: text).named(log), (try? note.note.verify(with: [key])) != nil
        else { return nil }
        return old
    }
}
