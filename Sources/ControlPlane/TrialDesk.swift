import HTTPEndpoints
import HTTPTypes
import Synchronization
import Threads

/// Runs what people have compiled, tested and replayed, on threads of its own behind all others of the process, so much at
/// once and so long at most. One tenant cannot take the places of all.
final class TrialDesk: Sendable {
    /// How much is taken on.
    struct Bounds: Sendable {
        var threads = 2
        /// What runs or waits for a thread.
        var most = 8
        var mostOfOneTenant = 4
        /// An evaluation that is under way is finished, within its own bounds.
        var patience: Duration = .seconds(60)
    }

    /// For questions about histories, which read one whole and compile little. They do not wait for what is tried.
    static var ofHistories: TrialDesk { TrialDesk(Bounds(threads: 1, most: 16, mostOfOneTenant: 8)) }

    private let bounds: Bounds
    private let executor: TaskThreads
    private let taken = Mutex<[String: Int]>([:])

    init(_ bounds: Bounds = Bounds()) {
        self.bounds = bounds
        executor = TaskThreads(
            bounds.threads, named: "aegis-trials", stack: SystemThread.deepStack, priority: .tenth)
    }

    /// - Throws: a ``Problem`` with 429 where too much is under way, with 503 where it takes too long; and what `work` throws.
    func run<Answer: Sendable>(
        for tenant: String, patience: Duration? = nil, _ work: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard take(tenant) else {
            var busy = Problem(
                .tooManyRequests, "busy", "too much is being tried at once",
                "at most \(bounds.mostOfOneTenant) requests of a tenant run or wait here, and \(bounds.most) of all")
            busy.retryAfter = .seconds(2)
            throw busy
        }
        defer { giveBack(tenant) }
        let patience = patience ?? bounds.patience
        return try await withThrowingTaskGroup(of: Answer?.self) { [executor] group in
            group.addTask(executorPreference: executor) { try await work() }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else {
                throw Problem(
                    .serviceUnavailable, "takes_too_long", "it was given up",
                    "it took over \(patience.components.seconds) s; try less at once, or use the command line")
            }
            return answer
        }
    }

    private func take(_ tenant: String) -> Bool {
        taken.withLock { taken in
            guard taken.values.reduce(0, +) < bounds.most, taken[tenant, default: 0] < bounds.mostOfOneTenant else {
                return false
            }
            taken[tenant, default: 0] += 1
            return true
        }
    }

    private func giveBack(_ tenant: String) {
        taken.withLock { taken in
            let left = taken[tenant, default: 1] - 1
            taken[tenant] = left > 0 ? left : nil
        }
    }
}
