internal import RegoValues

/// The lists that comprehensions and partial rules build up, one on top of the other.
struct Collector {
    private(set) var base: UnsafeMutablePointer<Value>
    private var capacity: Int
    private(set) var count = 0
    private var marks: [Int] = []

    init() {
        capacity = 64
        base = .allocate(capacity: capacity)
        marks.reserveCapacity(16)
    }

    func free() { base.deallocate() }

    mutating func clear() {
        count = 0
        marks.removeAll(keepingCapacity: true)
    }

    mutating func begin() { marks.append(count) }

    @inline(__always)
    mutating func push(_ value: Value) {
        if count == capacity { grow() }
        (base + count).initialize(to: value)
        count += 1
    }

    /// What was pushed since the matching `begin`; it stays readable until the next push.
    mutating func end() -> UnsafeBufferPointer<Value> {
        let start = marks.removeLast()
        let list = UnsafeBufferPointer(start: base + start, count: count - start)
        count = start
        return list
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
