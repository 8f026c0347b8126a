internal import MerkleLog

/// Writes batches to the segments: one write and one sync for each. Used by one thread at a time.
///
/// After anything fails, what was written since the last sync is in doubt, in memory as well as on disk. The writer
/// then has no segment until it has cut the file back to what was synced, read that again from the disk, found the
/// commit it remembers at its end, and begun a new segment.
final class JournalWriter {
    private let storage: any JournalStorage
    private let segmentBytes: Int
    private let signer: NoteSigner
    private let keys: JournalKeyring
    private var signers: LogSigners

    // The state after the last commit, but in doubt while `file` is nil.
    private var state: JournalState
    private var file: (any JournalFile)?
    private var segment: UInt64
    private var offset: Int
    private var headerBytes = 0
    // The end of what was synced: survives failures, which leave `state` in doubt.
    private var durable: (commits: UInt64, hash: MerkleHash)
    private var buffer: [UInt8] = []
    private var heads: [String: String] = [:]

    /// Opens for writing at `end`: removes what was never begun, cuts a torn tail, and covers records that a crash left
    /// without a commit.
    /// - Throws: ``AuditError`` `.storage`, `.key`.
    init(
        storage: any JournalStorage, signer: NoteSigner, keys: JournalKeyring, segmentBytes: Int,
        end: JournalRecovery.End, beginsSegment: Bool = false
    ) throws(AuditError) {
        self.storage = storage
        self.segmentBytes = segmentBytes
        self.signer = signer
        self.keys = keys
        signers = LogSigners(signer)
        state = end.state
        segment = end.segment
        offset = end.offset
        durable = (end.state.commits, end.state.commitHash)
        do throws(StorageError) {
            for name in end.unbegun { try storage.remove(name) }
            if segment == 0 {
                try begin(segment: 1)
            } else {
                let file = try storage.open(JournalFiles.segment(segment), create: false)
                // Synced in between, so that what was cut can never come back as part of what is allocated.
                try file.truncate(to: offset)
                try file.sync()
                try file.allocate(segmentBytes)
                try file.sync()
                self.file = file
                try coverRest()
                if beginsSegment { try rotate() }
            }
        } catch { throw AuditError(error) }
    }

    /// The number of records in each log.
    var sizes: [String: UInt64] { state.logs.mapValues(\.size) }

    /// Makes the records durable, each after the one before it, under one signed checkpoint for each log they touch.
    /// - Returns: a receipt for each record, in order.
    /// - Throws: ``AuditError`` `.unavailable`; none of the records then counts as written.
    func commit(_ records: [FormattedRecord]) throws(AuditError) -> [AuditReceipt] {
        do throws(StorageError) {
            if file == nil { try repair() }
            // A checkpoint takes about 300 bytes, a commit around it 150.
            let expected = records.reduce(150) { $0 + $1.bytes.count + FormattedRecord.spliceBytes + 300 }
            if offset + expected > segmentBytes, offset > headerBytes { try rotate() }
            buffer.removeAll(keepingCapacity: true)
            let written: (receipts: [AuditReceipt], heads: [String: String])
            do throws(NoteError) {
                written = try state.write(records, signers: &signers, to: &buffer)
            } catch { throw StorageError(call: "sign", file: "checkpoint", reason: "\(error)") }
            try writeBuffer()
            heads.merge(written.heads) { $1 }
            return written.receipts
        } catch {
            file?.close()
            file = nil
            throw Self.unavailable(error)
        }
    }

    /// Whether the last commit failed, so that the next one has to begin a segment.
    var isBroken: Bool { file == nil }

    /// Begins that segment without a record to write, so that a disk which is back is noticed.
    /// - Throws: ``AuditError`` `.unavailable`.
    func recover() throws(AuditError) {
        guard isBroken else { return }
        do throws(StorageError) { try repair() } catch { throw Self.unavailable(error) }
    }

    private static func unavailable(_ error: StorageError) -> AuditError {
        AuditError(
            .unavailable, "the audit trail cannot be written: \(error)",
            fix: "make the journal's disk writable, with free space; it is tried each second, and with each record")
    }

    /// Writes the newest checkpoint of each log that changed since the last time.
    /// - Returns: whether all could be written; the others are tried again the next time.
    @discardableResult
    func publishHeads(durably: Bool) -> Bool {
        for (log, note) in heads {
            let name = JournalFiles.head(of: log, gateway: state.gateway)
            guard (try? storage.replace(name, with: Array(note.utf8), durably: durably)) != nil else { return false }
            heads[log] = nil
        }
        return true
    }

    var hasUnpublishedHeads: Bool { !heads.isEmpty }

    /// Gives back what was allocated and not used, and closes.
    func close() {
        publishHeads(durably: true)
        if let file {
            try? file.truncate(to: offset)
            try? file.sync()
            file.close()
        }
        file = nil
    }

    private func coverRest() throws(StorageError) {
        guard !state.uncovered.isEmpty else { return }
        buffer.removeAll(keepingCapacity: true)
        do throws(NoteError) {
            heads.merge(try state.writeCommit(signers: &signers, to: &buffer)) { $1 }
        } catch { throw StorageError(call: "sign", file: "checkpoint", reason: "\(error)") }
        try writeBuffer()
    }

    private func writeBuffer() throws(StorageError) {
        guard let file else { throw StorageError(call: "write", file: JournalFiles.segment(segment), reason: "closed") }
        try file.write(buffer, at: offset)
        try file.sync()
        offset += buffer.count
        durable = (state.commits, state.commitHash)
    }

    private func rotate() throws(StorageError) {
        try file?.truncate(to: offset)
        try file?.sync()
        file?.close()
        file = nil
        try begin(segment: segment + 1)
    }

    private func begin(segment number: UInt64) throws(StorageError) {
        try begin(segment: number, in: try reserve(segment: number))
    }

    // An empty segment with all the space that it will take.
    private func reserve(segment number: UInt64) throws(StorageError) -> any JournalFile {
        let name = JournalFiles.segment(number)
        let file = try storage.open(name, create: true)
        do throws(StorageError) {
            try file.allocate(segmentBytes)
            return file
        } catch {
            discard(file, name)
            throw error
        }
    }

    private func discard(_ file: any JournalFile, _ name: String) {
        file.close()
        try? storage.remove(name)
    }

    private func begin(segment number: UInt64, in file: any JournalFile) throws(StorageError) {
        let name = JournalFiles.segment(number)
        let header: [UInt8]
        do throws(NoteError) {
            header = try SegmentHeader(segment: number, state: state).encoded(signer: signer)
        } catch {
            discard(file, name)
            throw StorageError(call: "sign", file: name, reason: "\(error)")
        }
        do throws(StorageError) {
            try file.write(header, at: 0)
            try file.sync()
        } catch {
            discard(file, name)
            throw error
        }
        self.file = file
        segment = number
        offset = header.count
        headerBytes = header.count
    }

    private func repair() throws(StorageError) {
        let name = JournalFiles.segment(segment)
        let file = try storage.open(name, create: false)
        do throws(StorageError) {
            try file.truncate(to: offset)
            try file.sync()
            file.close()
        } catch {
            file.close()
            throw error
        }
        // Space first: on a full disk, every record would else have the whole segment read again before it is refused.
        try storage.remove(JournalFiles.segment(segment + 1))
        let following = try reserve(segment: segment + 1)
        do throws(StorageError) { state = try durableState(name) } catch {
            discard(following, JournalFiles.segment(segment + 1))
            throw error
        }
        try begin(segment: segment + 1, in: following)
    }

    // What the disk, and not the system's memory of it, says that was synced.
    private func durableState(_ name: String) throws(StorageError) -> JournalState {
        let recovery = JournalRecovery(storage: storage, gateway: state.gateway, keys: keys)
        var end = JournalRecovery.End(
            state: JournalState(gateway: state.gateway), segment: segment, offset: 0, tornBytes: 0, unbegun: [])
        let bytes = try storage.read(name, fresh: true)
        do throws(AuditError) {
            try recovery.read(bytes, file: name, number: segment, isLast: false, into: &end)
        } catch { throw StorageError(call: "verify", file: name, reason: "\(error)") }
        guard end.offset == offset, (end.state.commits, end.state.commitHash) == durable else {
            throw StorageError(call: "verify", file: name, reason: "what was synced is no longer there")
        }
        return end.state
    }
}
