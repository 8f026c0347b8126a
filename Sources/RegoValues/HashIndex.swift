/// An open-addressing table of `UInt32` slots behind the entries of a large object or set: slot = position + 1, 0 = free.
/// Its size follows from the count, so a value needs no room for it: the least power of two that is at least twice the count.
enum HashIndex {
    static func slots(for count: Int) -> Int {
        var slots = 32
        while slots < count * 2 { slots <<= 1 }
        return slots
    }

    static func byteCount(for count: Int) -> Int { slots(for: count) * MemoryLayout<UInt32>.stride }

    /// Fills the table at `table`, which has room for `slots(for: count)` slots.
    static func fill(_ table: UnsafeMutableRawPointer, count: Int, key: (Int) -> Value) {
        let slots = slots(for: count)
        let index = table.bindMemory(to: UInt32.self, capacity: slots)
        index.initialize(repeating: 0, count: slots)
        for position in 0..<count {
            var slot = Int(truncatingIfNeeded: key(position).contentHash) & (slots - 1)
            while index[slot] != 0 { slot = (slot + 1) & (slots - 1) }
            index[slot] = UInt32(position + 1)
        }
    }

    static func find(_ key: Value, inEntriesOf object: Value) -> Value {
        guard let address = object.address else { return .undefined }
        let entries = object.entries
        let table = address + entries.count * MemoryLayout<Entry>.stride
        guard let position = probe(table, entries.count, key, { entries[$0].key }) else { return .undefined }
        return entries[position].value
    }

    static func contains(_ member: Value, inSet set: Value) -> Bool {
        guard let address = set.address else { return false }
        let elements = set.elements
        let table = address + elements.count * MemoryLayout<Value>.stride
        return probe(table, elements.count, member, { elements[$0] }) != nil
    }

    @inline(__always)
    private static func probe(_ table: UnsafeRawPointer, _ count: Int, _ key: Value, _ at: (Int) -> Value) -> Int? {
        let slots = slots(for: count)
        let index = table.assumingMemoryBound(to: UInt32.self)
        var slot = Int(truncatingIfNeeded: key.contentHash) & (slots - 1)
        while true {  // ends: at least half of the slots are free
            let position = Int(index[slot]) - 1
            if position < 0 { return nil }
            if at(position) == key { return position }
            slot = (slot + 1) & (slots - 1)
        }
    }
}
