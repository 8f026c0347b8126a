internal import MerkleLog

/// The public keys that a journal's signatures are checked with, under the names of its logs.
struct JournalKeyring: Sendable {
    /// The keys as given: named for the gateway, or for one log.
    private(set) var keys: [NoteVerifier]
    private var named: [String: [NoteVerifier]] = [:]

    init(_ keys: [NoteVerifier]) { self.keys = keys }

    /// Trusts one more key.
    mutating func add(_ key: NoteVerifier) {
        guard !keys.contains(where: { $0.text == key.text }) else { return }
        keys.append(key)
        named = [:]
    }

    /// Trusts a key, a vkey's text, no more.
    mutating func remove(_ key: String) {
        keys.removeAll { $0.text == key }
        named = [:]
    }

    /// The keys under a log's name.
    mutating func keys(for log: String) -> [NoteVerifier] {
        if let known = named[log] { return known }
        let made = keys.compactMap { key in
            key.name == log || log.hasPrefix(key.name + "/") ? try? key.named(log) : nil
        }
        named[log] = made
        return made
    }

    /// Reads and checks a checkpoint.
    /// - Throws: ``NoteError``.
    mutating func checkpoint(_ note: SignedNote) throws(NoteError) -> Checkpoint {
        let checkpoint = try Checkpoint(text: note.text)
        try note.verify(with: keys(for: checkpoint.origin))
        return checkpoint
    }
}
