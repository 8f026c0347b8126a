import MerkleLog

/// Which key signs a log when, as its own records tell. The checkpoint over a `rotated` record is the old key's, and so its word for
/// the new one; the new key's first checkpoint begins its reign, which is the one over the `active` record unless the rotation was cut
/// off in between. From then on the old key counts no more.
struct KeySuccession {
    private struct Reign {
        /// The smallest size whose checkpoint is this key's.
        let first: UInt64
        let key: NoteVerifier
    }

    private var reigns: [Reign] = []
    // Named by a record that no checkpoint covers yet.
    private var announced: NoteVerifier?
    private var successor: NoteVerifier?

    /// Takes a record of kind `key` that is the log's.
    mutating func take(_ facts: RecordFacts) {
        guard let key = try? facts.vkey.flatMap({ try NoteVerifier(text: $0).named(facts.log) }) else { return }
        switch facts.event {
        case "rotated": announced = key
        case "active" where key.text == successor?.text:
            reigns.append(Reign(first: facts.index + 1, key: key))
            successor = nil
        default: break
        }
    }

    /// Takes a checkpoint of `size`, over the records so far, that is in order.
    /// - Returns: the key that it vouches for, if there is one.
    mutating func cover(_ size: UInt64, signedBy signers: [NoteVerifier]) -> NoteVerifier? {
        if reigns.isEmpty, let first = signers.first { reigns.append(Reign(first: 0, key: first)) }
        if let heir = successor, signers.contains(where: { $0.text == heir.text }) {
            reigns.append(Reign(first: size, key: heir))
            successor = nil
        }
        defer { announced = nil }
        successor = announced ?? successor
        return announced
    }

    /// Whether one of these keys may sign a checkpoint of `size`. Beyond the records that are known there may have been rotations,
    /// too, and a key that was retired among them counts no more.
    func allows(_ signers: [NoteVerifier], size: UInt64, records: UInt64) -> Bool {
        guard let reign = reigns.last(where: { $0.first <= size }) else { return true }
        let texts = signers.map(\.text)
        if texts.contains(reign.key.text) { return true }
        if let successor, size == records, texts.contains(successor.text) { return true }
        return size > records && !Set(texts).isSubset(of: reigns.dropLast().map(\.key.text))
    }
}
