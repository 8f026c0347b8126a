/// How long the journal's thread waits for more records before it writes: a sync, a signature and the wake-ups around them
/// cost the same for one record as for fifty, and where the processors are what is short, they cost decisions.
///
/// Callers that were answered together come back together, a little after each other, so those of the last batch are
/// waited for; to write for the first of them would make all others wait for one more sync. Beyond them it is waited as long as more keep
/// coming. Where nobody comes beyond them, as with eight callers of which all are waiting already, that is tried only
/// now and then. A lone caller is never kept waiting.
struct Gathering {
    /// The longest wait for records beyond those of the last batch.
    static let longest = Duration.milliseconds(1)
    /// So many wait, and no more are waited for.
    static let plenty = 64

    private var answered = 0
    private var took = Duration.zero
    private var batchesToSkip = 0

    /// What the last batch was, and how long it took.
    mutating func note(answered: Int, took: Duration) {
        (self.answered, self.took) = (answered, took)
    }

    mutating func wait(on queue: Monitor<AuditJournal.Queue>) {
        let slice = min(took / 4, .microseconds(500))
        guard answered > 1, slice > .microseconds(20) else { return }
        let expected = answered
        _ = queue.wait(for: slice) { queue in
            queue.wanted = expected
            return queue.isClosing || queue.pending.count >= expected ? true : nil
        }
        guard expected >= 4 else { return }
        guard batchesToSkip == 0 else {
            batchesToSkip -= 1
            return
        }
        batchesToSkip = waitForMore(on: queue, slice) ? 0 : 15
    }

    /// - Returns: whether it was worth it: a quarter more came than were there.
    private func waitForMore(on queue: Monitor<AuditJournal.Queue>, _ slice: Duration) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: Self.longest)
        let first = queue.withLock { $0.pending.count }
        var count = first
        while count < Self.plenty, clock.now < end {
            let isClosing = queue.wait(for: slice) { queue in
                queue.wanted = Self.plenty
                return queue.isClosing || queue.pending.count >= Self.plenty ? queue.isClosing : nil
            }
            let now = queue.withLock { $0.pending.count }
            guard isClosing != true, now > count else { break }
            count = now
        }
        return (count - first) * 4 >= first
    }
}
