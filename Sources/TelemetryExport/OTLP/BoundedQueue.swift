import Synchronization

/// What waits to be exported, up to a bound; what comes when it is full is dropped and counted. Never waits.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [Element] = []
        var dropped: UInt64 = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func offer(_ element: Element) {
        state.withLock { state in
            if state.waiting.count < limit { state.waiting.append(element) } else { state.dropped += 1 }
        }
    }

    /// Everything that waits, oldest first.
    func takeAll() -> [Element] {
        state.withLock { state in
            let taken = state.waiting
            state.waiting = []
            state.waiting.reserveCapacity(min(taken.count, 1024))
            return taken
        }
    }

    var count: Int { state.withLock { $0.waiting.count } }
    var dropped: UInt64 { state.withLock { $0.dropped } }
}
