import Foundation
import Synchronization

/// A few threads of their own, behind all others of the process: what people try out takes nothing from those who decide.
///
/// Its queue has the bound of whoever hands it work (``TrialDesk``): a task that runs here has one job at a time in it.
final class QuietExecutor: TaskExecutor {
    private static let niceness: Int32 = 10
    /// Deep policies recurse; a thread's usual stack is small.
    private static let stack = 64 << 20

    private let jobs = Mutex<[UnownedJob]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    /// The threads stay as long as the process.
    init(threads: Int) {
        for _ in 0..<threads {
            let thread = Thread { [self] in
                // Linux keeps niceness for each thread; 0 is the one that asks. Where it is refused, the work is only less quiet.
                _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, Self.niceness)
                while true { work() }
            }
            thread.name = "aegis-trials"
            thread.stackSize = Self.stack
            thread.start()
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        arrivals.signal()
    }

    private func work() {
        arrivals.wait()
        guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
