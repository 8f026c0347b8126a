/// The journal's own thread: takes what is queued, has it written as one batch, calls back, and between batches keeps
/// the head files fresh.
///
/// Safe to send because the thread that ``run()`` is called on is from then on the only one to touch the writer.
struct WriterLoop: @unchecked Sendable {
    let queue: Monitor<AuditJournal.Queue>
    let writer: JournalWriter
    let storage: any JournalStorage
    let configuration: AuditJournal.Configuration

    static let retryInterval: Duration = .seconds(1)

    private enum Work {
        case batch([AuditJournal.Pending])
        case finish
    }

    func run() {
        let clock = ContinuousClock()
        var published = clock.now
        var gathering = Gathering()
        while true {
            let patience =
                writer.isBroken ? Self.retryInterval : writer.hasUnpublishedHeads ? configuration.headInterval : nil
            if awaitRecords(patience) { gathering.wait(on: queue) }
            switch takeWork() {
            case .batch(let pending):
                let start = clock.now
                write(pending)
                gathering.note(answered: pending.count, took: clock.now - start)
            case .finish: return finish()
            case nil: recover()
            }
            if writer.hasUnpublishedHeads, clock.now - published >= configuration.headInterval {
                writer.publishHeads(durably: false)
                published = clock.now
            }
        }
    }

    private func awaitRecords(_ patience: Duration?) -> Bool {
        queue.wait(for: patience) { queue in
            queue.wanted = 1
            return queue.isClosing || !queue.pending.isEmpty ? true : nil
        } ?? false
    }

    private func takeWork() -> Work? {
        queue.withLock { queue in
            guard queue.pending.isEmpty else {
                defer {
                    queue.pending = []
                    queue.pending.reserveCapacity(64)
                    queue.bytes = 0
                }
                return .batch(queue.pending)
            }
            return queue.isClosing ? .finish : nil
        }
    }

    private func write(_ pending: [AuditJournal.Pending]) {
        var rest = pending[...]
        while !rest.isEmpty {
            var bytes = 0
            let batch = rest.prefix { entry in
                defer { bytes += entry.record.bytes.count }
                return bytes == 0 || bytes + entry.record.bytes.count <= configuration.batchBytes
            }
            rest = rest.dropFirst(batch.count)
            do throws(AuditError) {
                let receipts = try writer.commit(batch.map(\.record))
                queue.withLock { queue in
                    for receipt in receipts { queue.status.durable[receipt.log] = receipt.checkpointSize }
                    queue.status.failure = nil
                }
                for (entry, receipt) in zip(batch, receipts) { entry.completion(.success(receipt)) }
            } catch {
                queue.withLock { $0.status.failure = error.message }
                for entry in batch { entry.completion(.failure(error)) }
            }
        }
    }

    /// Between records, where the last ones could not be written: a gateway that is given no calls because it cannot record them
    /// notices all the same that its disk is back.
    private func recover() {
        guard writer.isBroken else { return }
        let failure: String?
        do throws(AuditError) {
            try writer.recover()
            failure = nil
        } catch { failure = error.message }
        queue.withLock { $0.status.failure = failure }
    }

    private func finish() {
        writer.close()
        storage.unlock()
        queue.withLock { $0.isFinished = true }
        queue.signal()
    }
}
