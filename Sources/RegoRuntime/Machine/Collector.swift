internal import RegoValues

/// The lists that comprehensions and partial rules build up, one on top of the other.
struct Collector {
    private(set) var base: UnsafeMutablePointer<Value>
    private var capacity: Int
    private(set) var count = 0
    /// Where the current list starts. Below it stands where the one around it does.
    private var start = 0

    init() {
        capacity = 64
        base = .allocate(capacity: capacity)
    }

    func free() { base.deallocate() }

    mutating func clear() {
        count = 0
        start = 0
    }

    @inline(__always)
    mutating func begin() {
        push(.integer(start))
        start = count
    }

    @inline(__always)
    mutating func push(_ value: Value) {
        if count == capacity { grow() }
        (base + count).initialize(to: value)
        count += 1
    }

    /// What was pushed since the matching `begin`; it stays readable until the next push.
    mutating func end() -> UnsafeBufferPointer<Value> {
        let list = UnsafeBufferPointer(start: base + start, count: count - start)
        count = start - 1
        start = base[count].scanPosition
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
