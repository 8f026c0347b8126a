internal import Dispatch

/// How work in many parts is done, and waited for.
enum ConcurrentMap {
    /// On all processors.
    case shared
    /// On the calling thread alone, for one that gives way to others.
    case alone

    /// What `body` comes to for each number below `count`, in their order; it may be called on several threads at once.
    func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        guard self == .shared else { return (0..<count).map(body) }
        return [Result](unsafeUninitializedCapacity: count) { results, made in
            nonisolated(unsafe) let base = results.baseAddress
            DispatchQueue.concurrentPerform(iterations: count) { number in
                (base.map { $0 + number })?.initialize(to: body(number))
            }
            made = count
        }
    }
}
