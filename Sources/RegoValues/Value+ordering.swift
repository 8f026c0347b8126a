#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Value {
    /// Rego's total order: null < false < true < numbers < strings < arrays < objects < sets; less than, equal to or
    /// greater than 0. Numbers by exact value, strings by bytes, arrays and sets element by element, objects member by
    /// member in key order (key, then value), a prefix before the longer one.
    public static func compare(_ a: Value, _ b: Value) -> Int {
        if a.meta >> 56 != b.meta >> 56 { return a.meta >> 56 < b.meta >> 56 ? -1 : 1 }
        switch a.kind {
        case .undefined, .null: return 0
        case .boolean: return Int(a.payload) - Int(b.payload)
        case .number: return compareNumbers(a, b)
        case .string: return compareStrings(a, b)
        case .array, .set:
            if a.payload == b.payload && a.count == b.count { return 0 }
            return compareSequences(a.elements, b.elements)
        case .object:
            if a.payload == b.payload && a.count == b.count { return 0 }
            return compareObjects(a.entries, b.entries)
        }
    }

    @inlinable
    static func compareStrings(_ a: Value, _ b: Value) -> Int {
        let common = min(a.count, b.count)
        if common > 0, let left = a.address, let right = b.address {
            let order = compareBytes(left, right, common)
            if order != 0 { return order }
        }
        return a.count - b.count
    }

    /// `memcmp` with quick first bytes: most names differ within eight.
    @usableFromInline
    static func compareBytes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Int {
        guard count >= 8 else {
            let first = Int(a.load(as: UInt8.self)) - Int(b.load(as: UInt8.self))
            return first != 0 ? first : Int(memcmp(a, b, count))
        }
        let left = UInt64(bigEndian: a.loadUnaligned(as: UInt64.self))
        let right = UInt64(bigEndian: b.loadUnaligned(as: UInt64.self))
        if left != right { return left < right ? -1 : 1 }
        return count == 8 ? 0 : Int(memcmp(a + 8, b + 8, count - 8))
    }

    @inlinable
    static func compareNumbers(_ a: Value, _ b: Value) -> Int {
        if !a.isLiteral && !b.isLiteral {
            let (left, right) = (Int64(bitPattern: a.payload), Int64(bitPattern: b.payload))
            return left < right ? -1 : (left == right ? 0 : 1)
        }
        return NumberLiteral.compare(a, b)
    }

    private static func compareSequences(_ a: UnsafeBufferPointer<Value>, _ b: UnsafeBufferPointer<Value>) -> Int {
        for index in 0..<min(a.count, b.count) {
            let order = compare(a[index], b[index])
            if order != 0 { return order }
        }
        return a.count - b.count
    }

    private static func compareObjects(_ a: UnsafeBufferPointer<Entry>, _ b: UnsafeBufferPointer<Entry>) -> Int {
        for index in 0..<min(a.count, b.count) {
            let keys = compare(a[index].key, b[index].key)
            if keys != 0 { return keys }
            let values = compare(a[index].value, b[index].value)
            if values != 0 { return values }
        }
        return a.count - b.count
    }
}

extension Value: Equatable, Comparable {
    @inlinable
    public static func < (a: Value, b: Value) -> Bool { compare(a, b) < 0 }

    @inlinable
    public static func == (a: Value, b: Value) -> Bool {
        if a.meta == b.meta && a.payload == b.payload { return true }
        switch a.kind {
        case .undefined, .null, .boolean: return false
        case .string: return a.meta == b.meta && equalBytes(a, b)
        case .number: return b.kind == .number && (a.isLiteral || b.isLiteral) && NumberLiteral.compare(a, b) == 0
        case .array, .object, .set: return a.kind == b.kind && a.count == b.count && compare(a, b) == 0
        }
    }

    /// Whether two strings with equal counts have equal bytes.
    @inlinable
    static func equalBytes(_ a: Value, _ b: Value) -> Bool {
        guard let left = a.address, let right = b.address else { return true }
        return equalBytes(left, right, a.count)
    }

    @inlinable
    static func equalBytes(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        if count >= 8 {
            var offset = 0
            while offset + 8 <= count {
                if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                {
                    return false
                }
                offset += 8
            }
            return left.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        }
        if count >= 4 {
            return left.loadUnaligned(as: UInt32.self) == right.loadUnaligned(as: UInt32.self)
                && left.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
                    == right.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
        }
        for offset in 0..<count
        where left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self) {
            return false
        }
        return true
    }
}
