/// The values of the arrays and objects that are being read; kept by the heap, so that reading needs no allocation of its own.
/// An object pushes key, value, key, value: the layout of its entries.
struct ParseStack {
    private var base: UnsafeMutablePointer<Value>?
    private(set) var count = 0
    private var capacity = 0

    @inline(__always)
    mutating func push(_ value: Value) {
        if count == capacity { grow() }
        (base.unsafelyUnwrapped + count).initialize(to: value)
        count += 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = max(256, capacity * 2)
        let memory = UnsafeMutablePointer<Value>.allocate(capacity: larger)
        if let base {
            memory.moveInitialize(from: base, count: count)
            base.deallocate()
        }
        base = memory
        capacity = larger
    }

    /// The values from `position` on; nil when there are none.
    @inline(__always)
    func top(from position: Int) -> UnsafeMutablePointer<Value>? { position < count ? base.map { $0 + position } : nil }

    @inline(__always)
    mutating func pop(to position: Int) { count = position }

    mutating func free() {
        base?.deallocate()
        self = ParseStack()
    }
}
