public import Approvals

/// Sessions put together again from the records of their permitted calls, in any order that lies close to the order in
/// which they were made.
public struct SessionReplay {
    /// Seconds before now from which on records are to be told: what a session is that is still open has been told anew
    /// within that time.
    public static let horizon: Int64 = SessionLedger.life + SessionLedger.carryEvery + 3600

    private struct Step {
        var place: Int
        /// Into `tools`.
        var tool: Int32
    }

    private struct Track {
        var owner: String
        var lastUsed: Timestamp
        var carriedAt: Timestamp
        var carried: (session: CarriedSession, place: Int)?
        var steps: [Step] = []
        var labels = SessionFacts()
        var marks: [Session.MarkGroup: Set<String>] = [:]
        var nextPlace = 1
    }

    private var tracks: [SessionKey: Track] = [:]
    private var tools: [String] = []
    private var toolNumbers: [String: Int32] = [:]

    public init() {}

    /// A permitted call.
    /// - Parameters:
    ///   - time: when it was evaluated.
    ///   - place: nil in records of versions that gave none; the call then follows those told before it.
    public mutating func add(
        tool: String, by agent: String, in key: SessionKey, at time: Timestamp, place: Int? = nil,
        labels: [String] = [], marks: [SessionMark] = [], carried: CarriedSession? = nil
    ) {
        if let track = tracks[key], time.seconds - track.lastUsed.seconds > SessionLedger.life { tracks[key] = nil }
        let number = number(of: tool)
        var track = tracks.removeValue(forKey: key) ?? Track(owner: agent, lastUsed: time, carriedAt: time)
        let place = place ?? track.nextPlace
        track.lastUsed = max(track.lastUsed, time)
        track.nextPlace = max(track.nextPlace, place + 1)
        track.labels.add(labels: labels)
        for mark in marks { track.marks[Session.MarkGroup(mark), default: []].insert(mark.value) }
        if let carried, place > track.carried?.place ?? 0 {
            track.carried = (carried, place)
            track.carriedAt = max(track.carriedAt, time)
            track.steps.removeAll { $0.place < place && !carried.open.contains($0.place) }
        }
        if let (session, from) = track.carried, place < from, !session.open.contains(place) {
            // Told already.
        } else {
            track.steps.append(Step(place: place, tool: number))
        }
        tracks[key] = track
    }

    /// Labels that no call brought.
    mutating func add(labels: [String], by agent: String, in key: SessionKey, at time: Timestamp) {
        guard !labels.isEmpty else { return }
        tracks[key, default: Track(owner: agent, lastUsed: time, carriedAt: time)].labels.add(labels: labels)
    }

    /// Puts what is still open at `now` into the ledger.
    public func restore(into sessions: SessionLedger, now: Timestamp) {
        for (key, track) in tracks where now.seconds - track.lastUsed.seconds <= SessionLedger.life {
            sessions.restore(key) { session(track, version: $0) }
        }
    }

    private func session(_ track: Track, version: UInt64) -> Session {
        var facts = track.carried?.session.facts ?? SessionFacts()
        for step in track.steps.sorted(by: { $0.place < $1.place }) {
            facts.add(.init(place: step.place, tool: tools[Int(step.tool)]), labels: [])
        }
        facts.add(labels: track.labels.labels)
        var values = track.marks.mapValues { Session.Values(known: $0) }
        for group in track.carried?.session.groups ?? [] {
            let key = Session.MarkGroup(books: group.books, policy: group.policy, rule: group.rule)
            values[key, default: Session.Values()].known.formUnion(group.values)
            values[key]?.lost = max(0, group.count - group.values.count)
        }
        return Session(
            owner: track.owner, facts: facts, values: values, nextPlace: track.nextPlace, lastUsed: track.lastUsed,
            carriedAt: track.carriedAt, version: version)
    }

    private mutating func number(of tool: String) -> Int32 {
        if let known = toolNumbers[tool] { return known }
        let number = Int32(tools.count)
        tools.append(tool)
        toolNumbers[tool] = number
        return number
    }
}
