import RegoValues

/// Cutting from the ends of strings, and replacing inside them.
enum TrimBuiltins {
    static let family: Builtins.Family = [
        .init("trim", trim), .init("trim_left", trimLeft), .init("trim_right", trimRight),
        .init("trim_prefix", trimPrefix), .init("trim_suffix", trimSuffix), .init("trim_space", trimSpace),
        .init("replace", replace), .init("strings.replace_n", replaceAll),
    ]

    /// Cuts characters that `isCut` names from the chosen ends.
    private static func cut(
        _ value: Value, left: Bool, right: Bool, _ isCut: (UInt32) -> Bool
    ) -> Value {
        let text = value.utf8
        let offsets = Runes.offsets(text)
        var (first, last) = (0, offsets.count - 1)
        if left { while first < last, isCut(Runes.scalar(text, at: offsets[first])) { first += 1 } }
        if right { while last > first, isCut(Runes.scalar(text, at: offsets[last - 1])) { last -= 1 } }
        if first == 0 && last == offsets.count - 1 { return value }
        return .string(borrowing: text.slice(offsets[first], offsets[last]))
    }

    private static func cut(
        _ a: Arguments, left: Bool, right: Bool
    ) throws(BuiltinError) -> Value {
        let value = try a.string(0)
        let set = Set(Runes.scalars(try a.bytes(1)))
        return cut(value, left: left, right: right) { set.contains($0) }
    }

    static func trim(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try cut(a, left: true, right: true)
    }

    static func trimLeft(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try cut(a, left: true, right: false)
    }

    static func trimRight(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try cut(a, left: false, right: true)
    }

    static func trimPrefix(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, prefix) = (try a.bytes(0), try a.bytes(1))
        guard text.hasPrefix(prefix) else { return a[0] }
        return .string(borrowing: text.slice(prefix.count, text.count))
    }

    static func trimSuffix(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, suffix) = (try a.bytes(0), try a.bytes(1))
        guard text.hasSuffix(suffix) else { return a[0] }
        return .string(borrowing: text.slice(0, text.count - suffix.count))
    }

    static func trimSpace(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        cut(try a.string(0), left: true, right: true) { scalar in
            Unicode.Scalar(scalar)?.properties.isWhitespace ?? false
        }
    }

    static func replace(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, old, new) = (try a.bytes(0), try a.bytes(1), try a.bytes(2))
        return try substitute(text, [(old, new)], context)
    }

    /// All patterns at once, from left to right; of those that match at a place, the first in key order.
    static func replaceAll(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let patterns = try a.object(0)
        let text = try a.bytes(1)
        var pairs: [(UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>)] = []
        for entry in patterns.entries {
            guard entry.key.kind == .string else { throw .operand(0, "non-string key found in pattern object") }
            guard entry.value.kind == .string else { throw .operand(0, "non-string value found in pattern object") }
            pairs.append((entry.key.utf8, entry.value.utf8))
        }
        return try substitute(text, pairs, context)
    }

    private static func substitute(
        _ text: UnsafeBufferPointer<UInt8>, _ pairs: [(UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>)],
        _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        var result: [UInt8] = []
        var index = 0
        var emptyMatched = false  // an empty pattern matches once before each byte that nothing else matches
        let limit = context.heap.freeBytes
        var looks = 0
        while index <= text.count {
            if result.count > limit { throw .outOfMemory }
            looks += 1
            if looks & 1023 == 0 { try context.checkLimits() }
            let match = pairs.first { text.matches($0.0, at: index) && !($0.0.isEmpty && emptyMatched) }
            if let (old, new) = match {
                result.append(contentsOf: new)
                index += old.count
                emptyMatched = old.isEmpty
                if !old.isEmpty { continue }
            }
            guard index < text.count else { break }
            let length = max(1, UTF8Check.sequenceLength(text, at: index))
            result.append(contentsOf: text[index..<index + length])
            index += length
            emptyMatched = false
        }
        try context.checkRoom(for: result.count)
        return context.heap.string(utf8: result)
    }
}
