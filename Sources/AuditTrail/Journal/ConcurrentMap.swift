internal import Dispatch

/// Work that is shared out among the processors, and waited for.
enum ConcurrentMap {
    /// What `body` comes to for each number below `count`, in their order; it is called on several threads at once.
    static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        [Result](unsafeUninitializedCapacity: count) { results, made in
            nonisolated(unsafe) let base = results.baseAddress
            DispatchQueue.concurrentPerform(iterations: count) { number in
                (base.map { $0 + number })?.initialize(to: body(number))
            }
            made = count
        }
    }
}
