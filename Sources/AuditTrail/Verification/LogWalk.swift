public import MerkleLog

/// Walks one tenant's log through the journal, oldest record first, as far as it was written when the walk began.
///
/// On the way it checks what ``AuditVerifier`` checks, but for the signatures of checkpoints: whoever takes a checkpoint
/// checks it. A segment that a key begins which the log itself has ended is refused. Records that no checkpoint covers yet
/// are left out. It holds one segment in memory.
public struct LogWalk {
    /// Where a log stands between two records.
    public struct Position: Sendable, Hashable {
        /// The `hash` of the record before; zero before the first.
        public let lastHash: MerkleHash
        /// The edge of the tree over the records before.
        public let frontier: MerkleFrontier

        public init(lastHash: MerkleHash, frontier: MerkleFrontier) {
            self.lastHash = lastHash
            self.frontier = frontier
        }
    }

    /// What a walk meets.
    public enum Step {
        /// Once, before everything else: where the log stood when the oldest segment began.
        case begin(Position)
        case record(AuditRecordLine, index: UInt64, leaf: MerkleHash)
        /// What is left of a record that retention removed. Whether the log says so, whoever takes it checks.
        case removed(PrunedRecord)
        /// A checkpoint over exactly the records so far.
        case checkpoint(Checkpoint, SignedNote)
    }

    private let storage: any JournalStorage
    private let keys: JournalKeyring
    private let log: String

    /// - Parameters:
    ///   - log: `GATEWAY/TENANT`.
    ///   - keys: those of the journal; one of them must have signed each segment's header.
    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String, log: String, keys: [NoteVerifier]) throws(AuditError) {
        let storage: PosixStorage
        do throws(StorageError) {
            storage = try PosixStorage(directory: directory, create: false)
        } catch { throw AuditError(error) }
        self.init(storage: storage, log: log, keys: keys)
    }

    init(storage: any JournalStorage, log: String, keys: [NoteVerifier]) {
        self.storage = storage
        self.log = log
        self.keys = JournalKeyring(keys)
    }

    /// Calls `visit` for each step until it returns false or the journal ends.
    /// - Throws: ``AuditError`` for a journal that is damaged or cannot be read, and what `visit` throws.
    public func run(_ visit: (Step) throws -> Bool) throws {
        // Heads first: segments that grow meanwhile are then never behind them.
        var (keys, heads) = (keys, JournalHeads())
        try heads.read(storage, keys: &keys)
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        guard let last = numbers.last else {
            throw AuditError(
                .storage, "there is no journal here: no file is named \(JournalFiles.segment(1))",
                fix: "give the directory that holds the segments and log.vkey")
        }
        var (outcome, terms) = (Outcome(), KeyTerms())
        var running: (state: JournalState, number: UInt64)?
        var start: [String: UInt64] = [:]
        for number in numbers {
            guard running == nil || number == (running?.number ?? 0) + 1 else {
                throw AuditError(
                    .damaged, "missing: \(JournalFiles.segment((running?.number ?? 0) + 1))",
                    place: AuditPlace(file: JournalFiles.segment(number), line: 1))
            }
            let isFirst = running == nil
            let state = try read(number, isLast: number == last, after: running?.state, &heads, &keys, &terms) {
                header in
                guard isFirst else { return }
                start = header.logs.mapValues(\.size)
                let state = header.logs[log] ?? LogState()
                outcome.tell(.begin(Position(lastHash: state.lastHash, frontier: state.frontier)), visit)
            } watch: { step in
                outcome.tell(step, visit)
                return outcome.goesOn
            }
            if let error = outcome.error { throw error }
            guard outcome.goesOn else { return }
            running = (state, number)
        }
        if let end = running, let missing = heads.missing(in: end.state, unreadBefore: start).first { throw missing }
    }

    private struct Outcome {
        var goesOn = true
        var error: (any Error)?

        mutating func tell(_ step: Step, _ visit: (Step) throws -> Bool) {
            guard goesOn else { return }
            do { goesOn = try visit(step) } catch {
                self.error = error
                goesOn = false
            }
        }
    }

    // One segment; the state after it.
    private func read(
        _ number: UInt64, isLast: Bool, after before: JournalState?, _ heads: inout JournalHeads,
        _ keys: inout JournalKeyring, _ terms: inout KeyTerms,
        begun: (JournalState) -> Void, watch: (Step) -> Bool
    ) throws(AuditError) -> JournalState {
        let file = JournalFiles.segment(number)
        let bytes = try storage.contents(file)
        let log = log
        return try bytes.withUnsafeBufferPointer { (buffer) throws(AuditError) -> JournalState in
            let reader = SegmentReader(file: file, bytes: buffer, isLast: isLast)
            // A segment that a crash, or a writer at work, has not begun.
            if isLast, let before, reader.unbegunBytes != nil { return before }
            let (header, headerEnd) = try reader.header(keys: keys.keys)
            guard header.segment == number, before == nil || before == header.state else {
                throw AuditError(
                    .damaged, "the segment does not continue the one before it",
                    place: AuditPlace(file: file, line: 1))
            }
            var state = header.state
            begun(state)
            var isStopped = false
            var uncovered: [Step] = []
            do throws(AuditError) {
                _ = try reader.read(after: headerEnd, into: &state) { (line) throws(AuditError) in
                    switch line.accepted {
                    case .record(let name, let index, let leaf):
                        guard name == log else { return }
                        let record = AuditRecordLine(bytes: Array(line.bytes), place: line.place)
                        if line.bytes.holds("kind\":\"key\""), record["kind"] == "key" { terms.heed(record, log: log) }
                        uncovered.append(.record(record, index: index, leaf: leaf))
                    case .pruned(let name, _, _):
                        guard name == log, let pruned = PrunedRecord(line.bytes) else { return }
                        uncovered.append(.removed(pruned))
                    case .commit(let notes):
                        for note in notes {
                            try heads.meet(note.checkpoint, at: line.place)
                            guard note.checkpoint.origin == log else { continue }
                            if let old = terms.ended(by: note) { keys.remove(old) }
                            uncovered.append(.checkpoint(note.checkpoint, note.note))
                            isStopped = !uncovered.allSatisfy(watch)
                            uncovered.removeAll(keepingCapacity: true)
                        }
                    }
                    if isStopped { throw AuditError(.unavailable, "the walk was stopped") }
                }
            } catch {
                guard isStopped else { throw error }
            }
            return state
        }
    }
}
