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
        // Of the last batch: how many it answered, and how long it took.
        var (answered, took) = (0, Duration.zero)
        while true {
            let patience = writer.hasUnpublishedHeads ? configuration.headInterval : nil
            if awaitRecords(patience) { gather(answered, took) }
            switch takeWork() {
            case .batch(let pending):
                let start = clock.now
                write(pending)
                (answered, took) = (pending.count, clock.now - start)
            case .finish: return finish()
            case nil: break
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

    // Callers that were answered together come back together, a little after each other. To write for the first of them
    // would make all others wait for one more sync; so wait for as many again, for a small part of what a batch takes.
    private func gather(_ expected: Int, _ took: Duration) {
        let window = min(took / 4, .microseconds(500))
        guard expected > 1, window > .microseconds(20) else { return }
        _ = queue.wait(for: window) { queue in
            queue.wanted = expected
            return queue.isClosing || queue.pending.count >= expected ? true : nil
        }
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

    private func finish() {
        writer.close()
        storage.unlock()
        queue.withLock { $0.isFinished = true }
        queue.signal()
    }
}
