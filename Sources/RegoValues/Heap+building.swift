extension Heap {
    /// A string with a copy of this text.
    public func string(_ text: String) -> Value {
        var text = text
        return text.withUTF8 { string(utf8: $0) }
    }

    public func string(_ text: Substring) -> Value {
        var text = text
        return text.withUTF8 { string(utf8: $0) }
    }

    /// A string constant of the program, not copied.
    public func string(_ constant: StaticString) -> Value { .string(constant) }

    /// A string with a copy of these bytes, which should be UTF-8 (builtins that decode may make others).
    public func string(utf8 bytes: UnsafeBufferPointer<UInt8>) -> Value {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return .emptyString }
        let memory = allocate(bytes.count)
        memory.copyMemory(from: start, byteCount: bytes.count)
        return .string(
            borrowing: UnsafeBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: bytes.count))
    }

    public func string(utf8 bytes: [UInt8]) -> Value { bytes.withUnsafeBufferPointer { string(utf8: $0) } }
    public func string(utf8 bytes: ArraySlice<UInt8>) -> Value { bytes.withUnsafeBufferPointer { string(utf8: $0) } }

    /// A string of at most `capacity` bytes that `fill` writes; it returns how many it wrote.
    public func string(capacity: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) -> Value {
        guard capacity > 0 else { return .emptyString }
        let memory = allocate(capacity)
        let bytes = memory.bindMemory(to: UInt8.self, capacity: capacity)
        let used = min(max(0, fill(UnsafeMutableBufferPointer(start: bytes, count: capacity))), capacity)
        shrinkLast(memory, from: capacity, to: used)
        return .string(borrowing: UnsafeBufferPointer(start: bytes, count: used))
    }

    @inlinable
    public func array(_ elements: some Collection<Value>) -> Value {
        elements.withContiguousStorageIfAvailable { array($0) }
            ?? Array(elements).withUnsafeBufferPointer { array($0) }
    }

    public func array(_ elements: UnsafeBufferPointer<Value>) -> Value {
        guard let start = elements.baseAddress, !elements.isEmpty else { return .emptyArray }
        let memory = allocate(elements.count * MemoryLayout<Value>.stride)
        memory.copyMemory(from: start, byteCount: elements.count * MemoryLayout<Value>.stride)
        return Value(payload: UInt64(UInt(bitPattern: memory)), meta: Value.meta(.array, count: elements.count))
    }

    /// An array of `count` elements, all undefined until `fill` sets them.
    public func array(count: Int, fill: (UnsafeMutableBufferPointer<Value>) -> Void) -> Value {
        guard count > 0 else { return .emptyArray }
        let memory = allocate(count * MemoryLayout<Value>.stride)
        let start = memory.bindMemory(to: Value.self, capacity: count)
        start.initialize(repeating: .undefined, count: count)
        fill(UnsafeMutableBufferPointer(start: start, count: count))
        return Value(payload: UInt64(UInt(bitPattern: memory)), meta: Value.meta(.array, count: count))
    }

    /// A set of these values; repeats count once.
    @inlinable
    public func set(_ elements: some Collection<Value>) -> Value {
        elements.withContiguousStorageIfAvailable { set($0) } ?? Array(elements).withUnsafeBufferPointer { set($0) }
    }

    public func set(_ elements: UnsafeBufferPointer<Value>) -> Value {
        let array = self.array(elements)
        return set(adopting: array.address, count: array.count)
    }

    /// A set of values that are already sorted and unique (checked in debug builds).
    @inlinable
    public func set(sortedUnique elements: [Value]) -> Value {
        elements.withUnsafeBufferPointer { set(sortedUnique: $0) }
    }

    public func set(sortedUnique elements: UnsafeBufferPointer<Value>) -> Value {
        assert(elements.indices.dropFirst().allSatisfy { elements[$0 - 1] < elements[$0] }, "not sorted and unique")
        let array = self.array(elements)
        return finishSet(array.address, count: array.count)
    }

    private func set(adopting memory: UnsafeMutableRawPointer?, count: Int) -> Value {
        guard let memory, count > 0 else { return .emptySet }
        let start = memory.assumingMemoryBound(to: Value.self)
        var unique = 1
        if !Sorting.isStrictlyAscending(start, count, by: Value.compare) {
            Sorting.stableSort(start, count, by: Value.compare)
            for position in 1..<max(count, 1) where Value.compare(start[unique - 1], start[position]) != 0 {
                start[unique] = start[position]
                unique += 1
            }
        } else {
            unique = count
        }
        return finishSet(memory, count: unique)
    }

    private func finishSet(_ memory: UnsafeMutableRawPointer?, count: Int) -> Value {
        guard let memory, count > 0 else { return .emptySet }
        let meta = Value.meta(.set, count: count)
        guard buildsIndexes, count > Value.scanLimit else {
            return Value(payload: UInt64(UInt(bitPattern: memory)), meta: meta)
        }
        let size = count * MemoryLayout<Value>.stride
        let indexed = allocate(size + HashIndex.byteCount(for: count))
        indexed.copyMemory(from: memory, byteCount: size)
        let elements = indexed.bindMemory(to: Value.self, capacity: count)
        HashIndex.fill(indexed + size, count: count) { elements[$0] }
        return Value(payload: UInt64(UInt(bitPattern: indexed)), meta: meta | Value.indexedFlag)
    }

    /// An object with these members; of equal keys the last wins.
    public func object(_ pairs: some Collection<(Value, Value)>) -> Value {
        let count = pairs.count
        guard count > 0 else { return .emptyObject }
        let start = allocateEntries(count)
        var filled = 0
        for (key, value) in pairs where filled < count {
            (start + filled).initialize(to: Entry(key: key, value: value))
            filled += 1
        }
        return object(adopting: start, count: filled)
    }

    /// The same from a list, which other modules need not go through a witness table for.
    public func object(_ pairs: [(Value, Value)]) -> Value {
        guard !pairs.isEmpty else { return .emptyObject }
        let start = allocateEntries(pairs.count)
        for position in pairs.indices {
            (start + position).initialize(to: Entry(key: pairs[position].0, value: pairs[position].1))
        }
        return object(adopting: start, count: pairs.count)
    }

    /// An object with these members; of equal keys the last wins.
    public func object(_ entries: UnsafeBufferPointer<Entry>) -> Value {
        guard let source = entries.baseAddress, !entries.isEmpty else { return .emptyObject }
        let start = allocateEntries(entries.count)
        start.initialize(from: source, count: entries.count)
        return object(adopting: start, count: entries.count)
    }

    /// An object of these keys, which are sorted and unique (checked in debug builds), with as many values.
    public func object(sortedUnique keys: UnsafeBufferPointer<Value>, values: UnsafePointer<Value>) -> Value {
        assert(keys.indices.dropFirst().allSatisfy { keys[$0 - 1] < keys[$0] }, "not sorted and unique")
        guard !keys.isEmpty else { return .emptyObject }
        let start = allocateEntries(keys.count)
        for (position, key) in keys.enumerated() {
            (start + position).initialize(to: Entry(key: key, value: values[position]))
        }
        return finishObject(start, count: keys.count, room: keys.count)
    }

    public func object(_ entries: [Entry]) -> Value { entries.withUnsafeBufferPointer { object($0) } }

    /// Sorts the entries in place in this heap's memory and of equal keys keeps the first with the last value.
    private func object(adopting start: UnsafeMutablePointer<Entry>, count: Int) -> Value {
        guard count > 0 else { return .emptyObject }
        var unique = count
        if !Sorting.isStrictlyAscending(start, count, by: Sorting.keyOrder) {
            Sorting.stableSort(start, count, by: Sorting.keyOrder)
            unique = 1
            for position in 1..<max(count, 1) {
                if Sorting.keyOrder(start[unique - 1], start[position]) == 0 {
                    start[unique - 1] = Entry(key: start[unique - 1].key, value: start[position].value)
                } else {
                    start[unique] = start[position]
                    unique += 1
                }
            }
        }
        return finishObject(start, count: unique, room: count)
    }

    /// The object value over sorted entries in this heap's memory, with an index where large ones have one.
    /// - Parameter room: how many entries the memory was made for by ``allocateEntries(_:)``; 0 when it was not.
    func finishObject(_ start: UnsafeMutablePointer<Entry>, count: Int, room: Int = 0) -> Value {
        let meta = Value.meta(.object, count: count)
        guard buildsIndexes, count > Value.scanLimit else {
            return Value(payload: UInt64(UInt(bitPattern: start)), meta: meta)
        }
        let size = count * MemoryLayout<Entry>.stride
        var entries = start
        if entryBytes(room) < entryBytes(count) {
            entries = allocateEntries(count)
            entries.initialize(from: start, count: count)
        }
        HashIndex.fill(UnsafeMutableRawPointer(entries) + size, count: count) { entries[$0].key }
        return Value(payload: UInt64(UInt(bitPattern: entries)), meta: meta | Value.indexedFlag)
    }

    /// Memory for an object's entries, and for the hash index behind them where it will have one.
    func allocateEntries(_ count: Int) -> UnsafeMutablePointer<Entry> {
        allocate(entryBytes(count)).bindMemory(to: Entry.self, capacity: count)
    }

    private func entryBytes(_ count: Int) -> Int {
        let isIndexed = buildsIndexes && count > Value.scanLimit
        return count * MemoryLayout<Entry>.stride + (isIndexed ? HashIndex.byteCount(for: count) : 0)
    }

    /// An object from each key to the array (or the set) of the values that stand with it in `pairs`, which hold keys and
    /// values in turn; arrays keep the order.
    public func groups(_ pairs: UnsafeBufferPointer<Value>, asSets: Bool) -> Value {
        let count = pairs.count / 2
        guard count > 0, let start = pairs.baseAddress else { return .emptyObject }
        let sorted = allocate(count * MemoryLayout<Entry>.stride).bindMemory(to: Entry.self, capacity: count)
        UnsafeMutableRawPointer(sorted).copyMemory(from: start, byteCount: count * MemoryLayout<Entry>.stride)
        Sorting.stableSort(sorted, count, by: Sorting.keyOrder)
        var groups: [Entry] = []
        var first = 0
        while first < count {
            var next = first + 1
            while next < count, Sorting.keyOrder(sorted[first], sorted[next]) == 0 { next += 1 }
            let members = UnsafeBufferPointer(start: sorted + first, count: next - first)
            let value = asSets ? set(members.map(\.value)) : array(members.map(\.value))
            groups.append(Entry(key: sorted[first].key, value: value))
            first = next
        }
        return object(groups)
    }

    /// A number from its decimal text (the grammar of JSON); nil when the text is no number or its exponent too large.
    public func number(literal text: String) -> Value? {
        var text = text
        return text.withUTF8 { number(literal: $0) }
    }

    public func number(literal text: UnsafeBufferPointer<UInt8>) -> Value? {
        guard let start = text.baseAddress, let scan = NumberScan(text) else { return nil }
        if let integer = scan.inlineInteger { return .integer(integer) }
        let memory = allocate(text.count).bindMemory(to: UInt8.self, capacity: text.count)
        memory.initialize(from: start, count: text.count)
        return literal(UnsafeBufferPointer(start: memory, count: text.count), scan)
    }

    /// The shortest decimal that names this double; nil for NaN and infinities.
    public func number(_ value: Double) -> Value? {
        guard value.isFinite else { return nil }
        if value == value.rounded(), value.magnitude < 9e15 { return .integer(Int64(value)) }
        return number(literal: "\(value)")
    }

    /// Makes the literal over text that is already in memory as long-lived as this heap.
    func literal(_ text: UnsafeBufferPointer<UInt8>, _ scan: NumberScan) -> Value {
        let header = allocate(MemoryLayout<NumberLiteral>.stride).bindMemory(to: NumberLiteral.self, capacity: 1)
        var digits = UnsafeBufferPointer(rebasing: text[scan.firstDigit..<max(scan.firstDigit, scan.lastDigit)])
        if scan.pointWithinDigits {
            let copy = allocate(digits.count).bindMemory(to: UInt8.self, capacity: digits.count)
            var count = 0
            for byte in digits where byte != UInt8(ascii: ".") {
                (copy + count).initialize(to: byte)
                count += 1
            }
            digits = UnsafeBufferPointer(start: copy, count: count)
        }
        header.initialize(
            to: NumberLiteral(
                text: text, digits: digits, exponent: scan.exponent, isNegative: scan.isNegative,
                fallback: UnsafePointer(ASCIITable.zero)))
        return Value(payload: UInt64(UInt(bitPattern: header)), meta: Value.meta(.number) | Value.literalFlag)
    }

    /// A deep copy into this heap, for values whose own heap ends sooner.
    public func copy(_ value: Value) -> Value {
        switch value.kind {
        case .undefined, .null, .boolean: return value
        case .number:
            guard value.isLiteral else { return value }
            return number(literal: value.literal.pointee.textBytes) ?? value
        case .string: return string(utf8: value.utf8)
        case .array:
            return array(count: value.count) { buffer in
                for (position, element) in value.elements.enumerated() { buffer[position] = self.copy(element) }
            }
        case .set:
            let copied = array(count: value.count) { buffer in
                for (position, element) in value.elements.enumerated() { buffer[position] = self.copy(element) }
            }
            return finishSet(copied.address, count: copied.count)
        case .object:
            let count = value.count
            guard count > 0 else { return .emptyObject }
            let start = allocate(count * MemoryLayout<Entry>.stride).bindMemory(to: Entry.self, capacity: count)
            for (position, entry) in value.entries.enumerated() {
                (start + position).initialize(to: Entry(key: copy(entry.key), value: copy(entry.value)))
            }
            return finishObject(start, count: count)
        }
    }
}
