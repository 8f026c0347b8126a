internal import MerkleLog

/// Where the whole journal stands: its logs and its own chain of commits. Reading a line and writing one move it the
/// same way, so that what was written is what reading expects.
struct JournalState: Sendable, Hashable {
    /// The part of every log's name before the last `/`.
    let gateway: String
    var logs: [String: LogState] = [:]
    /// Commits so far, over all segments.
    var commits: UInt64 = 0
    /// The hash of the last commit; zero before the first.
    var commitHash = MerkleHash.zero
    /// Logs with records that no commit covers yet.
    var uncovered: Set<String> = []
    /// The leaf hashes of those records, in the order of the stream.
    var uncoveredLeaves: [MerkleHash] = []

    init(gateway: String) { self.gateway = gateway }

    /// Writes the batch and the commit that closes it. The records' logs must be of this gateway.
    /// - Returns: a receipt for each record, and the new checkpoints.
    /// - Throws: ``NoteError`` if a checkpoint cannot be signed; the state must then be thrown away.
    mutating func write(
        _ records: some Sequence<FormattedRecord>, signers: inout LogSigners, to buffer: inout [UInt8]
    ) throws(NoteError) -> (receipts: [AuditReceipt], heads: [String: String]) {
        var written: [(log: String, index: UInt64, leaf: MerkleHash)] = []
        for record in records {
            let index = logs[record.log]?.size ?? 0
            let leaf = logs[record.log, default: LogState()].append(record, to: &buffer)
            uncovered.insert(record.log)
            uncoveredLeaves.append(leaf)
            written.append((record.log, index, leaf))
        }
        let heads = try writeCommit(signers: &signers, to: &buffer)
        let receipts = written.map { record in
            AuditReceipt(
                log: record.log, index: record.index, leafHash: record.leaf,
                checkpointSize: logs[record.log]?.size ?? 0)
        }
        return (receipts, heads)
    }

    /// Writes the commit that covers everything uncovered.
    /// - Returns: the new checkpoints, as notes by log.
    mutating func writeCommit(
        signers: inout LogSigners, to buffer: inout [UInt8]
    ) throws(NoteError) -> [String: String] {
        var heads: [String: String] = [:]
        var commit = Commit(number: commits, notes: [])
        for log in uncovered.sorted() {
            guard let state = logs[log] else { continue }
            let note = try state.checkpoint(origin: log).signed(by: signers.signer(for: log)).encoded
            commit.notes.append(note)
            heads[log] = note
        }
        commitHash = commit.write(after: commitHash, leaves: uncoveredLeaves, to: &buffer)
        commits += 1
        uncovered.removeAll(keepingCapacity: true)
        uncoveredLeaves.removeAll(keepingCapacity: true)
        return heads
    }

    /// Takes one line of the journal, newline not included.
    /// - Throws: what is wrong with it; the state is then as before.
    mutating func accept(
        _ line: UnsafeBufferPointer<UInt8>, _ reading: LineReading
    ) throws(LineFault) -> AcceptedLine {
        switch reading {
        case .record(let record): try accept(line, record)
        case .pruned(let pruned): try accept(pruned)
        case .commit(let commit): .commit(try accept(line, commit))
        case .fault(let fault): throw fault
        }
    }

    private mutating func accept(
        _ line: UnsafeBufferPointer<UInt8>, _ record: RecordReading
    ) throws(LineFault) -> AcceptedLine {
        let log = String(decoding: UnsafeBufferPointer(rebasing: line[record.links.log]), as: UTF8.self)
        // Taken out while it changes, so that its tree is not copied. A log that is known was looked at before.
        let known = logs.removeValue(forKey: log)
        guard known != nil || LogName.isValid(log, gateway: gateway) else {
            throw LineFault("a record of `\(log)` has no place in the journal of `\(gateway)`")
        }
        var state = known ?? LogState()
        let index = state.size
        do {
            try state.accept(record, log: log)
        } catch {
            logs[log] = known
            throw error
        }
        logs[log] = state
        uncovered.insert(log)
        uncoveredLeaves.append(record.leaf)
        return .record(log: log, index: index, leaf: record.leaf)
    }

    private mutating func accept(_ pruned: PrunedRecord) throws(LineFault) -> AcceptedLine {
        guard LogName.isValid(pruned.log, gateway: gateway) else { throw PrunedRecord.fault }
        var state = logs[pruned.log] ?? LogState()
        try state.accept(pruned)
        logs[pruned.log] = state
        uncovered.insert(pruned.log)
        uncoveredLeaves.append(pruned.leaf)
        return .pruned(log: pruned.log, index: pruned.index, leaf: pruned.leaf)
    }

    private mutating func accept(
        _ line: UnsafeBufferPointer<UInt8>, _ reading: CommitReading
    ) throws(LineFault) -> [CommitNote] {
        let number = reading.commit.number
        guard Commit.hash(of: line, after: commitHash, leaves: uncoveredLeaves) == reading.hash else {
            throw CommitReading.fault
        }
        guard number == commits else {
            throw LineFault("commit \(number) stands where commit \(commits) belongs")
        }
        guard let notes = reading.notes else { throw LineFault("a checkpoint in commit \(number) is malformed") }
        for note in notes {
            let (log, checkpoint) = (note.checkpoint.origin, note.checkpoint)
            guard let state = logs[log], uncovered.contains(log), checkpoint == state.checkpoint(origin: log) else {
                throw LineFault(
                    "the checkpoint of `\(log)` at size \(checkpoint.size) is not the head of the records before it")
            }
        }
        guard Set(notes.map(\.checkpoint.origin)) == uncovered, notes.count == uncovered.count else {
            throw LineFault("commit \(number) does not cover exactly the logs that were written to")
        }
        commits += 1
        commitHash = reading.hash
        uncovered.removeAll(keepingCapacity: true)
        uncoveredLeaves.removeAll(keepingCapacity: true)
        return notes
    }
}

/// What a line turned out to be.
enum AcceptedLine {
    case record(log: String, index: UInt64, leaf: MerkleHash)
    /// What is left of a record whose retention was over.
    case pruned(log: String, index: UInt64, leaf: MerkleHash)
    case commit([CommitNote])
}

/// A checkpoint in a commit: it is the head of the records before it, its signature is not checked yet.
struct CommitNote: Sendable {
    let checkpoint: Checkpoint
    let note: SignedNote
}

/// One private key under the name of every log: a checkpoint's key should be named as its origin.
struct LogSigners: Sendable {
    private let signer: NoteSigner
    private var named: [String: NoteSigner] = [:]

    init(_ signer: NoteSigner) { self.signer = signer }

    mutating func signer(for log: String) throws(NoteError) -> NoteSigner {
        if let known = named[log] { return known }
        let made = try signer.named(log)
        named[log] = made
        return made
    }
}
