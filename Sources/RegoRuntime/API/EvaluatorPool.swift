internal import Synchronization

#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A few evaluators of one query that wait for their next caller, so that their memory and compiled patterns are used
/// again. Taking and giving back are atomic exchanges; nobody ever waits. A thread looks first where it has put one
/// back: that one's memory is still in the cache of its processor.
///
/// Unchecked Sendable: an evaluator is owned by its slot or by one caller, never by both.
final class EvaluatorPool: @unchecked Sendable {
    private static let size = 8
    /// Slots that lie closer would share a cache line, and processors would take it from each other.
    private static let stride = 64 / MemoryLayout<Atomic<UInt>>.stride
    /// Retained evaluators as bit patterns; 0 for an empty slot.
    private let slots: UnsafeMutablePointer<Atomic<UInt>>

    init() {
        let count = Self.size * Self.stride
        slots = .allocate(capacity: count)
        for index in 0..<count { (slots + index).initialize(to: Atomic(0)) }
    }

    deinit {
        while take() != nil {}
        slots.deinitialize(count: Self.size * Self.stride)
        slots.deallocate()
    }

    func take() -> Evaluator? {
        let first = Self.own
        for step in 0..<Self.size {
            let slot = slots + (first + step) % Self.size * Self.stride
            guard slot.pointee.load(ordering: .relaxed) != 0 else { continue }
            let bits = slot.pointee.exchange(0, ordering: .acquiring)
            if let pointer = UnsafeRawPointer(bitPattern: bits) {
                return Unmanaged<Evaluator>.fromOpaque(pointer).takeRetainedValue()
            }
        }
        return nil
    }

    /// Keeps the evaluator if there is room.
    func give(_ evaluator: Evaluator) {
        let reference = Unmanaged.passRetained(evaluator)
        let bits = UInt(bitPattern: reference.toOpaque())
        let first = Self.own
        for step in 0..<Self.size {
            let slot = slots + (first + step) % Self.size * Self.stride
            if slot.pointee.compareExchange(expected: 0, desired: bits, ordering: .releasing).exchanged { return }
        }
        reference.release()
    }

    /// Where this thread looks first.
    private static var own: Int { ThreadNumber.own % size }
}

/// Numbers threads in the order in which they first ask.
private enum ThreadNumber {
    private static let next = Atomic(0)
    /// Nil where the system has no more keys; then all threads have the number 0.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    static var own: Int {
        guard let key else { return 0 }
        // Kept as one more than it is: nothing is kept for a thread that has not asked.
        if let kept = pthread_getspecific(key) { return Int(bitPattern: kept) - 1 }
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: number + 1))
        return number
    }
}
