import Synchronization

/// Whether the keys and switches that this process believes are those of the state store.
///
/// For a few seconds what was read last is believed. After that it may be anybody's guess which keys are revoked and which
/// agents are switched off, and no call passes.
final class StateHealth: Sendable {
    private struct Word {
        var read: SuspendingClock.Instant
        var failure: String?
    }

    /// How long a store that fails is believed to be as it was.
    static let patience: Duration = .seconds(5)
    /// The same where reading neither succeeds nor fails: a process with too much to do may be late.
    static let silence: Duration = .seconds(30)

    private let word = Mutex(Word(read: .now))

    /// What was read is what is there.
    /// - Returns: the failure that is over.
    func noteRead() -> String? {
        word.withLock { word in
            defer { word = Word(read: .now) }
            return word.failure
        }
    }

    /// - Returns: whether it is the first since something was read.
    func noteFailure(_ error: any Error) -> Bool {
        word.withLock { word in
            defer { word.failure = "\(error)" }
            return word.failure == nil
        }
    }

    /// Why what was read last is not to be believed any more; nil while it is.
    var fault: String? {
        word.withLock { word in
            let age = SuspendingClock.now - word.read
            guard age > (word.failure == nil ? Self.silence : Self.patience) else { return nil }
            return "the state store has not been read for \(age.components.seconds) s"
        }
    }
}
