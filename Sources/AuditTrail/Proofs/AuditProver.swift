public import MerkleLog

/// Makes proofs from the files of a journal, which may be in use. Every line that it goes over is checked as verification does,
/// so a damaged journal gives an error and never a wrong proof.
public struct AuditProver {
    private let storage: any JournalStorage
    private var keys: JournalKeyring

    /// - Parameter keys: the journal's public keys.
    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String, keys: [NoteVerifier]) throws(AuditError) {
        do throws(StorageError) {
            self.init(storage: try PosixStorage(directory: directory, create: false), keys: keys)
        } catch { throw AuditError(error) }
    }

    init(storage: any JournalStorage, keys: [NoteVerifier]) {
        self.storage = storage
        self.keys = JournalKeyring(keys)
    }

    /// The names of the logs, sorted. Names alone need no key, and whoever asks about a log checks what it is told: a trail may
    /// have changed to a key that is not known yet.
    /// - Throws: ``AuditError`` `.storage`, `.damaged`.
    public func logs() throws(AuditError) -> [String] {
        var logs: Set<String> = []
        let numbers = try segments()
        for number in numbers.suffix(2) {
            let bytes = try storage.contents(JournalFiles.segment(number))
            logs.formUnion(CommitScan.origins(in: bytes))
            try bytes.withUnsafeBufferPointer { (buffer: UnsafeBufferPointer<UInt8>) throws(AuditError) in
                let file = JournalFiles.segment(number)
                let reader = SegmentReader(file: file, bytes: buffer, isLast: number == numbers.last)
                if reader.isLast, reader.unbegunBytes != nil { return }
                logs.formUnion(try reader.namedLogs())
            }
        }
        return logs.sorted()
    }

    /// The newest checkpoint of each log as its writer left it beside the segments, some seconds old at most; sorted. It reads
    /// no segment, and trusts nothing: whoever takes a checkpoint checks it.
    /// - Throws: ``AuditError`` `.storage`.
    public func publishedCheckpoints() throws(AuditError) -> [(log: String, note: String)] {
        var found: [(log: String, note: String)] = []
        for name in try storage.names() where JournalFiles.isHead(name) {
            let note = String(decoding: try storage.contents(name), as: UTF8.self)
            // An empty one is what a crash can leave.
            if let log = note.split(separator: "\n").first { found.append((String(log), note)) }
        }
        return found.sorted { $0.log < $1.log }
    }

    /// The newest checkpoint of a log that the segments hold, as a note.
    /// - Throws: ``AuditError`` `.notFound`, `.storage`.
    public mutating func newestCheckpoint(of log: String) throws(AuditError) -> String {
        for number in try segments().reversed() {
            let bytes = try storage.contents(JournalFiles.segment(number))
            if let note = CommitScan.lastNote(of: log, in: bytes) { return note }
        }
        throw AuditError(.notFound, "the trail has no log `\(log)`")
    }

    /// Proves that record `index` of `log` is there.
    /// - Parameter size: of the checkpoint that the proof leads to; nil for the newest.
    /// - Throws: ``AuditError`` `.notFound`, `.damaged`, `.storage`.
    public mutating func inclusion(
        of index: UInt64, in log: String, size: UInt64? = nil
    ) throws(AuditError) -> InclusionProof {
        let wanted: UInt64
        if let size { wanted = size } else { wanted = try checkpoint(try newestCheckpoint(of: log)).size }
        var ranges: MerkleRanges
        do throws(ProofError) { ranges = try MerkleRanges(inclusionOf: index, size: wanted) } catch {
            throw AuditError(.notFound, "`\(log)` has no record \(index) at size \(wanted)")
        }
        var record: [UInt8]?
        var note: String?
        try walk(log, from: index, to: wanted) { (step: Step) throws(AuditError) in
            switch step {
            case .begin(let frontier): ranges.begin(at: frontier)
            case .leaf(let place, let leaf, let line):
                ranges.add(leaf, at: place)
                if place == index { record = Array(line) }
            case .checkpoint(let found): if found.checkpoint.size == wanted { note = found.note.encoded }
            }
        }
        guard let note else {
            throw AuditError(
                .notFound, "`\(log)` never had a checkpoint at size \(wanted)",
                fix: "leave the size out, or give one that a checkpoint has")
        }
        guard let record, !record.starts(with: PrunedRecord.prefix.utf8) else {
            throw AuditError(.notFound, "record \(index) of `\(log)` was removed when its retention was over")
        }
        do throws(ProofError) {
            return InclusionProof(record: record, index: index, hashes: try ranges.proof(), checkpoint: note)
        } catch { throw AuditError(.damaged, "the journal ended before size \(wanted)") }
    }

    /// Proves that a log grew from one checkpoint to a later one and nothing else happened to it.
    /// - Parameters:
    ///   - old: a checkpoint as a note, perhaps from elsewhere; one of the journal's keys has signed it.
    ///   - new: the same; nil for the newest.
    /// - Throws: ``AuditError`` `.damaged` where the log is not what it was, `.notFound`, `.storage`.
    public mutating func consistency(from old: String, to new: String? = nil) throws(AuditError) -> ConsistencyProof {
        let before = try checkpoint(old)
        let newest: String
        if let new { newest = new } else { newest = try newestCheckpoint(of: before.origin) }
        let after = try checkpoint(newest)
        guard before.origin == after.origin else {
            throw AuditError(.notFound, "the checkpoints are of two logs, `\(before.origin)` and `\(after.origin)`")
        }
        let hashes = try consistencyHashes(before.origin, from: before.size, to: after.size)
        let proof = ConsistencyProof(old: old, new: newest, hashes: hashes)
        try proof.verify(keys: keys.keys)
        return proof
    }

    /// What shows that the first `old` records of a log are a prefix of the first `new`.
    /// - Throws: ``AuditError`` `.damaged`, `.notFound`, `.storage`.
    public mutating func consistencyHashes(
        _ log: String, from old: UInt64, to new: UInt64
    ) throws(AuditError) -> [MerkleHash] {
        var ranges: MerkleRanges
        do throws(ProofError) { ranges = try MerkleRanges(consistencyFrom: old, to: new) } catch {
            throw AuditError(.notFound, "the newer checkpoint has \(new) records, the older one \(old)")
        }
        if old > 0, old < new {
            try walk(log, from: old - 1, to: new) { (step: Step) throws(AuditError) in
                switch step {
                case .begin(let frontier): ranges.begin(at: frontier)
                case .leaf(let place, let leaf, _): ranges.add(leaf, at: place)
                case .checkpoint: break
                }
            }
        }
        do throws(ProofError) { return try ranges.proof() } catch {
            throw AuditError(.damaged, "`\(log)` was cut: it once had \(new) records")
        }
    }

    enum Step {
        /// Where the reading begins in this log.
        case begin(MerkleFrontier)
        case leaf(index: UInt64, MerkleHash, UnsafeBufferPointer<UInt8>)
        case checkpoint(CommitNote)
    }

    /// Reads `log` from the segment that holds record `first` until `size` records were seen and covered.
    mutating func walk(
        _ log: String, from first: UInt64, to size: UInt64, _ visit: (Step) throws(AuditError) -> Void
    ) throws(AuditError) {
        let numbers = try segments()
        guard let start = try startingSegment(log, first, numbers) else { return }
        var isBegun = false
        for number in numbers where number >= start {
            let file = JournalFiles.segment(number)
            let bytes = try storage.contents(file)
            var isDone = false
            try bytes.withUnsafeBufferPointer { (buffer: UnsafeBufferPointer<UInt8>) throws(AuditError) in
                let reader = SegmentReader(file: file, bytes: buffer, isLast: number == numbers.last)
                if reader.isLast, reader.unbegunBytes != nil { return }
                let (header, end) = try reader.header(keys: keys.keys)
                var state = header.state
                if !isBegun { try visit(.begin(state.logs[log]?.frontier ?? MerkleFrontier())) }
                isBegun = true
                _ = try reader.read(after: end, into: &state) { (line: SegmentReader.Line) throws(AuditError) in
                    guard !isDone else { return }
                    switch line.accepted {
                    case .record(log, let index, let leaf) where index < size,
                        .pruned(log, let index, let leaf) where index < size:
                        try visit(.leaf(index: index, leaf, line.bytes))
                    case .commit(let notes):
                        for note in notes where note.checkpoint.origin == log {
                            try visit(.checkpoint(note))
                            isDone = note.checkpoint.size >= size
                        }
                    case .record, .pruned: break
                    }
                }
            }
            if isDone { return }
        }
    }

    // The last segment in which the log begins at `first` or before.
    private func startingSegment(
        _ log: String, _ first: UInt64, _ numbers: [UInt64]
    ) throws(AuditError) -> UInt64? {
        var (low, high) = (0, numbers.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if try sizeAtStart(of: numbers[middle], log) <= first { low = middle } else { high = middle }
        }
        return numbers.isEmpty ? nil : numbers[low]
    }

    // A segment that was never begun counts as beyond everything.
    private func sizeAtStart(of number: UInt64, _ log: String) throws(AuditError) -> UInt64 {
        let file = JournalFiles.segment(number)
        var size = 1 << 16
        while true {
            let bytes: [UInt8]
            do throws(StorageError) { bytes = try storage.read(file, from: 0, atMost: size) } catch {
                throw AuditError(error)
            }
            if bytes.contains(UInt8(ascii: "\n")) {
                return try bytes.withUnsafeBufferPointer { (buffer: UnsafeBufferPointer<UInt8>) throws(AuditError) in
                    let reader = SegmentReader(file: file, bytes: buffer, isLast: false)
                    return try reader.header(keys: keys.keys).header.state.logs[log]?.size ?? 0
                }
            }
            guard bytes.count == size else { return .max }
            size *= 4
        }
    }

    private func segments() throws(AuditError) -> [UInt64] {
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        guard !numbers.isEmpty else { throw AuditError(.notFound, "there is no journal here") }
        return numbers
    }

    private mutating func checkpoint(_ note: String) throws(AuditError) -> Checkpoint {
        do throws(NoteError) { return try keys.checkpoint(SignedNote(parsing: note.utf8)) } catch {
            throw AuditError(.damaged, "the checkpoint: \(error)")
        }
    }
}

/// Finds commits in a segment's bytes without checking anything.
enum CommitScan {
    /// The last checkpoint of a log, as a note.
    static func lastNote(of log: String, in bytes: [UInt8]) -> String? {
        var note: String?
        each(bytes) { notes in note = notes.last { $0.hasPrefix(log + "\n") } ?? note }
        return note
    }

    /// The logs that have checkpoints here.
    static func origins(in bytes: [UInt8]) -> Set<String> {
        var origins: Set<String> = []
        each(bytes) { notes in origins.formUnion(notes.compactMap { $0.split(separator: "\n").first.map(String.init) })
        }
        return origins
    }

    private static func each(_ bytes: [UInt8], _ visit: ([String]) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            // A segment ends in the zeros that were allocated for it, tens of megabytes of them.
            let lines = SegmentReader(file: "", bytes: bytes, isLast: true)
            var start = 0
            while let newline = lines.newline(from: start) {
                let line = UnsafeBufferPointer(rebasing: bytes[start..<newline])
                if line.starts(with: Commit.prefix.utf8) {
                    var cursor = JSONCursor(line)
                    if cursor.literal("{\"checkpoints\":"), let notes = cursor.list({ $0.string() }) { visit(notes) }
                }
                start = newline + 1
            }
        }
    }
}
