import PolicyLifecycle
import Synchronization

/// A store in memory whose files a test can break, and which can crash before or after any write.
final class MemoryHistoryStore: HistoryStore {
    struct Crash: Sendable {
        /// Writes that still go through.
        var writes: Int
    }

    private let files = Mutex<[String: [UInt8]]>([:])
    private let crash = Mutex<Crash?>(nil)

    func create(_ path: String, _ bytes: [UInt8]) throws(LifecycleError) -> Bool {
        let isDown = crash.withLock { crash -> Bool in
            guard let left = crash?.writes else { return false }
            crash?.writes = left - 1
            return left <= 0
        }
        if isDown { throw LifecycleError(.unavailable, "the machine is gone") }
        return files.withLock { files in
            guard files[path] == nil else { return false }
            files[path] = bytes
            return true
        }
    }

    func read(_ path: String) -> [UInt8]? { files.withLock { $0[path] } }

    func names(in folder: String) -> [String] {
        files.withLock { $0.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) } }
    }

    func location(of path: String) -> String { path }

    func crashAfter(writes: Int?) { crash.withLock { $0 = writes.map { Crash(writes: $0) } } }

    func set(_ path: String, _ bytes: [UInt8]?) { files.withLock { $0[path] = bytes } }

    func edit(_ path: String, _ change: (inout [UInt8]) -> Void) {
        files.withLock { files in
            guard var bytes = files[path] else { return }
            change(&bytes)
            files[path] = bytes
        }
    }

    var paths: [String] { files.withLock { $0.keys.sorted() } }

    func copy() -> MemoryHistoryStore {
        let copy = MemoryHistoryStore()
        let all = files.withLock { $0 }
        for (path, bytes) in all { copy.set(path, bytes) }
        return copy
    }
}
