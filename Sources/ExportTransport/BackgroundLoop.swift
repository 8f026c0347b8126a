#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif
public import NIOCore
public import NIOPosix

/// The one thread on which everything is exported. It gives way to the threads that decide: where processors are scarce it
/// gets a tenth of what one of those gets, where there are idle ones it runs as fast.
///
/// Run work on it with `withTaskExecutorPreference`.
public final class BackgroundLoop: TaskExecutor {
    public let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    /// `nice` of the thread: a weight of 110 beside the usual 1024.
    private static let niceness: Int32 = 10

    public init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        // On Linux this is about the calling thread alone. Where it is refused, the thread runs like any other.
        loop.execute { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness) }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    public func shutdown() async throws { try await group.shutdownGracefully() }
}
