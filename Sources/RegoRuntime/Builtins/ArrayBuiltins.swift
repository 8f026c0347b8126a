import RegoValues

enum ArrayBuiltins {
    static let family: Builtins.Family = [
        .init("array.concat", concatenate), .init("array.slice", slice), .init("array.reverse", reverse),
        .init("array.flatten", flatten),
    ]

    static func concatenate(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.array(0), try a.array(1))
        if right.count == 0 { return left }
        if left.count == 0 { return right }
        try context.checkRoom(forValues: left.count + right.count)
        return context.heap.array(count: left.count + right.count) { buffer in
            for (position, element) in left.elements.enumerated() { buffer[position] = element }
            for (position, element) in right.elements.enumerated() { buffer[left.count + position] = element }
        }
    }

    /// From `start` up to `stop`, both moved into the array's bounds.
    static func slice(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (array, start, stop) = (try a.array(0), try a.integer(1), try a.integer(2))
        let end = min(max(stop, 0), array.count)
        let first = min(max(start, 0), end)
        return context.heap.array(UnsafeBufferPointer(rebasing: array.elements[first..<end]))
    }

    static func reverse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let elements = try a.array(0).elements
        return context.heap.array(count: elements.count) { buffer in
            for (position, element) in elements.enumerated() { buffer[elements.count - 1 - position] = element }
        }
    }

    /// Arrays inside are spread out, one level deep; all else stays.
    static func flatten(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var flat: [Value] = []
        for element in try a.array(0).elements {
            try context.checkRoom(forValues: flat.count + max(1, element.count))
            if element.kind == .array { flat.append(contentsOf: element.elements) } else { flat.append(element) }
        }
        return context.heap.array(flat)
    }
}
