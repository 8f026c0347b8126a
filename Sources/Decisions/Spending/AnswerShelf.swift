import Approvals

/// One tenant's remembered answers, the oldest of which give way.
struct AnswerShelf {
    struct Key: Hashable {
        var agent: String
        var key: String
    }

    struct Entry {
        var fingerprint: [UInt8]
        var answer: [UInt8]
        var at: Timestamp

        func isOver(_ now: Timestamp) -> Bool { at.advanced(bySeconds: SpendOrder.IdempotencyClaim.life) <= now }
    }

    /// What is in memory for it, in about.
    private(set) var bytes = 0
    private var entries: [Key: Entry] = [:]
    /// The keys by age, behind those that are gone.
    private var order: [Key] = []
    private var gone = 0
    /// An entry's share of the tables.
    private static let overhead = 256

    var isEmpty: Bool { entries.isEmpty }

    subscript(key: Key) -> Entry? { entries[key] }

    /// - Parameter most: bytes of the whole shelf.
    mutating func put(_ entry: Entry, at key: Key, now: Timestamp, most: Int) {
        bytes += Self.size(key, entry)
        if let former = entries.updateValue(entry, forKey: key) {
            bytes -= Self.size(key, former)
        } else {
            order.append(key)
        }
        while let oldest, bytes > most || oldest.isOver(now) { removeOldest() }
    }

    /// - Returns: the bytes that it took.
    @discardableResult
    mutating func removeOldest() -> Int {
        guard gone < order.count else { return 0 }
        let key = order[gone]
        gone += 1
        // The keys that are gone are let go together, so that each costs constant time.
        if gone > order.count / 2 {
            order.removeFirst(gone)
            gone = 0
        }
        guard let entry = entries.removeValue(forKey: key) else { return 0 }
        let size = Self.size(key, entry)
        bytes -= size
        return size
    }

    private var oldest: Entry? { gone < order.count ? entries[order[gone]] : nil }

    private static func size(_ key: Key, _ entry: Entry) -> Int {
        key.agent.utf8.count + key.key.utf8.count + entry.fingerprint.count + entry.answer.count + overhead
    }
}
