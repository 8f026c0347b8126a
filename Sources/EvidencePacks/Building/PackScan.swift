import AuditTrail
import MerkleLog

/// The first walk through the log: where the pack begins and ends, and everything that is counted.
struct PackScan {
    let period: PackPeriod
    /// Just before the first record of the pack: the last one before the period, where there is one.
    private(set) var start: LogWalk.Position?
    /// The index of the first record of the pack: the one behind the start, or a removed one that is before the period, too.
    private(set) var first: UInt64 = 0
    /// The size of the checkpoint that closes the pack: it covers the first record after the period, where there is one.
    private(set) var end: UInt64 = 0
    /// Checkpoints behind the start, up to the end.
    private(set) var checkpoints = 0
    /// The newest checkpoint that a witness has cosigned, where that covers the pack; else the newest of all.
    private(set) var head: (checkpoint: Checkpoint, note: SignedNote)?
    private(set) var tally = PackTally()
    private(set) var controls: ControlCount
    private(set) var policies: PolicyShelf

    /// When the log's keys came into use and went out of it, by their vkeys; those that no rotation tells of are not here.
    private(set) var keyValidity: [String: PackKey.Validity] = [:]
    private(set) var times = RecordTimes()
    /// Which inputs the log says to be over, up to its end.
    private(set) var expired = ExpiredInputs()
    /// What is gone of the pack's records, and what says so.
    private(set) var removed = RemovalTrace()

    private var formerKey: String?
    private var isBehind = false
    private var begin: LogWalk.Position?
    private var position: LogWalk.Position?
    private var previous: LogWalk.Position?
    private var firstTime: String?
    // The bundle that was active when the period began.
    private var activated: RecordFacts?
    // One more than the index of the last record before the period's end.
    private var periodEnd: UInt64 = 0
    private var isClosed = false
    private var checkpointsSoFar = 0
    private let witnessed: CosignedHead?
    private let stamps: [StampedHead]
    // Those that the log has, as they were stamped.
    private var stampsMet: [StampedHead] = []
    /// The authority's answer about the head.
    private(set) var stamp: [UInt8]?
    private var isWitnessedMet = false

    init(
        period: PackPeriod, witnessed: CosignedHead?, stamps: [StampedHead], controls: ControlCount,
        policies: PolicyShelf
    ) {
        self.period = period
        self.witnessed = witnessed
        self.stamps = stamps
        self.controls = controls
        self.policies = policies
    }

    mutating func take(_ step: LogWalk.Step) throws {
        switch step {
        case .begin(let position):
            begin = position
            self.position = position
        case .record(let line, let index, let leaf): try record(line, index, leaf)
        case .removed(let record): remove(record)
        case .checkpoint(let checkpoint, let note):
            head = (checkpoint, note)
            if let seen = witnessed?.checkpoint, seen.size == checkpoint.size { try meet(seen, checkpoint) }
            if start != nil { checkpointsSoFar += 1 }
            stampsMet += stamps.filter { $0.checkpoint == checkpoint }
            guard !isClosed, checkpoint.size > periodEnd else { return }
            (end, checkpoints, isClosed) = (checkpoint.size, checkpointsSoFar, true)
        }
    }

    private mutating func record(_ line: AuditRecordLine, _ index: UInt64, _ leaf: MerkleHash) throws {
        guard let before = position else { return }
        let facts = try RecordFacts(line: line.bytes)
        firstTime = firstTime ?? facts.time
        if start == nil, facts.time >= period.from { start = previous ?? begin }
        if facts.time < period.to {
            periodEnd = index + 1
            isClosed = false
        }
        if facts.kind == "key" { noteKey(facts) }
        if facts.kind == "retention" {
            expired.take(line)
            removed.take(line)
        }
        noteTime(facts)
        if facts.kind == "bundle", facts.time < period.from {
            if facts.event == "activated" { activated = facts }
            // Whose signature counts no more: from then on nothing was in force.
            if facts.event == "withdrawn" { activated = nil }
        }
        if period.contains(facts.time) {
            try note(facts)
            tally.add(facts)
            controls.count(facts)
        }
        var frontier = before.frontier
        frontier.append(leaf)
        if start == nil {
            previous = before
            removed.begin()
        }
        position = LogWalk.Position(lastHash: MerkleHash(hex: facts.hash.utf8) ?? .zero, frontier: frontier)
    }

    // When it was made is not known: it may be of the period unless a record before it is behind that.
    private mutating func remove(_ record: PrunedRecord) {
        guard var frontier = position?.frontier else { return }
        frontier.append(record.leaf)
        position = LogWalk.Position(lastHash: record.hash, frontier: frontier)
        removed.remove(record.index)
        guard !isBehind else { return }
        periodEnd = record.index + 1
        isClosed = false
    }

    /// What the witness has seen, where that is the head.
    var headWitnessed: CosignedHead? {
        guard isWitnessedMet, let head, let witness = witnessed?.witness, let time = try? witness.time(of: head.note)
        else { return nil }
        return CosignedHead(note: head.note, checkpoint: head.checkpoint, witness: witness, time: time)
    }

    /// What the witness has seen, where a checkpoint of the pack bears its signature.
    var witnessedInPack: CosignedHead? {
        guard isWitnessedMet, let witnessed, witnessed.checkpoint.size > first else { return nil }
        return witnessed.checkpoint.size <= end || headWitnessed != nil ? witnessed : nil
    }

    /// What can be said of each control.
    /// - Parameter removed: records of the pack that are gone.
    func findings(_ map: ControlMap, removed: Int) -> [String: ControlFinding] {
        let (unenforced, unreviewed) = (controls.unenforced, policies.unreviewed)
        let findings = map.controls.map { control in
            ControlFinding(
                control, unenforced: unenforced[control.id] ?? UnenforcedCalls(), unreviewed: unreviewed,
                removed: removed)
        }
        return Dictionary(zip(map.controls.map(\.id), findings)) { first, _ in first }
    }

    private mutating func meet(_ seen: Checkpoint, _ checkpoint: Checkpoint) throws(PackError) {
        guard seen.root == checkpoint.root else {
            throw PackError(
                .journal, "`\(seen.origin)` was rewritten: at size \(seen.size) the witness has seen another root")
        }
        isWitnessedMet = true
    }

    private mutating func noteKey(_ facts: RecordFacts) {
        guard let key = facts.vkey else { return }
        if facts.event == "rotated" { formerKey = facts.formerKey }
        guard facts.event == "active" else { return }
        if let formerKey { keyValidity[formerKey, default: PackKey.Validity()].until = facts.time }
        keyValidity[key, default: PackKey.Validity()].from = facts.time
        formerKey = nil
    }

    // Of the records of the period and their neighbours.
    private mutating func noteTime(_ facts: RecordFacts) {
        if start == nil { times = RecordTimes() }
        if facts.time < period.to || !isBehind { times.take(facts) }
        isBehind = facts.time >= period.to
    }

    private mutating func note(_ facts: RecordFacts) throws {
        guard let map = try policies.note(facts), let version = facts.policyVersion else { return }
        controls.learn(map, of: version)
    }

    /// Settles the ends, once the log has been walked.
    /// - Throws: ``PackError`` `.range` for a log that is empty, or whose older records are elsewhere.
    mutating func finish(log: String) throws {
        guard let head, let begin else {
            throw PackError(.journal, "there is no record of `\(log)` in this journal")
        }
        times.finish()
        expired.settle()
        if let activated { try note(activated) }
        start = start ?? previous ?? begin
        if !isClosed { (end, checkpoints) = (head.checkpoint.size, checkpointsSoFar) }
        first = start?.frontier.size ?? 0
        try removed.settle(start: &first, end: end, from: period.from, log: log)
        if let witnessed { try settle(witnessed, newest: head.checkpoint) }
        settleStamp()
        if begin.frontier.size > 0, start == begin, let firstTime, firstTime >= period.from {
            throw PackError(
                .range,
                "the oldest record here is of \(firstTime): what came before in the period is no longer in the journal",
                fix: "bring the archived segments back, or begin the period after that time")
        }
    }

    // The head covers the pack, and what says that records of it are gone.
    private var headSize: UInt64 { max(end, (removed.announcements.last?.notice.index ?? 0) + 1) }

    // The newest stamp over the whole pack.
    private mutating func settleStamp() {
        guard let fitting = stampsMet.last(where: { $0.checkpoint.size >= headSize && keepsWitness($0.note) }) else {
            return
        }
        head = (fitting.checkpoint, fitting.note)
        stamp = fitting.answer
    }

    // Whether the witness vouches for no less with this note as the head.
    private func keepsWitness(_ note: SignedNote) -> Bool {
        guard let current = headWitnessed else { return true }
        guard let time = try? current.witness.time(of: note) else { return false }
        return WitnessSight.time(time) >= period.to
            || WitnessSight(current).time < period.to
    }

    private mutating func settle(_ witnessed: CosignedHead, newest: Checkpoint) throws(PackError) {
        guard witnessed.checkpoint.size <= newest.size else {
            throw PackError(
                .journal,
                "`\(newest.origin)` was cut: the witness has seen \(witnessed.checkpoint.size) records, and the journal has "
                    + "\(newest.size)", fix: "put the newer directory back")
        }
        if isWitnessedMet, witnessed.checkpoint.size >= headSize { head = (witnessed.checkpoint, witnessed.note) }
    }
}
