/// The journal's own thread: takes what is queued, has it written as one batch, calls back, and between batches keeps
/// the head files fresh.
///
/// Safe to send because the thread that ``run()`` is called on is from then on the only one to touch the writer.
struct WriterLoop: @unchecked Sendable {
    let queue: Monitor<AuditJournal.Queue>
    let writer: JournalWriter
    let storage: any JournalStorage
    let configuration: AuditJournal.Configuration

    private enum Work {
        case batch([AuditJournal.Pending])
        case finish
    }

    func run() {
        let clock = ContinuousClock()
        var published = clock.now
        while true {
            let patience = writer.hasUnpublishedHeads ? configuration.headInterval : nil
            let work = queue.wait(for: patience) { queue -> Work? in
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
            switch work {
            case .batch(let pending): write(pending)
            case .finish: return finish()
            case nil: break
            }
            if writer.hasUnpublishedHeads, clock.now - published >= configuration.headInterval {
                writer.publishHeads(durably: false)
                published = clock.now
            }
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

    private func finish() {
        writer.close()
        storage.unlock()
        queue.withLock { $0.isFinished = true }
        queue.signal()
    }
}
