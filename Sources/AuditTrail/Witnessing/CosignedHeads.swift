public import MerkleLog

/// A checkpoint that a witness has cosigned.
public struct CosignedHead: Sendable {
    /// With the signatures of the log and of the witness.
    public let note: SignedNote
    public let checkpoint: Checkpoint
    public let witness: CosignatureVerifier
    /// When the witness signed, seconds since 1970.
    public let time: UInt64

    public init(note: SignedNote, checkpoint: Checkpoint, witness: CosignatureVerifier, time: UInt64) {
        self.note = note
        self.checkpoint = checkpoint
        self.witness = witness
        self.time = time
    }
}

/// The newest checkpoints of a journal's logs that a witness has cosigned, `cosigned-TENANT.note` beside the segments, and
/// under what key, `cosigned-TENANT.vkey`.
public struct CosignedHeads {
    private let storage: any JournalStorage

    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String) throws(AuditError) {
        do throws(StorageError) { storage = try PosixStorage(directory: directory, create: false) } catch {
            throw AuditError(error)
        }
    }

    /// The size that was cosigned last; 0 where none was.
    /// - Throws: ``AuditError`` `.storage`, `.damaged`.
    public func size(of log: String) throws(AuditError) -> UInt64 {
        let name = Self.fileName(log)
        guard try storage.names().contains(name) else { return 0 }
        do throws(NoteError) {
            return try Checkpoint(text: SignedNote(parsing: try contents(name)).text).size
        } catch { throw AuditError(.damaged, "\(error)", place: AuditPlace(file: name, line: 1)) }
    }

    /// What was cosigned last; nil where nothing was, or the key that it was kept under has not signed it.
    /// - Throws: ``AuditError`` `.storage`, `.damaged`.
    public func head(of log: String) throws(AuditError) -> CosignedHead? {
        let (name, keyName) = (Self.fileName(log), Self.keyFileName(log))
        guard try Set(storage.names()).isSuperset(of: [name, keyName]) else { return nil }
        do throws(NoteError) {
            let line = try contents(keyName).split(separator: UInt8(ascii: "\n")).first ?? []
            let witness = try CosignatureVerifier(text: String(decoding: line, as: UTF8.self))
            let note = try SignedNote(parsing: try contents(name))
            guard let time = try witness.time(of: note) else { return nil }
            return CosignedHead(note: note, checkpoint: try Checkpoint(text: note.text), witness: witness, time: time)
        } catch { throw AuditError(.damaged, "\(error)", place: AuditPlace(file: name, line: 1)) }
    }

    private func contents(_ name: String) throws(NoteError) -> [UInt8] {
        guard let bytes = try? storage.read(name, fresh: false) else { throw .malformed("it cannot be read") }
        return bytes
    }

    /// Keeps a checkpoint with the witness's answer to it.
    /// - Parameter line: the signature line.
    /// - Throws: ``AuditError`` `.damaged` where the witness has not signed this checkpoint, `.storage`.
    public func keep(_ checkpoint: String, line: String, of log: String, by witness: CosignatureVerifier)
        throws(AuditError)
    {
        let time: UInt64?
        do throws(NoteError) { time = try witness.time(of: SignedNote(parsing: (checkpoint + line).utf8)) } catch {
            throw AuditError(.damaged, "the witness's answer: \(error)")
        }
        guard time != nil else { throw AuditError(.damaged, "the witness's answer is not signed by `\(witness.name)`") }
        do throws(StorageError) {
            let (keyName, key) = (Self.keyFileName(log), Array((witness.text + "\n").utf8))
            if (try? storage.read(keyName, fresh: false)) != key {
                try storage.replace(keyName, with: key, durably: true)
            }
            try storage.replace(Self.fileName(log), with: Array((checkpoint + line).utf8), durably: true)
        } catch { throw AuditError(error) }
    }

    private static func fileName(_ log: String) -> String { JournalFiles.cosigned(log) + ".note" }

    private static func keyFileName(_ log: String) -> String { JournalFiles.cosigned(log) + ".vkey" }
}
