internal import Synchronization

/// A few evaluators of one query that wait for their next caller, so that their memory and compiled patterns are used
/// again. Taking and giving back is one atomic exchange each; nobody ever waits.
///
/// Unchecked Sendable: an evaluator is owned by its slot or by one caller, never by both.
final class EvaluatorPool: @unchecked Sendable {
    private static let size = 8
    /// Retained evaluators as bit patterns; 0 for an empty slot.
    private let slots: UnsafeMutablePointer<Atomic<UInt>>

    init() {
        slots = .allocate(capacity: Self.size)
        for index in 0..<Self.size { (slots + index).initialize(to: Atomic(0)) }
    }

    deinit {
        while take() != nil {}
        slots.deinitialize(count: Self.size)
        slots.deallocate()
    }

    func take() -> Evaluator? {
        for index in 0..<Self.size {
            let bits = slots[index].exchange(0, ordering: .acquiring)
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
        for index in 0..<Self.size
        where slots[index].compareExchange(expected: 0, desired: bits, ordering: .releasing).exchanged {
            return
        }
        reference.release()
    }
}
