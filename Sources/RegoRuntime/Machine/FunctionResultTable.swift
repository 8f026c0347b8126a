internal import RegoCompiler
internal import RegoValues

/// Results of functions by their arguments, within one evaluation and outside of or within one `with`. A fixed table in
/// which a newer result takes an older one's place: what is not found is merely worked out again.
///
/// Arguments are the same when they are equal scalars or stand at the same place in memory, which nothing frees or changes
/// before the evaluation ends.
struct FunctionResultTable {
    private struct Slot: BitwiseCopyable {
        var scope: UInt64 = 0
        var function: Int32 = -1
        var result = Value.undefined
        var arguments = (Value.undefined, Value.undefined, Value.undefined, Value.undefined)
    }

    private static let size = 256
    private var slots: UnsafeMutablePointer<Slot>?
    /// What results must belong to; each evaluation and each `with` has a number that never comes again.
    private(set) var scope: UInt64 = 0
    private var lastScope: UInt64 = 0

    mutating func enterScope() {
        lastScope += 1
        scope = lastScope
    }

    mutating func returnTo(_ outer: UInt64) { scope = outer }

    func free() { slots?.deallocate() }

    /// The result, possibly undefined; nil when it is not known.
    func find(_ function: Int32, _ arguments: UnsafePointer<Value>, _ count: Int) -> Value? {
        guard let slots else { return nil }
        let slot = slots + position(function, arguments, count)
        guard slot.pointee.scope == scope, slot.pointee.function == function else { return nil }
        let isSame = withUnsafePointer(to: &slot.pointee.arguments) { tuple in
            tuple.withMemoryRebound(to: Value.self, capacity: 4) { kept in
                (0..<count).allSatisfy { kept[$0].isSameArgument(as: arguments[$0]) }
            }
        }
        return isSame ? slot.pointee.result : nil
    }

    mutating func keep(_ result: Value, _ function: Int32, _ arguments: UnsafePointer<Value>, _ count: Int) {
        let slots = self.slots ?? makeSlots()
        let slot = slots + position(function, arguments, count)
        slot.pointee.scope = scope
        slot.pointee.function = function
        slot.pointee.result = result
        withUnsafeMutablePointer(to: &slot.pointee.arguments) { tuple in
            tuple.withMemoryRebound(to: Value.self, capacity: 4) { $0.update(from: arguments, count: count) }
        }
    }

    private mutating func makeSlots() -> UnsafeMutablePointer<Slot> {
        let made = UnsafeMutablePointer<Slot>.allocate(capacity: Self.size)
        made.initialize(repeating: Slot(), count: Self.size)
        slots = made
        return made
    }

    private func position(_ function: Int32, _ arguments: UnsafePointer<Value>, _ count: Int) -> Int {
        var hash = (scope << 32 | UInt64(UInt32(bitPattern: function))) &* 0x9e37_79b9_7f4a_7c15
        for index in 0..<count { hash = (hash ^ arguments[index].argumentHash) &* 0x9e37_79b9_7f4a_7c15 }
        return Int(hash >> 56)
    }
}
