/// How long the journal's thread waits for more records before it writes: a sync, a signature and the wake-ups around them
/// cost the same for one record as for fifty, and where the processors are what is short, they cost decisions.
///
/// Callers that were answered together come back together, a little after each other, so those of the last batch are
/// waited for; to write for the first of them would make all others wait for one more sync. Beyond them it is waited as long as more keep
/// coming. Where nobody comes beyond them, as with eight callers of which all are waiting already, that is tried only
/// now and then. A lone caller is never kept waiting.
///
/// Where this process keeps the processors busy, there are always more to come, and it is waited for about half of them:
/// while they are written, the others are decided.
struct Gathering {
    /// The longest wait for records beyond those of the last batch.
    static let longest = Duration.milliseconds(1)
    /// So many wait, and no more are waited for.
    static let plenty = 64

    private var answered = 0
    private var took = Duration.zero
    private var batchesToSkip = 0
    private var load = ProcessorLoad()
    private var half = HalfOfCallers()

    /// What the last batch was, and how long it took.
    mutating func note(answered: Int, took: Duration) {
        (self.answered, self.took) = (answered, took)
    }

    mutating func wait(on queue: Monitor<AuditJournal.Queue>) {
        guard answered > 1 else { return }
        if load.isHigh { half.wait(on: queue) } else { waitForTheSame(on: queue) }
    }

    private mutating func waitForTheSame(on queue: Monitor<AuditJournal.Queue>) {
        let slice = min(took / 4, .microseconds(500))
        guard slice > .microseconds(20) else { return }
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
        let first = queue.withLock { $0.pending.count }
        let count = queue.wait(for: Self.plenty, atMost: Self.longest, pause: slice).count
        return (count - first) * 4 >= first
    }
}

/// Waits for as many records as leave about as many callers to be decided meanwhile.
struct HalfOfCallers {
    static let longest = Duration.milliseconds(3)
    /// Who did not come for so long does not come.
    static let pause = Duration.microseconds(500)
    static let most = 32

    private(set) var wanted = HalfOfCallers.most

    mutating func wait(on queue: Monitor<AuditJournal.Queue>) {
        let (count, isAll) = queue.wait(for: wanted, atMost: Self.longest, pause: Self.pause)
        if count > wanted {
            wanted = min(wanted + wanted / 4 + 1, Self.most)
        } else if count < wanted, isAll {
            wanted = max(count / 2, 1)
        }
    }
}

extension Monitor<AuditJournal.Queue> {
    /// Waits until so many records wait, as long as more keep coming.
    /// - Returns: how many there are, and whether they are all: nobody came for a whole pause.
    fileprivate func wait(for wanted: Int, atMost longest: Duration, pause: Duration) -> (count: Int, isAll: Bool) {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: longest)
        var count = withLock { $0.pending.count }
        while count < wanted {
            let isClosing = wait(for: pause) { queue in
                queue.wanted = wanted
                return queue.isClosing || queue.pending.count >= wanted ? queue.isClosing : nil
            }
            let now = withLock { $0.pending.count }
            guard isClosing != true, now > count else { return (now, true) }
            count = now
            guard clock.now < end else { break }
        }
        return (count, false)
    }
}
