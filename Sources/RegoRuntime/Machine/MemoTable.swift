internal import RegoValues

/// The results of rules within one evaluation (or within one `with`).
final class MemoTable {
    enum State: UInt8 {
        case unknown, running, known
    }

    let values: UnsafeMutablePointer<Value>
    let states: UnsafeMutablePointer<UInt8>
    private let count: Int

    init(count: Int) {
        self.count = count
        values = .allocate(capacity: max(count, 1))
        states = .allocate(capacity: max(count, 1))
        values.initialize(repeating: .undefined, count: count)
        states.initialize(repeating: 0, count: count)
    }

    func clear() { states.update(repeating: 0, count: count) }

    deinit {
        values.deallocate()
        states.deallocate()
    }
}
