import RegoValues

/// Set algebra; sets are sorted, so each operation is one walk along both.
enum SetBuiltins {
    static let family: Builtins.Family = [
        .init("and", and), .init("or", or), .init("intersection", intersectionOfAll), .init("union", unionOfAll),
    ]

    private enum Keep { case leftOnly, both, all }

    private static func merge(_ a: Value, _ b: Value, _ keep: Keep, _ heap: Heap) -> Value {
        let (left, right) = (a.elements, b.elements)
        if right.isEmpty { return keep == .both ? b : a }
        if left.isEmpty { return keep == .all ? b : a }
        var result: [Value] = []
        result.reserveCapacity(keep == .all ? left.count + right.count : left.count)
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let order = i == left.count ? 1 : (j == right.count ? -1 : Value.compare(left[i], right[j]))
            if order == 0 {
                if keep != .leftOnly { result.append(left[i]) }
                i += 1
                j += 1
            } else if order < 0 {
                if keep != .both { result.append(left[i]) }
                i += 1
            } else {
                if keep == .all { result.append(right[j]) }
                j += 1
            }
        }
        return heap.set(sortedUnique: result)
    }

    static func difference(_ a: Value, _ b: Value, _ heap: Heap) -> Value { merge(a, b, .leftOnly, heap) }

    static func and(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        merge(try a.set(0), try a.set(1), .both, context.heap)
    }

    static func or(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        merge(try a.set(0), try a.set(1), .all, context.heap)
    }

    private static func sets(_ a: Arguments) throws(BuiltinError) -> UnsafeBufferPointer<Value> {
        let sets = try a.set(0).elements
        for set in sets where set.kind != .set { throw .wrongType(0, set, ["set"]) }
        return sets
    }

    static func intersectionOfAll(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let sets = try sets(a)
        guard var result = sets.first else { return .emptySet }
        for set in sets.dropFirst() {
            try context.checkLimits()
            result = merge(result, set, .both, context.heap)
        }
        return result
    }

    static func unionOfAll(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var all: [Value] = []
        for set in try sets(a) {
            try context.checkRoom(forValues: all.count + set.count)
            all.append(contentsOf: set.elements)
        }
        return context.heap.set(all)
    }
}
