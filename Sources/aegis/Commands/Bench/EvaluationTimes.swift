import Decisions
import PolicyBundles
import Synchronization

/// Notes how long each evaluation of a watched policy takes, inside of the decisions that ask for it.
final class EvaluationTimes: Sendable {
    private let times = Mutex<[Int64]>([])

    /// The bundle's policy, which tells its times to this.
    func watch(_ bundle: VerifiedBundle) throws -> ActivePolicy {
        try ActivePolicy(bundle).watched { evaluation in
            { input, heap, now in
                let start = ContinuousClock.now
                defer { self.note(start.duration(to: .now)) }
                return try evaluation(input, heap, now)
            }
        }
    }

    /// Forgets what was noted.
    /// - Returns: it, in nanoseconds.
    @discardableResult
    func clear() -> [Int64] {
        times.withLock { times in
            defer { times = [] }
            return times
        }
    }

    private func note(_ time: Duration) { times.withLock { $0.append(time.nanoseconds) } }
}
