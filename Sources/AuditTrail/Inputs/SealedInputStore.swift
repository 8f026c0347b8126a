public import Crypto
internal import Threads

/// One decision's input on its way to the store.
public struct SealedInput: Sendable {
    public let name: InputName
    /// When the decision was recorded, nanoseconds since 1970.
    public let time: Int64
    /// The plain form, JSON.
    public let plain: [UInt8]

    public init(name: InputName, time: Int64, plain: [UInt8]) {
        self.name = name
        self.time = time
        self.plain = plain
    }
}

/// Keeps what decisions were evaluated over, encrypted, beside the audit trail and never in it: so that a decision can be
/// evaluated again, and so that what must go can be erased while the trail stays whole.
///
/// Nobody ever waits for it. A thread of its own encrypts and writes; where it falls behind, or the disk is full, inputs
/// are dropped and counted, and their decisions can then not be evaluated again. A crash loses the last moments.
public final class SealedInputStore: Sendable {
    public struct Configuration: Sendable {
        /// Another file is begun once one is this long, or spans a day.
        public var fileBytes = 64 << 20
        /// More than these, waiting, are dropped.
        public var queuedInputs = 8192
        public var queuedBytes = 32 << 20
        /// A longer input is dropped.
        public var largestInput = 1 << 20
        /// How long inputs are gathered for one write.
        public var gathering: Duration = .milliseconds(10)
        /// How old the oldest input may be that a loss of power can take.
        public var syncInterval: Duration = .seconds(5)

        public init() {}
    }

    /// How the store is doing, for metrics.
    public struct Status: Sendable, Hashable {
        public var kept: UInt64 = 0
        /// Inputs that were not kept, and so cannot be evaluated again.
        public var dropped: UInt64 = 0
        /// Why the last write failed; nil when it worked.
        public var failure: String?
    }

    struct Queue {
        var inputs: [SealedInput] = []
        var bytes = 0
        var removals: [OldInputs] = []
        var isClosing = false
        var isFinished = false
        var status = Status()
    }

    private let configuration: Configuration
    private let queue = Monitor(Queue())

    /// Opens the store in `directory`, made if absent, for its owner alone.
    /// - Parameter key: 256 bits; without it nothing can be read any more.
    /// - Throws: ``AuditError`` `.locked`, `.storage`.
    public static func open(
        directory: String, key: SymmetricKey, configuration: Configuration = Configuration()
    ) throws(AuditError) -> SealedInputStore {
        do throws(StorageError) {
            return try SealedInputStore(
                storage: try PosixStorage(directory: directory, create: true), key: key, configuration: configuration)
        } catch { throw AuditError(error) }
    }

    init(storage: any JournalStorage, key: SymmetricKey, configuration: Configuration) throws(StorageError) {
        self.configuration = configuration
        try storage.lock()
        do throws(StorageError) {
            let writer = try SealedInputWriter(storage: storage, master: key, fileBytes: configuration.fileBytes)
            let loop = SealedInputLoop(queue: queue, writer: writer, storage: storage, configuration: configuration)
            guard SystemThread.start(named: "aegis-inputs", { loop.run() }) else {
                throw StorageError(call: "pthread_create", file: "", reason: "the system gave no thread")
            }
        } catch {
            storage.unlock()
            throw error
        }
    }

    deinit { requestClose() }

    /// Takes an input to be kept; never blocks and never fails.
    public func keep(_ input: SealedInput) {
        let isWanted = queue.withLock { [configuration] queue in
            guard !queue.isClosing, input.plain.count <= configuration.largestInput,
                queue.inputs.count < configuration.queuedInputs,
                queue.bytes + input.plain.count <= configuration.queuedBytes
            else {
                queue.status.dropped += 1
                return false
            }
            queue.inputs.append(input)
            queue.bytes += input.plain.count
            return queue.inputs.count == 1 || queue.inputs.count == configuration.queuedInputs / 2
        }
        if isWanted { queue.signal() }
    }

    /// Has these files removed; soon, not at once.
    public func remove(_ old: [OldInputs]) {
        queue.withLock { $0.removals += old }
        queue.signal()
    }

    public var status: Status { queue.withLock { $0.status } }

    /// Writes what is queued and closes. Blocks until then; later inputs are dropped.
    public func close() {
        requestClose()
        _ = queue.wait(for: nil) { $0.isFinished ? true : nil }
    }

    private func requestClose() {
        queue.withLock { $0.isClosing = true }
        queue.signal()
    }
}

/// The store's own thread. Safe to send because the thread that ``run()`` is called on is the only one to touch the writer.
private struct SealedInputLoop: @unchecked Sendable {
    let queue: Monitor<SealedInputStore.Queue>
    let writer: SealedInputWriter
    let storage: any JournalStorage
    let configuration: SealedInputStore.Configuration

    func run() {
        while true {
            awaitWork()
            let (inputs, removals, isClosing) = takeWork()
            if inputs.isEmpty { writer.sync() } else { write(inputs) }
            if !removals.isEmpty { try? writer.remove(removals) }
            if isClosing, inputs.isEmpty { return finish() }
        }
    }

    private func awaitWork() {
        let patience = writer.hasUnsynced ? configuration.syncInterval : nil
        let came = queue.wait(for: patience) { queue in
            queue.isClosing || !queue.inputs.isEmpty || !queue.removals.isEmpty ? true : nil
        }
        guard came == true else { return }
        _ = queue.wait(for: configuration.gathering) { [configuration] queue in
            queue.isClosing || queue.inputs.count >= configuration.queuedInputs / 2 ? true : nil
        }
    }

    private func takeWork() -> ([SealedInput], removals: [OldInputs], isClosing: Bool) {
        queue.withLock { queue in
            defer {
                queue.inputs = []
                queue.bytes = 0
                queue.removals = []
            }
            return (queue.inputs, queue.removals, queue.isClosing)
        }
    }

    private func write(_ inputs: [SealedInput]) {
        do throws(StorageError) {
            try writer.append(inputs[...])
            queue.withLock {
                $0.status.kept += UInt64(inputs.count)
                $0.status.failure = nil
            }
        } catch {
            queue.withLock {
                $0.status.dropped += UInt64(inputs.count)
                $0.status.failure = "\(error)"
            }
        }
    }

    private func finish() {
        writer.close()
        storage.unlock()
        queue.withLock { $0.isFinished = true }
        queue.signal()
    }
}
