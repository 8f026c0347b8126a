/// Jobs, first in, first out. What is taken leaves its place empty; places are given up when half of them are.
struct JobQueue {
    private var jobs: [UnownedJob] = []
    private var first = 0
    private static let fewest = 1024

    mutating func append(_ job: UnownedJob) {
        if first >= Self.fewest, first * 2 >= jobs.count {
            jobs.removeFirst(first)
            first = 0
        }
        jobs.append(job)
    }

    mutating func takeFirst() -> UnownedJob? {
        guard first < jobs.count else { return nil }
        defer {
            first += 1
            if first == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                first = 0
            }
        }
        return jobs[first]
    }
}
