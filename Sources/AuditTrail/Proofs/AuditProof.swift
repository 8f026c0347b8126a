public import MerkleLog

/// Shows that a record stands in a log, to whoever has the log's public key and nothing else.
public struct InclusionProof: Sendable, Hashable {
    /// The record's canonical line.
    public let record: [UInt8]
    public let index: UInt64
    public let hashes: [MerkleHash]
    /// The signed checkpoint that the proof leads to, as a note.
    public let checkpoint: String

    /// The proof as a file. The record is its extra data, so that the file proves by itself.
    /// Source: c2sp.org/tlog-proof.
    public var tlogProof: String {
        "c2sp.org/tlog-proof@v1\nextra \(Base64.encode(record))\nindex \(index)\n"
            + hashes.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint
    }

    init(record: [UInt8], index: UInt64, hashes: [MerkleHash], checkpoint: String) {
        self.record = record
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a proof file that holds its record.
    /// - Throws: ``AuditError`` `.malformed`.
    public init(tlogProof text: [UInt8]) throws(AuditError) {
        func malformed(_ what: String) -> AuditError { AuditError(.malformed, "this is no proof: \(what)") }
        guard let whole = String(validating: text, as: UTF8.self) else { throw malformed("it is not UTF-8") }
        guard let end = whole.firstRange(of: "\n\n") else { throw malformed("no empty line ends it") }
        var lines = whole[..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == "c2sp.org/tlog-proof@v1" else { throw malformed("its first line names another form") }
        guard let extra = lines.popFirst(), extra.hasPrefix("extra "),
            let record = Base64.decode(extra.utf8.dropFirst(6))
        else { throw malformed("its second line is not `extra` with the record in base64") }
        guard let number = lines.popFirst(), number.hasPrefix("index "), let index = UInt64(number.dropFirst(6)),
            number.utf8.elementsEqual("index \(index)".utf8)
        else { throw malformed("its third line is not `index` and a number") }
        let hashes = lines.compactMap { MerkleHash(base64: Array($0.utf8)) }
        guard hashes.count == lines.count, hashes.count <= 63 else { throw malformed("a line is no hash in base64") }
        self.init(record: record, index: index, hashes: hashes, checkpoint: String(whole[end.upperBound...]))
    }

    /// Checks that the record is leaf `index` of a log whose checkpoint one of these keys has signed.
    /// - Returns: the checkpoint.
    /// - Throws: ``AuditError`` `.damaged` saying what does not hold.
    public func verify(keys: [NoteVerifier]) throws(AuditError) -> Checkpoint {
        let log = AuditRecordLine.value("log", in: record) ?? ""
        var keyring = JournalKeyring(keys)
        let head: Checkpoint
        do throws(NoteError) {
            head = try keyring.checkpoint(SignedNote(parsing: checkpoint.utf8))
        } catch { throw AuditError(.damaged, "the checkpoint: \(error)") }
        guard head.origin == log, AuditRecordLine.value("index", in: record) == String(index) else {
            throw AuditError(.damaged, "the record says that it is another than the proof is for")
        }
        do throws(ProofError) {
            try MerkleProof.verifyInclusion(
                of: .leaf(record), index: index, size: head.size, root: head.root, proof: hashes)
        } catch { throw AuditError(.damaged, "record \(index) of `\(log)` is not under the checkpoint: \(error)") }
        return head
    }
}

/// Shows that a log has only grown between two of its checkpoints.
public struct ConsistencyProof: Sendable, Hashable {
    /// The checkpoints, as notes.
    public let old: String
    public let new: String
    public let hashes: [MerkleHash]

    /// Checks that the older tree is a prefix of the newer one, both signed by one of these keys.
    /// - Throws: ``AuditError`` `.damaged` saying what does not hold.
    public func verify(keys: [NoteVerifier]) throws(AuditError) {
        var keyring = JournalKeyring(keys)
        let (before, after): (Checkpoint, Checkpoint)
        do throws(NoteError) {
            before = try keyring.checkpoint(SignedNote(parsing: old.utf8))
            after = try keyring.checkpoint(SignedNote(parsing: new.utf8))
        } catch { throw AuditError(.damaged, "a checkpoint: \(error)") }
        guard before.origin == after.origin else {
            throw AuditError(.damaged, "the checkpoints are of two logs, `\(before.origin)` and `\(after.origin)`")
        }
        do throws(ProofError) {
            try MerkleProof.verifyConsistency(
                from: before.size, root: before.root, to: after.size, root: after.root, proof: hashes)
        } catch { throw AuditError(.damaged, "`\(after.origin)` did not grow from \(before.size) records: \(error)") }
    }
}
