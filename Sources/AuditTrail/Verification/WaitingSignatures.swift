internal import MerkleLog

/// Signatures of checkpoints that wait until there are enough of them to keep every processor busy: next to them, reading costs little.
struct WaitingSignatures {
    private struct Signature: Sendable {
        let note: CommitNote
        let keys: [NoteVerifier]
        let place: AuditPlace

        /// What is wrong with it, once looked at.
        var error: NoteError? {
            do throws(NoteError) {
                try note.note.verify(with: keys)
                return nil
            } catch { return error }
        }
    }

    var work = ConcurrentMap.shared
    private var waiting: [Signature] = []
    private static let atOnce = 256

    /// - Parameter keys: one of which must have signed.
    mutating func add(_ note: CommitNote, keys: [NoteVerifier], at place: AuditPlace) {
        waiting.append(Signature(note: note, keys: keys, place: place))
    }

    /// Whether so many wait that they should be checked.
    var areMany: Bool { waiting.count >= Self.atOnce }

    /// Checks those that wait.
    /// - Returns: how many are good, what is wrong with the others, and whether the last one is good.
    mutating func check() -> (good: Int, faults: [AuditError], isLastGood: Bool) {
        let signatures = waiting
        waiting.removeAll(keepingCapacity: true)
        let errors = work.map(signatures.count) { signatures[$0].error }
        let faults = zip(signatures, errors).compactMap { signature, error in
            error.map {
                AuditError(
                    .damaged, "the checkpoint of `\(signature.note.checkpoint.origin)`: \($0)", place: signature.place)
            }
        }
        return (signatures.count - faults.count, faults, errors.last.map { $0 == nil } ?? true)
    }
}
