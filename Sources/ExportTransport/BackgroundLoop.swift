import NIOCore
public import NIOPosix
import Synchronization
import Threads

/// Where everything is exported from: two threads that give way to those that decide.
///
/// Work runs on one that has nothing but the time nobody else wants (`SCHED_IDLE`), so that it takes nothing from decisions
/// and they never wait for it to be interrupted. Where all processors are busy for long that is no time at all; then it runs
/// on the other, which gets a tenth of what a thread that decides gets: whoever keeps a gateway busy must not blind a SIEM.
/// Connections are always on the other.
///
/// Run work on it with `withTaskExecutorPreference`.
public final class BackgroundLoop: TaskExecutor {
    /// For connections.
    public let group: MultiThreadedEventLoopGroup
    private let prompt: any EventLoop
    private let spareGroup: MultiThreadedEventLoopGroup
    private let spare: any EventLoop
    private let turns = Mutex(SpareTurns())

    public init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        prompt = group.next()
        spareGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        spare = spareGroup.next()
        prompt.execute { ThreadPriority.tenth.take() }
        spare.execute { ThreadPriority.spare.take() }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard turns.withLock({ $0.takes(at: .now()) }) else {
            return prompt.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
        spare.execute {
            self.turns.withLock { $0.begin(at: .now()) }
            job.runSynchronously(on: self.asUnownedTaskExecutor())
            self.turns.withLock { $0.end(at: .now()) }
        }
    }

    public func shutdown() async throws {
        try await spareGroup.shutdownGracefully()
        try await group.shutdownGracefully()
    }
}

/// Whether the thread that has only spare time gets any.
struct SpareTurns {
    /// It has work and has not moved for so long: there is no spare time.
    static let patience: TimeAmount = .seconds(1)
    /// How long it is then left alone.
    static let rest: TimeAmount = .seconds(60)

    // Jobs that it has been given and has not done.
    private var waiting = 0
    private var movedAt = NIODeadline.uptimeNanoseconds(0)
    private var restsUntil = NIODeadline.uptimeNanoseconds(0)

    /// Asks whether it is to be given one more job, and counts it if so.
    mutating func takes(at now: NIODeadline) -> Bool {
        if waiting == 0 { movedAt = now }
        if now - movedAt > Self.patience { restsUntil = now + Self.rest }
        guard now >= restsUntil else { return false }
        waiting += 1
        return true
    }

    mutating func begin(at now: NIODeadline) { movedAt = now }

    mutating func end(at now: NIODeadline) {
        movedAt = now
        waiting -= 1
    }
}
