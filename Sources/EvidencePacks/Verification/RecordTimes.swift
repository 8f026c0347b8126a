import FoundationEssentials

/// What the times of records tell of a log: where its clock was set back, and where nothing was written though a heartbeat was due. A
/// clock that jumps shows as one or the other, and it is at such a place that a pack could begin or end without all of its period.
struct RecordTimes {
    /// In the order of the log, at most ``limit``.
    private(set) var notes: [String] = []
    private var newest: String?
    // Seconds between heartbeats, as the last one says.
    private var interval = 60
    private var hasHeartbeat = false
    // Of the last one: where a record is gone behind it, that may have been a heartbeat.
    private var index: UInt64?
    static let limit = 100
    // Calls at the same time are recorded in the order in which they are written.
    private static let leeway = 5

    /// Takes the next record.
    mutating func take(_ facts: RecordFacts) {
        let isNext = facts.index > 0 && index == facts.index - 1
        index = facts.index
        if facts.kind == "heartbeat" {
            hasHeartbeat = true
            interval = facts.interval ?? interval
        }
        let before = newest ?? facts.time
        newest = max(before, facts.time)
        guard before.prefix(18) != facts.time.prefix(18) else { return }
        let apart = Self.seconds(facts.time) - Self.seconds(before)
        if apart < -Self.leeway {
            add("record \(facts.index) is of \(facts.time), and one before it of \(before): the clock was set back")
            newest = facts.time
        } else if hasHeartbeat, isNext, apart > 2 * interval + Self.leeway {
            add("nothing was recorded from \(before) to \(facts.time), though a heartbeat was due every \(interval) s")
        }
    }

    /// Says what can be said only at the end.
    mutating func finish() {
        if !hasHeartbeat { add("no record is a heartbeat: nothing shows that the gateway was writing all the time") }
    }

    private mutating func add(_ note: String) { if notes.count < Self.limit { notes.append(note) } }

    private static func seconds(_ time: String) -> Int {
        guard let date = try? Date("\(time.prefix(19))Z", strategy: .iso8601) else { return 0 }
        return Int(date.timeIntervalSince1970)
    }
}
