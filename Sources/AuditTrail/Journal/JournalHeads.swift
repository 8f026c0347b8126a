internal import MerkleLog

/// Checkpoints known from outside the segments: the heads beside them, or what somebody kept elsewhere. The logs must
/// reach every one of them.
struct JournalHeads {
    private struct Head {
        let checkpoint: Checkpoint
        let source: String
        /// Set while no known key has signed it.
        var unproven: SignedNote?
        var isReached = false
    }
    private var heads: [String: [Head]] = [:]

    /// Checks again what no known key had signed, with the keys that are known now.
    /// - Returns: what still nobody known has signed.
    mutating func prove(keys: inout JournalKeyring) -> [AuditError] {
        var faults: [AuditError] = []
        for (log, all) in heads.sorted(by: { $0.key < $1.key }) {
            for (place, head) in all.enumerated() {
                guard let note = head.unproven else { continue }
                do throws(NoteError) {
                    _ = try keys.checkpoint(note)
                    heads[log]?[place].unproven = nil
                } catch {
                    faults.append(AuditError(.damaged, "\(error)", place: AuditPlace(file: head.source, line: 1)))
                }
            }
        }
        return faults
    }

    /// Reads the head files, and what a witness has cosigned. An empty one is what a crash can leave, and is skipped.
    /// - Parameter isLenient: keeps a head that no known key signed, for ``prove(keys:)``.
    /// - Throws: ``AuditError`` `.damaged` for a head that is malformed or that no known key signed.
    mutating func read(
        _ storage: any JournalStorage, keys: inout JournalKeyring, isLenient: Bool = false
    ) throws(AuditError) {
        for name in try storage.names().sorted() where JournalFiles.isHead(name) || JournalFiles.isCosigned(name) {
            let bytes = try storage.contents(name)
            if !bytes.isEmpty { try add(bytes, from: name, keys: &keys, isLenient: isLenient) }
        }
    }

    /// Adds a checkpoint that must be reached.
    /// - Throws: ``AuditError`` `.damaged`.
    mutating func add(
        _ note: [UInt8], from source: String, keys: inout JournalKeyring, isLenient: Bool = false
    ) throws(AuditError) {
        do throws(NoteError) {
            let signed = try SignedNote(parsing: note)
            do throws(NoteError) {
                let checkpoint = try keys.checkpoint(signed)
                heads[checkpoint.origin, default: []].append(Head(checkpoint: checkpoint, source: source))
            } catch {
                guard isLenient, error == .noKnownSignature else { throw error }
                let checkpoint = try Checkpoint(text: signed.text)
                heads[checkpoint.origin, default: []].append(
                    Head(checkpoint: checkpoint, source: source, unproven: signed))
            }
        } catch {
            throw AuditError(.damaged, "\(error)", place: AuditPlace(file: source, line: 1))
        }
    }

    /// Compares with a checkpoint that the segments hold.
    mutating func meet(_ checkpoint: Checkpoint, at place: AuditPlace) throws(AuditError) {
        guard let all = heads[checkpoint.origin] else { return }
        for (index, head) in all.enumerated() where head.checkpoint.size == checkpoint.size {
            guard head.checkpoint.root == checkpoint.root else {
                throw AuditError(
                    .damaged,
                    "`\(checkpoint.origin)` was rewritten: at size \(checkpoint.size) \(head.source) has another root",
                    place: place)
            }
            heads[checkpoint.origin]?[index].isReached = true
        }
    }

    /// What is missing at the end: for each head beyond its log, or never met, why. `unreadBefore` tells how large each
    /// log was where reading began; heads below that cannot be compared.
    func missing(in state: JournalState, unreadBefore start: [String: UInt64]) -> [AuditError] {
        heads.sorted { $0.key < $1.key }.flatMap { log, heads in
            heads.compactMap { head -> AuditError? in
                let (size, place) = (head.checkpoint.size, AuditPlace(file: head.source, line: 2))
                let reached = state.logs[log]?.size ?? 0
                if size > reached {
                    return AuditError(
                        .damaged, "`\(log)` was cut: it once had \(size) records, and now has \(reached)", place: place)
                }
                if head.isReached || size == 0 || size <= start[log] ?? 0 { return nil }
                return AuditError(
                    .damaged, "`\(log)` was rewritten: it never had a checkpoint at size \(size)", place: place)
            }
        }
    }
}

extension JournalStorage {
    func names() throws(AuditError) -> [String] {
        do throws(StorageError) { return try list() } catch { throw AuditError(error) }
    }

    func contents(_ name: String, fresh: Bool = false) throws(AuditError) -> [UInt8] {
        do throws(StorageError) { return try read(name, fresh: fresh) } catch { throw AuditError(error) }
    }
}

extension AuditError {
    init(_ error: StorageError) {
        self.init(
            error.isLocked ? .locked : .storage,
            error.isLocked ? "another process writes this journal" : "\(error)",
            fix: error.isLocked ? "stop the other process, or give this one a directory of its own" : nil)
    }
}
