public import MerkleLog

/// Checks a journal with nothing but its files and public keys: every hash, link, index, commit, root and signature of
/// every segment, and that every checkpoint known from elsewhere is reached.
///
/// After a fault, reading goes on with the next segment, whose signed header says where it begins.
///
/// The signature of a segment's header is over the chain of all commits before it, and so over every signature in them. Where it is good
/// and belongs to what was read, the checkpoints of the segment before are not checked one by one; where anything is wrong, they are.
public struct AuditVerifier {
    /// A checkpoint that was kept outside of the journal, such as by a witness or a tenant.
    public struct KnownCheckpoint: Sendable {
        /// The signed note.
        public let note: [UInt8]
        /// Where it comes from, for the report.
        public let source: String

        public init(note: [UInt8], source: String) {
            self.note = note
            self.source = source
        }
    }

    private let storage: any JournalStorage
    /// The indexes that queries trust; nil where there are none.
    private let indexes: (any JournalStorage)?
    /// Every key: what was kept elsewhere may be as old as the first.
    private var keys: JournalKeyring
    /// Those that count where the reading is.
    private var current: JournalKeyring
    private var terms = KeyTerms()
    private var heads = JournalHeads()
    private var report = AuditReport()
    private var logs: [String: AuditReport.Log] = [:]
    /// When the last record of each log was made.
    private var lastTimes: [String: Int64] = [:]
    private let checksEverySignature: Bool
    private let work: ConcurrentMap
    /// Whether the segment that is read may turn out to be vouched for by the header after it.
    private var mayBeVouchedFor = false
    private var waiting = WaitingSignatures()
    private var pruned = PrunedRuns()
    /// Keys that a log names as its next, until a checkpoint covers the naming.
    private var announcedKeys: [String: [NoteVerifier]] = [:]

    /// Verifies the journal in `directory`, which may be in use.
    /// - Parameters:
    ///   - everySignature: checks each checkpoint's own, also where a later signature is over it.
    ///   - indexes: whether those that queries go by are held against the segments, too.
    ///   - isAlone: does all of it on the calling thread, which may be one that gives way to others.
    /// - Throws: ``AuditError`` `.storage` if files cannot be read. What is wrong with them is in the report.
    public static func verify(
        directory: String, keys: [NoteVerifier], checkpoints: [KnownCheckpoint] = [], everySignature: Bool = false,
        indexes: Bool = true, isAlone: Bool = false
    ) throws(AuditError) -> AuditReport {
        let storage: PosixStorage
        do throws(StorageError) {
            storage = try PosixStorage(directory: directory, create: false)
        } catch { throw AuditError(error) }
        var verifier = AuditVerifier(
            storage: storage, keys: keys,
            indexes: indexes ? try? PosixStorage(directory: directory + "/index", create: false) : nil,
            everySignature: everySignature, work: isAlone ? .alone : .shared)
        return try verifier.run(checkpoints)
    }

    init(
        storage: any JournalStorage, keys: [NoteVerifier], indexes: (any JournalStorage)? = nil,
        everySignature: Bool = false, work: ConcurrentMap = .shared
    ) {
        checksEverySignature = everySignature
        self.work = work
        waiting.work = work
        self.storage = storage
        self.indexes = indexes
        self.keys = JournalKeyring(keys)
        current = self.keys
    }

    mutating func run(_ checkpoints: [KnownCheckpoint] = []) throws(AuditError) -> AuditReport {
        // Heads first: segments that grow meanwhile are then never behind them.
        readHeads(checkpoints)
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        guard let last = numbers.last else {
            if let missing = heads.missing(in: JournalState(gateway: ""), unreadBefore: [:]).first { throw missing }
            throw AuditError(
                .storage, "there is no journal here: no file is named \(JournalFiles.segment(1))",
                fix: "give the directory that holds the segments and log.vkey")
        }
        report.segments = numbers.count
        var running: JournalState?
        var next: UInt64 = 1
        for number in numbers {
            if number != next {
                let missing =
                    JournalFiles.segment(next) + (number > next + 1 ? " to \(JournalFiles.segment(number - 1))" : "")
                fault("missing: \(missing)", JournalFiles.segment(number), 1)
                running = nil
            }
            running = try segment(number, isLast: number == last, after: running)
            if number != last { try checkIndex(number) }
            next = number + 1
        }
        report.faults.append(contentsOf: heads.prove(keys: &keys))
        report.faults.append(contentsOf: pruned.faults)
        report.pruned = pruned.count
        if let end = running {
            report.faults.append(contentsOf: heads.missing(in: end, unreadBefore: [:]))
            report.commits = end.commits
        }
        report.logs = logs.values.sorted { $0.name < $1.name }
        return report
    }

    // The state after the segment; nil if it broke.
    private mutating func segment(
        _ number: UInt64, isLast: Bool, after running: JournalState?
    ) throws(AuditError) -> JournalState? {
        if !isLast, !checksEverySignature {
            let before = self
            mayBeVouchedFor = true
            let state = try whole(number, isLast, running)
            mayBeVouchedFor = false
            if let state, report.faults.count == before.report.faults.count,
                current.keys.map(\.text) == before.current.keys.map(\.text), isVouchedFor(state, by: number + 1)
            {
                return state
            }
            // Then each signature counts, and what is wrong is to be found at its place.
            self = before
        }
        return try whole(number, isLast, running)
    }

    // Whether the segment that follows begins with this state, signed by a key that counts.
    private func isVouchedFor(_ state: JournalState, by number: UInt64) -> Bool {
        let following = SegmentFile(storage: storage, name: JournalFiles.segment(number), isLast: false)
        guard let (header, _) = try? following.header(keys: current.keys) else { return false }
        return header.segment == number && header.state == state
    }

    private mutating func whole(
        _ number: UInt64, _ isLast: Bool, _ running: JournalState?
    ) throws(AuditError) -> JournalState? {
        var file = SegmentFile(storage: storage, name: JournalFiles.segment(number), isLast: isLast)
        file.work = work
        do throws(AuditError) {
            let state = try read(file, number, running)
            checkSignatures()
            return state
        } catch {
            checkSignatures()
            guard error.code == .damaged else { throw error }
            report.faults.append(error)
            return nil
        }
    }

    // Queries that go by an index overlook what it says wrongly.
    private mutating func checkIndex(_ number: UInt64) throws(AuditError) {
        let name = SegmentIndex.fileName(number)
        guard let encoded = try? indexes?.read(name, fresh: false) else { return }
        let bytes = try storage.contents(JournalFiles.segment(number))
        guard let place = SegmentIndex.falsehood(in: encoded, segment: bytes) else { return }
        let line = bytes[..<place].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        fault(
            "index/\(name) says something else of this record: a query by it may overlook records; remove it, it is made anew",
            JournalFiles.segment(number), line)
    }

    private mutating func read(
        _ file: SegmentFile, _ number: UInt64, _ running: JournalState?
    ) throws(AuditError) -> JournalState {
        if file.isLast, running != nil || number == 1, let torn = try file.unbegunBytes() {
            report.unfinishedBytes += torn
            return running ?? JournalState(gateway: "")
        }
        let (header, headerEnd) = try file.header(keys: current.keys)
        report.signatures += 1
        var state = header.state
        let expected = running ?? (number == 1 ? JournalState(gateway: state.gateway) : state)
        guard header.segment == number, state == expected else {
            throw AuditError(
                .damaged, "the segment does not continue the one before it",
                place: AuditPlace(file: file.name, line: 1))
        }
        for (log, end) in state.logs {
            update(log) { $0.records = end.size }
        }
        defer {
            for (log, end) in state.logs {
                update(log) { report in
                    // Until here, records counted those under a checkpoint.
                    report.uncovered = end.size - min(report.records, end.size)
                    report.records = end.size
                    report.root = end.frontier.root
                }
            }
        }
        let end = try file.read(after: headerEnd, into: &state) { (line: SegmentReader.Line) throws(AuditError) in
            switch line.accepted {
            case .record(let log, _, _):
                lastTimes[log] = line.time
                heed(line, log)
            case .pruned(let log, let index, _): pruned.note(log, index, at: line.place)
            case .commit(let notes): for note in notes { check(note, line.place) }
            }
        }
        report.unfinishedBytes += end.tornBytes
        return state
    }

    private mutating func check(_ note: CommitNote, _ place: AuditPlace) {
        let log = note.checkpoint.origin
        let isWord = announcedKeys[log] != nil || pruned.awaits(log)
        if isWord || !mayBeVouchedFor {
            waiting.add(note, keys: current.keys(for: log), at: place)
        } else {
            report.vouched += 1
        }
        if let old = terms.ended(by: note) { current.remove(old) }
        if isWord {
            // Whether the next keys and the removals count depends on this very signature.
            if checkSignatures() {
                for key in announcedKeys.removeValue(forKey: log) ?? [] {
                    trust(key)
                    terms.trust(key, in: log)
                }
                pruned.confirm(log)
            }
        } else if waiting.areMany {
            checkSignatures()
        }
        do throws(AuditError) {
            try heads.meet(note.checkpoint, at: place)
        } catch {
            checkSignatures()
            report.faults.append(error)
        }
        let time = lastTimes[log].map(Timestamp.text)
        update(log) { report in
            report.records = note.checkpoint.size
            report.lastTime = time
        }
    }

    private mutating func trust(_ key: NoteVerifier) {
        keys.add(key)
        current.add(key)
    }

    /// - Returns: whether the last of those that waited holds.
    @discardableResult
    private mutating func checkSignatures() -> Bool {
        let (good, faults, isLastGood) = waiting.check()
        report.signatures += good
        report.faults += faults
        return isLastGood
    }

    private mutating func readHeads(_ checkpoints: [KnownCheckpoint]) {
        do throws(AuditError) {
            try heads.read(storage, keys: &keys, isLenient: true)
            for known in checkpoints {
                try heads.add(known.note, from: known.source, keys: &keys, isLenient: true)
            }
        } catch {
            report.faults.append(error)
        }
    }

    // Records that say something about the trail itself.
    private mutating func heed(_ line: SegmentReader.Line, _ log: String) {
        guard let record = line.wordOfTrail else { return }
        if record["kind"] == "key" { terms.heed(record, log: log) }
        switch record["kind"] {
        case "retention": pruned.announce(log, record)
        case "key" where record["detail", "event"] == "rotated":
            guard let text = record["detail", "vkey"], let key = try? NoteVerifier(text: text),
                log.hasPrefix(key.name + "/")
            else { return fault("the next key is none", line.place.file, line.place.line) }
            announcedKeys[log, default: []].append(key)
        default: break
        }
    }

    private mutating func update(_ name: String, _ change: (inout AuditReport.Log) -> Void) {
        var log =
            logs.removeValue(forKey: name)
            ?? AuditReport.Log(
                name: name, records: 0, root: .emptyRoot, uncovered: 0, key: keys.keys(for: name).first?.text)
        change(&log)
        logs[name] = log
    }

    private mutating func fault(_ message: String, _ file: String, _ line: Int) {
        checkSignatures()
        report.faults.append(AuditError(.damaged, message, place: AuditPlace(file: file, line: line)))
    }
}
