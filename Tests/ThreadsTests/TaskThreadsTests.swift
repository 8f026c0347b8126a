import Foundation
import Synchronization
import Testing

@testable import Threads

@Suite struct TaskThreadsTests {
    /// What tasks on several threads have left, in the order in which they did.
    private final class Log<Entry: Sendable>: Sendable {
        private let kept = Mutex<[Entry]>([])
        func add(_ entry: Entry) { kept.withLock { $0.append(entry) } }
        var entries: [Entry] { kept.withLock { $0 } }
    }

    /// As a call goes on when its record is durable, which another thread finds out.
    private static func resumed(_ elsewhere: DispatchQueue) async {
        await withCheckedContinuation { continuation in elsewhere.async { continuation.resume() } }
    }

    private static var here: String? { Thread.current.name }

    @Test func `every task is run to its end, on these threads alone`() async {
        let threads = TaskThreads(3, named: "aegis-test")
        let seen = Log<String?>()
        let elsewhere = DispatchQueue(label: "elsewhere")
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<5000 {
                group.addTask(executorPreference: threads) {
                    for _ in 0..<number % 4 { await Self.resumed(elsewhere) }
                    seen.add(Self.here)
                    return number
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 5000 * 4999 / 2)
        #expect(Set(seen.entries) == ["aegis-test"])
    }

    @Test func `tasks begin in the order in which they are ready`() async {
        let thread = TaskThreads(1, named: "aegis-test")
        let begun = Log<Int>()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<3000 {
                group.addTask(executorPreference: thread) { begun.add(number) }
            }
        }
        #expect(begun.entries == Array(0..<3000))
    }

    @Test func `a task that waits for others that come later is not in their way`() async {
        let thread = TaskThreads(1, named: "aegis-test")
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        async let waiting: [Int] = withTaskExecutorPreference(thread) {
            await stream.reduce(into: []) { $0.append($1) }
        }
        for number in 0..<100 {
            await withTaskExecutorPreference(thread) { _ = continuation.yield(number) }
        }
        continuation.finish()
        #expect(await waiting == Array(0..<100))
    }

    @Test func `tasks that are handed over from many threads at once all run`() async {
        let threads = TaskThreads(2, named: "aegis-test")
        let begun = Log<Int>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    for number in 0..<500 {
                        await withTaskExecutorPreference(threads) { begun.add(number) }
                        await withTaskExecutorPreference(globalConcurrentExecutor) {}
                    }
                }
            }
        }
        #expect(begun.entries.count == 8000)
    }

    /// The queue has its places filled, taken, and filled again while some are taken.
    @Test(arguments: [(1, 1), (7, 3), (1000, 1), (1024, 1023), (5000, 2)])
    func `nothing is lost or doubled, however appending and taking alternate`(append: Int, take: Int) async {
        let thread = TaskThreads(1, named: "aegis-test")
        let begun = Log<Int>()
        await withTaskGroup(of: Void.self) { group in
            var number = 0
            for _ in 0..<4 {
                for _ in 0..<append {
                    let mine = number
                    number += 1
                    group.addTask(executorPreference: thread) { begun.add(mine) }
                }
                for _ in 0..<min(take, append) { await group.next() }
            }
        }
        #expect(begun.entries == Array(0..<4 * append))
    }

    @Test func `tasks that no thread was given for run where all others do`() async {
        let none = TaskThreads(0, named: "aegis-test")
        let seen = Log<String?>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask(executorPreference: none) { seen.add(Self.here) } }
        }
        #expect(seen.entries.count == 100)
        #expect(!seen.entries.contains("aegis-test"))
    }
}
