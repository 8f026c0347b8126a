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
    mutating func accept(_ line: UnsafeBufferPointer<UInt8>) throws(LineFault) -> AcceptedLine {
        if line.begins(with: Commit.prefix) { return .commit(try acceptCommit(line)) }
        if line.begins(with: PrunedRecord.prefix) { return try acceptPruned(line) }
        guard line.count <= FormattedRecord.maximumLineBytes else {
            throw LineFault("a record is longer than \(FormattedRecord.maximumLineBytes) bytes")
        }
        guard let links = RecordLinks(line) else { throw LineFault("neither a record nor a commit in canonical form") }
        let log = String(decoding: UnsafeBufferPointer(rebasing: line[links.log]), as: UTF8.self)
        guard LogName.isValid(log, gateway: gateway) else {
            throw LineFault("a record of `\(log)` has no place in the journal of `\(gateway)`")
        }
        var state = logs.removeValue(forKey: log) ?? LogState()
        let index = state.size
        let leaf: MerkleHash
        do {
            leaf = try state.accept(line, links: links, log: log)
        } catch {
            if index > 0 { logs[log] = state }
            throw error
        }
        logs[log] = state
        uncovered.insert(log)
        uncoveredLeaves.append(leaf)
        return .record(log: log, index: index, leaf: leaf)
    }

    private mutating func acceptPruned(_ line: UnsafeBufferPointer<UInt8>) throws(LineFault) -> AcceptedLine {
        guard let pruned = PrunedRecord(line), LogName.isValid(pruned.log, gateway: gateway) else {
            throw LineFault("what is left of a removed record is malformed")
        }
        var state = logs[pruned.log] ?? LogState()
        try state.accept(pruned)
        logs[pruned.log] = state
        uncovered.insert(pruned.log)
        uncoveredLeaves.append(pruned.leaf)
        return .pruned(log: pruned.log, index: pruned.index, leaf: pruned.leaf)
    }

    private mutating func acceptCommit(_ line: UnsafeBufferPointer<UInt8>) throws(LineFault) -> [CommitNote] {
        guard let (commit, hash) = Commit.read(line, after: commitHash, leaves: uncoveredLeaves) else {
            throw LineFault("the commit was changed, or the records before it are not those that it was made for")
        }
        guard commit.number == commits else {
            throw LineFault("commit \(commit.number) stands where commit \(commits) belongs")
        }
        var notes: [CommitNote] = []
        for text in commit.notes {
            guard let note = try? SignedNote(parsing: text.utf8), let checkpoint = try? Checkpoint(text: note.text)
            else { throw LineFault("a checkpoint in commit \(commit.number) is malformed") }
            let log = checkpoint.origin
            guard let state = logs[log], uncovered.contains(log), checkpoint == state.checkpoint(origin: log) else {
                throw LineFault(
                    "the checkpoint of `\(log)` at size \(checkpoint.size) is not the head of the records before it")
            }
            notes.append(CommitNote(checkpoint: checkpoint, note: note))
        }
        guard Set(notes.map(\.checkpoint.origin)) == uncovered, notes.count == uncovered.count else {
            throw LineFault("commit \(commit.number) does not cover exactly the logs that were written to")
        }
        commits += 1
        commitHash = hash
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
