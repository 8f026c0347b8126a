import RegoValues

/// The names of one object's members while some of them are redacted: no member is lost for being named like another.
///
/// Thousands of names can become the same text, so each text remembers the number that it is tried with next.
struct TakenNames {
    private var names: Set<[UInt8]>
    private var next: [[UInt8]: Int] = [:]

    init(_ entries: UnsafeBufferPointer<Entry>) {
        names = Set(entries.map { Array($0.key.utf8) })
    }

    /// - Returns: `new`, with a number behind it where another member has it.
    mutating func rename(_ old: UnsafeBufferPointer<UInt8>, to new: [UInt8]) -> [UInt8] {
        var name = new
        var number = next[new] ?? 2
        while names.contains(name) {
            name = new + Array("#\(number)".utf8)
            number += 1
        }
        next[new] = number
        names.remove(Array(old))
        names.insert(name)
        return name
    }
}
