internal import Crypto
public import MerkleLog

/// Sees to it that logs only grow: cosigns a checkpoint once it is proven to continue the last one that was cosigned, and
/// remembers it before it answers. Whoever asks two witnesses, or one, cannot be shown two histories.
///
/// The answers are those of c2sp.org/tlog-witness. One submission is looked at after the other.
public final class Witness: Sendable {
    public struct Answer: Sendable, Hashable {
        /// As in HTTP.
        public let status: Int
        public let contentType: String
        public let body: String

        init(_ status: Int, _ body: String, _ contentType: String = "text/plain; charset=utf-8") {
            self.status = status
            self.body = body
            self.contentType = contentType
        }
    }

    private let storage: any JournalStorage
    private let signer: CosignatureSigner
    /// Held for as long as a submission is looked at: remembering is compare and swap.
    private let keys: Monitor<JournalKeyring>

    /// - Parameters:
    ///   - directory: where it remembers; made if absent, for its owner alone.
    ///   - logs: the public keys of the logs that it watches, named for one log or for a gateway.
    /// - Throws: ``AuditError`` `.locked`, `.storage`.
    public convenience init(
        directory: String, signer: CosignatureSigner, logs: [NoteVerifier]
    ) throws(AuditError) {
        do throws(StorageError) {
            try self.init(storage: try PosixStorage(directory: directory, create: true), signer: signer, logs: logs)
        } catch { throw AuditError(error) }
    }

    init(storage: any JournalStorage, signer: CosignatureSigner, logs: [NoteVerifier]) throws(StorageError) {
        try storage.lock()
        self.storage = storage
        self.signer = signer
        keys = Monitor(JournalKeyring(logs))
    }

    deinit { storage.unlock() }

    /// Answers a submission: the old size, the hashes of the consistency proof, an empty line, the checkpoint.
    /// - Parameter time: seconds since 1970.
    public func addCheckpoint(_ body: [UInt8], time: UInt64) -> Answer {
        keys.withLock { answer(body, time, &$0) }
    }

    private func answer(_ body: [UInt8], _ time: UInt64, _ keys: inout JournalKeyring) -> Answer {
        guard let submission = Submission(body) else {
            return Answer(400, "malformed: expected `old SIZE`, hashes, an empty line and a checkpoint\n")
        }
        let (checkpoint, note) = (submission.checkpoint, submission.note)
        let known = keys.keys(for: checkpoint.origin)
        guard !known.isEmpty else { return Answer(404, "unknown log\n") }
        do throws(NoteError) { try note.verify(with: known) } catch { return Answer(403, "\(error)\n") }
        guard submission.oldSize <= checkpoint.size else {
            return Answer(400, "the old size is larger than the checkpoint's\n")
        }
        do {
            let last = try last(checkpoint.origin)
            guard submission.oldSize == last?.size ?? 0 else {
                return Answer(409, "\(last?.size ?? 0)\n", "text/x.tlog.size")
            }
            do throws(ProofError) {
                try MerkleProof.verifyConsistency(
                    from: submission.oldSize, root: last?.root ?? .emptyRoot, to: checkpoint.size,
                    root: checkpoint.root, proof: submission.hashes)
            } catch {
                if submission.oldSize == checkpoint.size, submission.hashes.isEmpty {
                    return Answer(409, "\(last?.size ?? 0)\n", "text/x.tlog.size")
                }
                return Answer(422, "the proof does not hold: \(error)\n")
            }
            let signature = try signer.cosign(note, time: time)
            var kept = note
            kept.add(signature)
            // Remembered before anybody sees the signature: it can then never sign another history.
            try storage.replace(Witness.fileName(checkpoint.origin), with: Array(kept.encoded.utf8), durably: true)
            return Answer(200, signature.line)
        } catch {
            return Answer(500, "the witness cannot remember: \(error)\n")
        }
    }

    /// The newest cosigned checkpoint of the log whose origin has this hexadecimal SHA-256; nil where there is none.
    public func checkpoint(originHash: String) -> String? {
        guard MerkleHash(hex: originHash) != nil,
            let bytes = try? storage.read(originHash + ".note", fresh: false)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The hexadecimal SHA-256 of an origin, by which witnesses are asked for it.
    public static func originHash(_ origin: String) -> String {
        Hex.encode(SHA256.hash(data: Array(origin.utf8)))
    }

    private static func fileName(_ origin: String) -> String { originHash(origin) + ".note" }

    private func last(_ origin: String) throws -> Checkpoint? {
        let name = Witness.fileName(origin)
        guard try storage.list().contains(name) else { return nil }
        return try Checkpoint(text: SignedNote(parsing: storage.read(name, fresh: false)).text)
    }

    private struct Submission {
        let oldSize: UInt64
        let hashes: [MerkleHash]
        let note: SignedNote
        let checkpoint: Checkpoint

        init?(_ body: [UInt8]) {
            guard let text = String(validating: body, as: UTF8.self), let blank = text.firstRange(of: "\n\n") else {
                return nil
            }
            var lines = text[..<blank.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)[...]
            guard let first = lines.popFirst(), first.hasPrefix("old "), let size = UInt64(first.dropFirst(4)),
                first.utf8.elementsEqual("old \(size)".utf8), lines.count <= 63
            else { return nil }
            let hashes = lines.compactMap { MerkleHash(base64: Array($0.utf8)) }
            guard hashes.count == lines.count,
                let note = try? SignedNote(parsing: text[blank.upperBound...].utf8),
                let checkpoint = try? Checkpoint(text: note.text)
            else { return nil }
            oldSize = size
            self.hashes = hashes
            self.note = note
            self.checkpoint = checkpoint
        }
    }
}
