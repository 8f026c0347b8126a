internal import Crypto
internal import MerkleLog

/// What can be known of a line without the lines before it. Most of the work of reading a journal is here, so it can be done on
/// all processors; what ties one line to the next is left to ``JournalState``.
enum LineReading: Sendable {
    case record(RecordReading)
    case pruned(PrunedRecord)
    case commit(CommitReading)
    case fault(LineFault)

    /// - Parameter line: without its newline.
    init(_ line: UnsafeBufferPointer<UInt8>) {
        if line.begins(with: Commit.prefix) {
            self = CommitReading(line).map { .commit($0) } ?? .fault(CommitReading.fault)
        } else if line.begins(with: PrunedRecord.prefix) {
            self = PrunedRecord(line).map { .pruned($0) } ?? .fault(PrunedRecord.fault)
        } else if line.count > FormattedRecord.maximumLineBytes {
            self = .fault(LineFault("a record is longer than \(FormattedRecord.maximumLineBytes) bytes"))
        } else if let links = RecordLinks(line) {
            self = .record(RecordReading(line, links))
        } else {
            self = .fault(LineFault("neither a record nor a commit in canonical form"))
        }
    }
}

/// A record, hashed as the successor of the one that it names.
struct RecordReading: Sendable {
    let links: RecordLinks
    /// The hash that it gives for the record before it; nil where that is no hash.
    let previous: MerkleHash?
    /// Its own hash; nil where the one that it gives is another.
    let hash: MerkleHash?
    let leaf: MerkleHash

    init(_ line: UnsafeBufferPointer<UInt8>, _ links: RecordLinks) {
        self.links = links
        previous = MerkleHash(hex: UnsafeBufferPointer(rebasing: line[links.previous]))
        hash = links.hash(after: previous, in: line)
        leaf = MerkleHash.leaf(UnsafeRawBufferPointer(line))
    }
}

extension RecordLinks {
    /// A record's hash behind `previous`; nil where the record gives another.
    fileprivate func hash(after previous: MerkleHash?, in line: UnsafeBufferPointer<UInt8>) -> MerkleHash? {
        guard let previous else { return nil }
        let bytes = UnsafeRawBufferPointer(line)
        let computed = LogState.hash(
            previous, UnsafeRawBufferPointer(rebasing: bytes[..<hashMember.lowerBound]),
            UnsafeRawBufferPointer(rebasing: bytes[hashMember.upperBound...]))
        return MerkleHash(hex: UnsafeBufferPointer(rebasing: line[hash])) == computed ? computed : nil
    }
}

extension AuditRecordLine {
    /// Whether it is as it was written: its hash is that of its bytes behind the record that it names. Says nothing of the records
    /// beside it; ``AuditVerifier`` does.
    public var isIntact: Bool {
        bytes.withUnsafeBufferPointer { line in
            guard let links = RecordLinks(line) else { return false }
            return links.hash(after: MerkleHash(hex: UnsafeBufferPointer(rebasing: line[links.previous])), in: line)
                != nil
        }
    }
}

/// A commit that may or may not be the one that belongs here.
struct CommitReading: Sendable {
    let commit: Commit
    /// The hash that it gives for itself.
    let hash: MerkleHash
    /// Its checkpoints; nil where one is malformed.
    let notes: [CommitNote]?

    static let fault = LineFault("the commit was changed, or the records before it are not those that it was made for")

    /// Nil for a line that is no commit.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard let (commit, hash) = Commit.parse(line) else { return nil }
        self.commit = commit
        self.hash = hash
        var notes: [CommitNote] = []
        for text in commit.notes {
            guard let note = try? SignedNote(parsing: text.utf8), let checkpoint = try? Checkpoint(text: note.text)
            else {
                self.notes = nil
                return
            }
            notes.append(CommitNote(checkpoint: checkpoint, note: note))
        }
        self.notes = notes
    }
}
