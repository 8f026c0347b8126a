extension Value {
    /// The object member with this key, the array element at this integer, or the set member equal to it; else undefined.
    public func lookup(_ key: Value) -> Value {
        switch kind {
        case .object: return key.kind == .string ? member(key) : memberByOrder(key)
        case .array:
            guard let index = key.int64, index >= 0, index < count else { return .undefined }
            return elements[Int(index)]
        case .set: return contains(key) ? key : .undefined
        default: return .undefined
        }
    }

    /// The object member named by a constant; undefined for other kinds.
    @inlinable
    public func lookup(_ key: StaticString) -> Value { member(.string(key)) }

    /// The object member with these bytes as its key; undefined for other kinds.
    @inlinable
    public func lookup(utf8 key: UnsafeBufferPointer<UInt8>) -> Value { member(.string(borrowing: key)) }

    /// Few enough entries that a scan over the tags beats a search.
    @inlinable static var scanLimit: Int { 12 }

    @inlinable
    func member(_ key: Value) -> Value {
        guard kind == .object, let address else { return .undefined }
        let count = self.count
        guard count <= Value.scanLimit else { return memberOfLarge(key) }
        var entry = address.assumingMemoryBound(to: Entry.self)
        for _ in 0..<count {
            if entry.pointee.key.meta == key.meta
                && (entry.pointee.key.payload == key.payload || Value.equalBytes(entry.pointee.key, key))
            {
                return entry.pointee.value
            }
            entry += 1
        }
        return .undefined
    }

    @usableFromInline
    func memberOfLarge(_ key: Value) -> Value {
        if isIndexed { return HashIndex.find(key, inEntriesOf: self) }
        return memberByOrder(key)
    }

    private func memberByOrder(_ key: Value) -> Value {
        if isIndexed { return HashIndex.find(key, inEntriesOf: self) }
        let entries = self.entries
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) >> 1
            let order = Value.compare(entries[middle].key, key)
            if order == 0 { return entries[middle].value }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return .undefined
    }

    /// Whether a set has this member; false for other kinds.
    public func contains(_ member: Value) -> Bool {
        guard kind == .set else { return false }
        if isIndexed { return HashIndex.contains(member, inSet: self) }
        let elements = self.elements
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) >> 1
            let order = Value.compare(elements[middle], member)
            if order == 0 { return true }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
