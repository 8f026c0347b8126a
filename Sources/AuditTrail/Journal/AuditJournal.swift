public import MerkleLog
internal import Threads

/// The audit trail of one gateway, open for writing: one hash chain and one Merkle tree for each tenant, all in one
/// stream of segment files.
///
/// Appends of many callers share one write and one sync. The caller's thread formats the record and is never blocked;
/// a thread of the journal's own chains, writes, syncs, and calls back.
public final class AuditJournal: Sendable {
    /// How much is read when a journal is opened.
    public enum OpenCheck: Sendable, Hashable {
        /// Every hash and link of every segment: some seconds a gigabyte.
        case everything
        /// The same from the segment on that was written at this time, in nanoseconds since 1970. What is older is left to
        /// ``AuditJournal/checkUnread(directory:keys:)``.
        case since(Int64)
        /// The last segment, from its signed header on.
        case lastSegment
    }

    public struct Configuration: Sendable {
        /// The name of this gateway's logs before `/TENANT`: parts of `A-Z a-z 0-9 . _ - ~ @ :` between slashes.
        public var gateway: String
        /// A new segment is begun before one grows beyond this.
        public var segmentBytes = 64 << 20
        /// More records than these, waiting, are refused.
        public var queuedRecords = 16_384
        /// More bytes than these, waiting, are refused.
        public var queuedBytes = 64 << 20
        /// The most bytes of records that share one write and one sync.
        public var batchBytes = 4 << 20
        /// How old the head files may be. Zero writes them after every batch.
        public var headInterval: Duration = .seconds(1)
        public var check: OpenCheck = .everything
        /// Whether opening begins a new segment, so that all that was written before is closed.
        public var beginsSegment = false

        public init(gateway: String) { self.gateway = gateway }
    }

    struct Pending {
        let record: FormattedRecord
        let completion: @Sendable (Result<AuditReceipt, AuditError>) -> Void
    }

    struct Queue {
        var pending: [Pending] = []
        var bytes = 0
        /// As many must wait before the journal's thread is woken.
        var wanted = 1
        var isClosing = false
        /// Why nothing is appended any more, where what was written before turned out to be damaged.
        var refusal: AuditError?
        var isFinished = false
        var status: AuditStatus
    }

    private let configuration: Configuration
    private let queue: Monitor<Queue>
    /// How many segments opening has not read.
    public let unreadSegments: Int

    /// Opens or begins the journal in `directory`, made if absent; cuts off what a crash left unfinished.
    /// - Parameters:
    ///   - signer: signs checkpoints and segments; named as the gateway.
    ///   - trusted: public keys of earlier signers.
    /// - Throws: ``AuditError`` `.locked`, `.damaged`, `.invalidName`, `.key`, `.storage`.
    public static func open(
        directory: String, configuration: Configuration, signer: NoteSigner, trusted: [NoteVerifier] = []
    ) throws(AuditError) -> AuditJournal {
        let storage: PosixStorage
        do throws(StorageError) {
            storage = try PosixStorage(directory: directory, create: true)
        } catch { throw AuditError(error) }
        return try AuditJournal(storage: storage, configuration: configuration, signer: signer, trusted: trusted)
    }

    init(
        storage: any JournalStorage, configuration: Configuration, signer: NoteSigner, trusted: [NoteVerifier] = []
    ) throws(AuditError) {
        guard LogName.isGateway(configuration.gateway) else {
            throw AuditError(
                .invalidName, "`\(configuration.gateway)` cannot name a gateway",
                fix: "gateways are parts of the characters A-Z a-z 0-9 . _ - ~ @ : between slashes")
        }
        guard signer.name == configuration.gateway else {
            throw AuditError(
                .key, "the key is named `\(signer.name)`, the gateway `\(configuration.gateway)`",
                fix: "use the key that was made for this gateway")
        }
        self.configuration = configuration
        do throws(StorageError) { try storage.lock() } catch { throw AuditError(error) }
        let writer: JournalWriter
        let unread: Int
        do throws(AuditError) {
            let keys = JournalKeyring([signer.verifier] + trusted)
            var recovery = JournalRecovery(storage: storage, gateway: configuration.gateway, keys: keys)
            let end = try recovery.run(configuration.check)
            unread = end.unread
            writer = try JournalWriter(
                storage: storage, signer: signer, keys: keys, segmentBytes: configuration.segmentBytes, end: end,
                beginsSegment: configuration.beginsSegment)
        } catch {
            storage.unlock()
            throw error
        }
        unreadSegments = unread
        queue = Monitor(Queue(status: AuditStatus(durable: writer.sizes)))
        let loop = WriterLoop(queue: queue, writer: writer, storage: storage, configuration: configuration)
        guard SystemThread.start(named: "aegis-journal", { loop.run() }) else {
            storage.unlock()
            throw AuditError(.storage, "the system gave no thread for the audit trail")
        }
    }

    deinit { requestClose() }

    /// Appends a record and waits until it and a checkpoint over it are durable.
    ///
    /// An append that failed must be answered as not recorded; after a crash the record may still be found.
    /// - Throws: ``AuditError`` `.unavailable`, `.recordTooLarge`, `.invalidName`.
    public func append(_ draft: AuditRecordDraft) async throws(AuditError) -> AuditReceipt {
        try await append(format(draft))
    }

    /// The record's line for this journal.
    /// - Throws: ``AuditError`` `.recordTooLarge`, `.invalidName`.
    public func format(_ draft: AuditRecordDraft) throws(AuditError) -> FormattedRecord {
        try RecordFormatter.format(draft, log: try LogName.name(gateway: configuration.gateway, tenant: draft.tenant))
    }

    /// Appends a record that this journal has formatted, as above.
    /// - Throws: ``AuditError`` `.unavailable`.
    public func append(_ record: FormattedRecord) async throws(AuditError) -> AuditReceipt {
        let result = await withCheckedContinuation { continuation in
            do throws(AuditError) {
                try enqueue(Pending(record: record) { continuation.resume(returning: $0) })
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// How the journal is doing.
    public var status: AuditStatus {
        queue.withLock { queue in
            var status = queue.status
            status.queued = queue.pending.count
            if let refusal = queue.refusal { status.failure = refusal.message }
            return status
        }
    }

    /// Writes what is queued, closes the files and gives up the lock. Blocks until then; later appends are refused.
    public func close() {
        requestClose()
        _ = queue.wait(for: nil) { $0.isFinished ? true : nil }
    }

    /// Verifies the whole trail, what opening left unread with it, on the calling thread. Where it is not whole, nothing is appended any
    /// more, as a journal that is found damaged at its opening is not opened. Indexes are no part of it: they can be made anew.
    /// - Parameter keys: every public key of the journal.
    /// - Returns: what is wrong, nothing where it is whole.
    /// - Throws: ``AuditError`` `.storage` where files cannot be read; appending goes on.
    public func checkUnread(directory: String, keys: [NoteVerifier]) throws(AuditError) -> [AuditError] {
        let faults = try AuditVerifier.verify(directory: directory, keys: keys, indexes: false, isAlone: true).faults
        if let fault = faults.first {
            queue.withLock { queue in
                queue.refusal = AuditError(
                    .unavailable, "the audit trail is damaged: \(fault.place.map { "\($0): " } ?? "")\(fault.message)",
                    fix:
                        "keep the files as they are, and compare them with a copy; `aegis audit verify` tells what is wrong"
                )
            }
        }
        return faults
    }

    private func requestClose() {
        queue.withLock { $0.isClosing = true }
        queue.signal()
    }

    private func enqueue(_ pending: Pending) throws(AuditError) {
        var isWanted = false
        let refusal = queue.withLock { [configuration] queue -> AuditError? in
            if let refusal = queue.refusal { return refusal }
            if queue.isClosing { return AuditError(.unavailable, "the audit trail is closed") }
            guard queue.pending.count < configuration.queuedRecords,
                queue.bytes + pending.record.bytes.count <= configuration.queuedBytes
            else {
                return AuditError(
                    .unavailable, "the audit trail is behind: \(queue.pending.count) records are waiting",
                    fix: "give the journal a faster disk, or the gateway less to do")
            }
            queue.pending.append(pending)
            queue.bytes += pending.record.bytes.count
            isWanted = queue.pending.count >= queue.wanted
            return nil
        }
        if let refusal { throw refusal }
        if isWanted { queue.signal() }
    }
}

/// What the journal tells about itself, for metrics and readiness.
public struct AuditStatus: Sendable, Hashable {
    /// Records that are durable, by log.
    public var durable: [String: UInt64]
    /// Records that wait.
    public var queued = 0
    /// Why the last batch could not be written; nil when it could.
    public var failure: String?

    /// Whether the last batch was written.
    public var isAvailable: Bool { failure == nil }
}
