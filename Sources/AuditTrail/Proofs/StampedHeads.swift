public import MerkleLog

/// A checkpoint that a time-stamping authority has stamped, as `aegis audit timestamp` wrote it.
public struct StampedHead: Sendable {
    /// What was stamped, byte by byte.
    public let note: SignedNote
    public let checkpoint: Checkpoint
    /// The TimeStampResp. Source: RFC 3161.
    public let answer: [UInt8]
}

/// The stamped checkpoints of a folder: `TENANT-SIZE.note`, and `TENANT-SIZE.tsr` beside it.
public enum StampedHeads {
    /// Those of one log, the smallest first.
    /// - Throws: ``AuditError`` `.storage`, `.malformed` for what is no stamped checkpoint, naming the file.
    public static func read(folder: String, log: String) throws(AuditError) -> [StampedHead] {
        let storage: PosixStorage
        do throws(StorageError) { storage = try PosixStorage(directory: folder, create: false) } catch {
            throw AuditError(error)
        }
        var heads: [StampedHead] = []
        for name in try storage.names().sorted() where name.hasSuffix(".tsr") {
            let file = name.dropLast(4) + ".note"
            let (note, answer) = (try storage.contents(String(file)), try storage.contents(name))
            do throws(NoteError) {
                let signed = try SignedNote(parsing: note)
                let checkpoint = try Checkpoint(text: signed.text)
                guard checkpoint.origin == log else { continue }
                guard signed.encoded.utf8.elementsEqual(note), TimestampExchange.isAbout(note, answer) else {
                    throw .malformed("the time stamp beside it is of something else")
                }
                heads.append(StampedHead(note: signed, checkpoint: checkpoint, answer: answer))
            } catch { throw AuditError(.malformed, "\(folder)/\(file): \(error)") }
        }
        return heads.sorted { $0.checkpoint.size < $1.checkpoint.size }
    }
}
