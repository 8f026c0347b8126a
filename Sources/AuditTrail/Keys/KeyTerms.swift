internal import MerkleLog

/// Follows what a trail says of its own keys: that one replaces another, and that it is in use.
///
/// From the new key's first checkpoint on, which is the one over the latter unless the rotation was cut off in between, the old key
/// counts no more: whoever got hold of it can add nothing.
struct KeyTerms {
    /// The old key, by the new one.
    private var replaced: [String: String] = [:]
    /// By log, the key that is said to be in use, until a checkpoint covers the saying.
    private var inUse: [String: String] = [:]
    /// By log, the key that it names as its next under a good checkpoint, until that key signs.
    private var heirs: [String: String] = [:]

    /// Takes a record of kind `key`.
    mutating func heed(_ record: AuditRecordLine, log: String) {
        guard let key = record["detail", "vkey"] else { return }
        switch record["detail", "event"] {
        case "rotated": replaced[key] = record["detail", "from"]
        case "active": inUse[log] = key
        default: break
        }
    }

    /// Takes a key that a log names as its next, once a good checkpoint covers the naming.
    mutating func trust(_ key: NoteVerifier, in log: String) { heirs[log] = key.text }

    /// - Returns: the key that ends with this checkpoint.
    mutating func ended(by note: CommitNote) -> String? {
        let log = note.checkpoint.origin
        guard let text = inUse.removeValue(forKey: log) ?? heirs[log], let old = replaced[text], old != text,
            let key = try? NoteVerifier(text: text).named(log), (try? note.note.verify(with: [key])) != nil
        else { return nil }
        heirs[log] = nil
        return old
    }
}
